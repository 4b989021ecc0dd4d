/** What tags are made of. */
import { describe, expect, it } from 'vitest'
import { readDistroTable } from '../../../../src/app/distro-table.ts'
import { isOrdered, parseTag } from '../../../../src/domain/image/tag-parts.ts'

const distros = readDistroTable()

/** A tag in one line: prefix | versions | pre-release | suffix | releases | rebuilds. */
function told(text: string): string {
  const { prefix, versions, preRelease, suffix, releases, rebuilds } = parseTag(text, distros)
  const lists = (all: readonly (readonly number[])[]) => all.map((numbers) => numbers.join('.')).join(' ')
  const early = preRelease === null ? '' : `${preRelease.rank}:${preRelease.numbers.join('.')}`
  return [prefix, lists(versions), early, suffix, releases.map(({ distro, release }) => `${distro}:${release}`).join(' '), lists(rebuilds)].join('|')
}

describe('a tag', () => {
  it.each([
    ['3.12-slim-bookworm', '|3.12||-slim-<debian>|debian:12|'],
    ['22-alpine3.20', '|22||-alpine<alpine#>|alpine:3.20|'],
    ['v1.2.3-debian-12-r5', 'v|1.2.3||-debian-<debian#>|debian:12|5'],
    ['jammy-20240911.1', '<ubuntu>||||ubuntu:22.04|20240911.1'],
    ['9.4-1214.1729773476', '|9.4||||1214.1729773476'],
    ['2024.10.0-ls12', '|2024.10.0||||12'],
    ['17-jre-jammy', '|17||-jre-<ubuntu>|ubuntu:22.04|'],
    ['20241016T0230', '|||||20241016.23000'],
    ['RELEASE.2024-10-13T13-34-11Z', 'RELEASE.|||||20241013.133411'],
    ['1.0.4-20200608160520Z', '|1.0.4||||20200608.160520'],
    ['20241016-0230', '|||||20241016 230'],
    ['3.12.0rc1', '|3.12.0|4:1|||'],
    ['3.12.0-alpha.2', '|3.12.0|1:2|||'],
    ['1.2.3-rc-1-alpine', '|1.2.3|4:1|-alpine||'],
    ['2.0.0-nightly.20241016', '|2.0.0|0:20241016|||'],
    ['3.14-rc-slim', '|3.14|4:|-slim||'],
    ['1.23-dev', '|1.23||-dev||'],
    ['8.0-bookworm-slim-arm64v8', '|8.0||-<debian>-slim-arm64v8|debian:12|'],
    ['8u432-b06-jdk', '<u>|8.0.432||-jdk||6'],
    ['21_35-jdk', '|21.0.0.0||-jdk||35'],
    ['10.9.11ubu2404-ls30', '|10.9.11||ubu2404||30'],
    ['1.41.0.8994-f2c27da23-ls237', '|1.41.0.8994||-<commit>||237'],
    ['v3.9.0-177-ged5bcde', 'v|3.9.0||-<commit>||177'],
    ['alpine3.19-v17.5.1', 'alpine<alpine#>-v|17.5.1|||alpine:3.19|'],
    ['16-3.4-alpine', '|16 3.4||-#-alpine||'],
    ['4.0.5-18-minimal', '|4.0.5 18||-#-minimal||'],
    ['release1.2.3', 'release|1.2.3||||'],
    ['6.6.2-php8.2-fpm', '|6.6.2||-php8.2-fpm||'],
    ['2022-CU15-ubuntu-22.04', '|2022||-ubuntu-<ubuntu#>|ubuntu:22.04|15'],
    ['1.24-24.04_beta', '|1.24|3:|-<ubuntu#>|ubuntu:24.04|'],
    ['v1.30.5-rke2r1', 'v|1.30.5||||1'],
    ['10.0.20348.2762', '10.0.20348.|||||2762'],
    ['main-a1b2c3d-1729000000', 'main-<commit>-|||||1729000000'],
    ['3.12.4-slim-2024.10.16', '|3.12.4||-slim||20241016'],
    ['2024.10.16', '|2024.10.16||||'],
    ['2024.13.45-1', '|2024.13.45||||1'],
    ['forky-20241016', 'forky-|||||20241016'],
    ['bookworm', '<debian>||||debian:12|'],
  ])('%s', (text, expected) => expect(told(text)).toBe(expected))

  it.each([
    'latest',
    'sid',
    'edge-alpine',
    'ltsc2022',
    'lts-jdk17',
    'pg16',
    'nanoserver-1809',
    '1809',
    'sha-abc123',
    'a1b2c3d',
    '0123456789abcdef0123456789abcdef01234567',
    `sha256-${'0'.repeat(64)}.sig`,
    'x86_64-a8b9c0d1',
    '9'.repeat(40),
    '1'.repeat(129),
    '1.2.3+build',
    '-1.2.3',
    '',
    'toString',
    '__proto__',
  ])('%s holds nothing to order it by', (text) => expect(isOrdered(parseTag(text, distros))).toBe(false))
})
