/** Feeds as their publishers give them out: the samples beside the repository, and compression by the programs themselves. */
import { spawnSync } from 'node:child_process'
import { createHash, randomBytes } from 'node:crypto'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { tarEntries } from '../../src/adapters/feeds/archive.ts'
import { plainBytes } from '../../src/adapters/feeds/decompress.ts'
import { readFeedFolder } from '../../src/adapters/feeds/folder.ts'
import { feeds } from '../../src/adapters/feeds/index.ts'
import type { Advisory, FeedItem } from '../../src/domain/advisory/advisory.ts'
import { fileOf } from '../contract/feeds.ts'
import { distros } from '../support/distros.ts'

const samples = path.resolve(import.meta.dirname, '../../../shared/data/feeds')
const own = ['alpine-secdb', 'chainguard', 'debian-tracker', 'epss', 'kev', 'osv', 'wolfi']

async function itemsOf(name: string): Promise<FeedItem[]> {
  const items: FeedItem[] = []
  for await (const item of readFeedFolder(
    samples,
    { distros },
    feeds.filter((feed) => feed.name === name),
  ))
    items.push(item)
  return items
}

const advisoriesOf = async (name: string): Promise<Advisory[]> => (await itemsOf(name)).flatMap((item) => (item.kind === 'advisory' ? [item.advisory] : []))

describe('real samples', () => {
  it.each(own)('%s: each file is read, and what cannot be is the two lists that their collectors cut', async (name) => {
    const items = await itemsOf(name)
    const problems = items.flatMap((item) => (item.kind === 'problem' ? [`${item.where}: ${item.message}`] : []))

    expect(items.length).toBeGreaterThan(5)
    expect(problems).toEqual(
      name === 'debian-tracker'
        ? [
            'debian-tracker/data/DLA/list:4: is no heading of an advisory',
            'debian-tracker/data/DLA/list: data/DLA/list is cut off: its last line does not end',
            'debian-tracker/data/DSA/list: data/DSA/list is cut off: its last line does not end',
          ]
        : [],
    )
  })

  it('the tracker tells releases, urgencies and why there is no fix', async () => {
    const found = await advisoriesOf('debian-tracker')
    const about = (cve: string, release: string) => found.find(({ record, release: own }) => record === cve && own === release)

    expect(about('CVE-2008-7220', 'debian:9')).toMatchObject({ packageName: 'prototypejs', ranges: [{ fixed: '1.6.0.2-1' }], vendorSeverity: 'high**' })
    expect(about('CVE-2012-0833', 'debian:11')).toMatchObject({ packageName: '389-ds-base', status: 'not-affected', vendorSeverity: 'unimportant' })
    expect(about('CVE-2016-5416', 'debian:11')).toMatchObject({ status: 'affected', fix: 'will-not-fix' })
    expect(about('DSA-5970-1', 'debian:12')).toMatchObject({ vulnerabilities: ['CVE-2025-53603'], published: '2025-07-31T00:00:00Z' })
  })

  it('OSV tells CVEs by whatever field the vendor uses, and Ubuntu Pro apart', async () => {
    const found = await advisoriesOf('osv')
    const about = (record: string) => found.filter((one) => one.record === record)

    expect(about('ALSA-2024:3955')[0]).toMatchObject({
      release: 'almalinux:9',
      packageKind: 'binary',
      vulnerabilities: expect.arrayContaining(['CVE-2024-5702']),
    })
    expect(about('ALSA-2025:1611')[0]).toMatchObject({ module: 'nodejs:22', vendorSeverity: 'Important' })
    expect(about('USN-5614-1')[0]).toMatchObject({ vulnerabilities: ['CVE-2021-3782'], vendorSeverity: 'medium' })
    expect(about('UBUNTU-CVE-2001-1593')[0]).toMatchObject({ withdrawn: true })
    expect(about('UBUNTU-CVE-2025-29769').map(({ release, fix }) => `${release} ${fix}`)).toEqual([
      'ubuntu:22.04 none-yet',
      'ubuntu:22.04 subscription-only',
      'ubuntu:25.10 none-yet',
    ])
    expect(about('RXSA-2023:0101')).toEqual([])
    expect(about('ALPINE-CVE-2026-80255')[0]).toMatchObject({ release: 'alpine:3.23', ranges: [{ introduced: '8.13.0', fixed: '8.22.0-r0' }] })
  })

  it('EPSS of every year and KEV tell their numbers', async () => {
    const likelihoods = (await itemsOf('epss')).filter((item) => item.kind === 'likelihood')

    expect(likelihoods).toEqual(expect.arrayContaining([expect.objectContaining({ vulnerability: 'CVE-2020-5902', epss: 0.65117 })]))
    expect(await itemsOf('kev')).toEqual(expect.arrayContaining([{ kind: 'exploited', vulnerability: 'CVE-2021-44228', since: '2021-12-10' }]))
  })
})

describe('what the programs pack', () => {
  const folder = mkdtempSync(path.join(tmpdir(), 'underpin-pack-'))
  afterAll(() => rmSync(folder, { recursive: true }))
  // What compresses, what does not, and long runs: each takes another way through the decoders.
  const plain = Buffer.concat([
    Buffer.from('a feed of many words, '.repeat(40_000)),
    randomBytes(1_500_000),
    Buffer.alloc(700_000),
    Buffer.from('\u00ff'.repeat(3_000)),
  ])
  writeFileSync(path.join(folder, 'plain'), plain)
  const sha256 = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex')
  const run = (command: string, ...args: string[]): Buffer => {
    const { stdout, status, stderr } = spawnSync(command, args, { cwd: folder, maxBuffer: 64_000_000 })
    expect(`${command} ${status} ${stderr}`).toBe(`${command} 0 `)
    return stdout
  }

  it.each([
    ['gz', 'gzip', ['-c1']],
    ['gz', 'gzip', ['-c9']],
    ['bz2', 'bzip2', ['-c1']],
    ['bz2', 'bzip2', ['-c9']],
    ['xz', 'xz', ['-c0']],
    ['xz', 'xz', ['-c6', '-T2', '--block-size=500000']],
    ['zst', 'zstd', ['-qc1']],
    ['zst', 'zstd', ['-qc19', '--no-check']],
  ])('%s: %s %j comes out as it went in', async (suffix, command, args) => {
    const bytes = run(command, ...args, 'plain')
    const hash = createHash('sha256')
    for await (const chunk of plainBytes(fileOf(`plain.${suffix}`, bytes, 10_007))) hash.update(chunk)

    expect(hash.digest('hex')).toBe(sha256(plain))
  })

  it('a tar of tar, under xz, gives its files', async () => {
    writeFileSync(path.join(folder, 'two'), 'two')
    run('tar', 'cJf', 'x.tar.xz', 'plain', 'two')
    const found: Record<string, string> = {}
    for await (const { path: name, open } of tarEntries(fileOf('x.tar.xz', readFileSync(path.join(folder, 'x.tar.xz'))))) {
      const chunks: Uint8Array[] = []
      for await (const chunk of open()) chunks.push(chunk)
      found[name] = sha256(Buffer.concat(chunks))
    }

    expect(found).toEqual({ plain: sha256(plain), two: sha256(Buffer.from('two')) })
  })
})
