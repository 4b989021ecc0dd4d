/** What takes the place of a tag that vanished, which tag a digest follows, and the keys of tracks. */
import { describe, expect, it } from 'vitest'
import { readDistroTable } from '../../../../src/app/distro-table.ts'
import { successorOf, tagOfDigest } from '../../../../src/domain/image/tag-successor.ts'
import { trackOf } from '../../../../src/domain/image/tag-track.ts'

const distros = readDistroTable()

describe('the successor of a tag that vanished', () => {
  it.each([
    [
      'is the nearest newer tag of its line',
      '3.12.4-slim',
      '3.12.3-slim 3.12.6-slim 3.12.7-slim 3.12.5-alpine 3.13.0-slim',
      { kind: 'next', tag: '3.12.6-slim' },
    ],
    ['may be of another minor version', '3.12.4-slim', '3.12.3-slim 3.13.0-slim 4.0.0-slim', { kind: 'next', tag: '3.13.0-slim' }],
    ['is a newer rebuild', '1.2.3-debian-12-r5', '1.2.3-debian-12-r4 1.2.3-debian-12-r7 1.2.3-debian-12', { kind: 'next', tag: '1.2.3-debian-12-r7' }],
    ['is never a pre-release', '3.12.4', '3.13.0rc1 3.12.3', null],
    ['else it is the tag that says a little less and covers it', '3.12.4-slim', '3.12-slim 3-slim 3.12 slim 3.11-slim', { kind: 'coarser', tag: '3.12-slim' }],
    ['else there is none', '3.12.4-slim', '3.12.4-alpine latest 3.11-slim', null],
    ['stays within the codename', 'jammy-20240911.1', 'jammy noble-20241009 noble', { kind: 'coarser', tag: 'jammy' }],
    ['of a word is none', 'stable', 'latest 1.2.3', null],
  ])('%s', (_, vanished, tags, expected) => expect(successorOf(vanished, tags.split(' '), distros)).toEqual(expected))
})

describe('the tag that a digest follows', () => {
  it.each([
    ['says most', 'latest 3 3.12 3.12.7 3.12.7-slim-bookworm 3.12-slim slim', '3.12.7-slim-bookworm'],
    ['is one that moves', '1 1.2 1.2.3 1.2.3-debian-12 1.2.3-debian-12-r5 latest', '1.2.3-debian-12'],
    ['is the release, not its candidate', '3.13.0rc3 3.13.0', '3.13.0'],
    ['is the codename, not its date', 'bookworm-20241016 bookworm', 'bookworm'],
    ['has a version', 'bookworm 12.7 latest', '12.7'],
    ['is a word where there is no other', 'stable latest', 'latest'],
  ])('%s', (_, carriers, expected) => expect(tagOfDigest(carriers.split(' '), distros)).toBe(expected))

  it('is none where no tag carries it', () => expect(tagOfDigest([], distros)).toBeNull())
})

describe('the key of a track', () => {
  const key = (tag: string, kind?: 'digest' | 'patch' | 'minor' | 'major', mayChangeRelease = false) =>
    trackOf(tag, distros, kind === undefined ? undefined : { extent: { kind }, mayChangeRelease })

  it('is the tag itself where the tag stays, and where nothing orders it', () => {
    expect([key('3.12-slim', 'digest'), key('latest', 'major'), key('latest')]).toEqual(['3.12-slim', 'latest', 'latest'])
  })

  it('holds what the policy may not change', () => {
    expect(key('3.12.4-slim', 'patch')).toBe(key('3.12.7-slim', 'patch'))
    expect(key('3.12.4-slim', 'patch')).not.toBe(key('3.13.0-slim', 'patch'))
    expect(key('3.12.4-slim', 'minor')).toBe(key('3.13.0-slim', 'minor'))
    expect(key('3.12.4-slim', 'major')).toBe(key('4.0.0-slim', 'major'))
    expect(key('3.12.4-slim')).not.toBe(key('3.12.4-alpine'))
    expect(key('3.12.4-slim')).not.toBe(key('3.12-slim'))
  })

  it('holds the release of the distribution unless it may change', () => {
    expect(key('3.12-bookworm', 'minor')).not.toBe(key('3.12-trixie', 'minor'))
    expect(key('3.12-bookworm', 'minor', true)).toBe(key('3.12-trixie', 'minor', true))
  })
})
