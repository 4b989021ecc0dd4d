/** Which manifests are compared when a use moves. */
import { expect, test } from 'vitest'
import { comparedManifests, representative } from '../../../src/policy/compared.ts'
import { long, toDigest, toManifest, toUseFacts, type WrittenUseFacts } from './case-facts.ts'

const facts = (upstream: WrittenUseFacts['upstream'], more: Partial<WrittenUseFacts> = {}) =>
  toUseFacts({ asOf: '2026-11-22T00:00:00Z', policy: [], use: { file: 'Dockerfile', line: 1, text: 'python:3@sha256:a*' }, upstream, ...more })
const move = (before: Record<string, string> | 'image', after: Record<string, string> | 'image', platform?: string): WrittenUseFacts['upstream'] => ({
  digest: 'sha256:b*',
  firstSeen: null,
  manifest: after,
  pinned: { manifest: before, ...(platform === undefined ? {} : { platform }) },
})
const before = { 'linux/amd64': 'sha256:1*', 'linux/arm64': 'sha256:2*', 'linux/s390x': 'sha256:3*' }
const after = { 'linux/amd64': 'sha256:4*', 'linux/arm64': 'sha256:5*', 'linux/s390x': 'sha256:6*', attestation: 'sha256:7*' }
const pair = (platform: string | null, from: string, to: string) => ({ platform, from: toDigest(from), to: toDigest(to) })

test('without a word on platforms the two usual ones are compared, and the others named', () => {
  const compared = comparedManifests(facts(move(before, after)))

  expect(compared?.pairs).toEqual([pair('linux/amd64', 'sha256:1*', 'sha256:4*'), pair('linux/arm64', 'sha256:2*', 'sha256:5*')])
  expect(compared?.left).toEqual(['linux/s390x was not looked at; with `platforms` in the policy file those that you name are'])
  expect(compared?.indexes).toEqual({ from: long('sha256:a*'), to: long('sha256:b*') })
})

test('the platforms of the policy are compared, and no others', () => {
  const compared = comparedManifests(facts(move(before, after), { policy: ['platforms: [linux/s390x]'] }))

  expect(compared?.pairs).toEqual([pair('linux/s390x', 'sha256:3*', 'sha256:6*')])
  expect(compared?.left).toEqual([])
})

test('where there is no usual platform the first one stands for all', () => {
  const compared = comparedManifests(
    facts(move({ 'linux/s390x': 'sha256:1*', 'linux/riscv64': 'sha256:2*' }, { 'linux/s390x': 'sha256:3*', 'linux/riscv64': 'sha256:4*' })),
  )

  expect(compared?.pairs).toEqual([pair('linux/riscv64', 'sha256:2*', 'sha256:4*')])
})

test('a platform that one side lacks is not compared', () => {
  expect(comparedManifests(facts(move(before, { 'linux/arm64': 'sha256:5*' })))?.pairs).toEqual([pair('linux/arm64', 'sha256:2*', 'sha256:5*')])
})

test('two single images are one pair', () => {
  expect(comparedManifests(facts(move('image', 'image')))).toEqual({
    pairs: [pair(null, 'sha256:a*', 'sha256:b*')],
    indexes: { from: null, to: null },
    left: [],
  })
})

test('a pin of one platform is compared with the entry that it moves to', () => {
  const compared = comparedManifests(facts(move('image', after, 'linux/arm64')))

  expect(compared).toEqual({ pairs: [pair('linux/arm64', 'sha256:a*', 'sha256:5*')], indexes: { from: null, to: long('sha256:b*') }, left: [] })
})

test.each([
  ['a registry that failed', { fault: { kind: 'transient', host: 'h', message: 'm' } }],
  ['a pin that is gone', { digest: 'sha256:b*', firstSeen: null, manifest: after, pinned: { goneSince: '2026-11-20T00:00:00Z' } }],
  ['a pin that is what the tag shows', { digest: 'sha256:a*', firstSeen: null, manifest: after, pinned: null }],
] as const)('%s leaves nothing to compare', (_what, upstream) => {
  expect(comparedManifests(facts(upstream))).toBeNull()
})

test('a base is looked at on the usual platform, or on what is built', () => {
  const index = toManifest(toDigest('sha256:b*'), after)

  expect(representative(index, null)).toEqual({ manifest: toDigest('sha256:4*'), platform: 'linux/amd64' })
  expect(representative(index, ['linux/s390x'])).toEqual({ manifest: toDigest('sha256:6*'), platform: 'linux/s390x' })
  expect(representative(index, ['windows/amd64'])).toBeNull()
  expect(representative(toManifest(toDigest('sha256:b*'), 'image'), null)).toEqual({ manifest: toDigest('sha256:b*'), platform: null })
})
