/** Deciding: golden cases that a person can argue with, and what holds for all facts. */
import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { formatImageName, parseReference } from '../../../src/domain/image/reference.ts'
import { isFollowed } from '../../../src/domain/repo/image-use.ts'
import { rewrite } from '../../../src/domain/repo/rewrite.ts'
import { decideBuild } from '../../../src/policy/decide-build.ts'
import { decideUse, useRules } from '../../../src/policy/decide.ts'
import { explain } from '../../../src/policy/explain.ts'
import type { UseFacts } from '../../../src/policy/facts.ts'
import { casesIn, long, short, toBuildFacts, toUseFacts, type WrittenBuildFacts, type WrittenUseFacts } from './case-facts.ts'

/** A decision as JSON, with digests as the cases write them. */
const written = (decided: unknown): unknown => JSON.parse(short(JSON.stringify(decided)))

test.each(casesIn('policy/use'))('$name', ({ read }) => {
  const facts = toUseFacts(JSON.parse(read('facts.json')) as WrittenUseFacts)

  expect(written(decideUse(facts))).toEqual(JSON.parse(read('decision.json')))
})

test.each(casesIn('policy/build'))('$name', ({ read }) => {
  const facts = toBuildFacts(JSON.parse(read('facts.json')) as WrittenBuildFacts)

  expect(written(decideBuild(facts))).toEqual(JSON.parse(read('decision.json')))
})

test('each rule about uses has a case in which it decides', () => {
  const said = casesIn('policy/use').map(({ read }) => (JSON.parse(read('decision.json')) as { reasons: { rule: string }[] }).reasons[0]?.rule)

  expect([...new Set(said)].sort()).toEqual([...new Set(useRules.map(({ name }) => name))].sort())
})

describe('for all facts', () => {
  const digest = fc.constantFrom(...'0123456789abcdef').map((character) => `sha256:${character}*`)
  const platforms = ['linux/amd64', 'linux/arm64', 'linux/arm/v7', 'windows/amd64@10.0.20348.1', 'attestation'] as const
  const index = fc
    .uniqueArray(fc.constantFrom(...platforms), { maxLength: 4 })
    .chain((names) => fc.tuple(...names.map((name) => digest.map((value) => [name, value] as const))).map((entries) => Object.fromEntries(entries)))
  const manifest = fc.oneof(fc.constant('image' as const), index)
  const at = fc.constant('2026-11-20T00:00:00Z')
  const pinned = fc.oneof(
    fc.constant(null),
    fc.record({ goneSince: at }),
    fc.record({ manifest, platform: fc.constantFrom(null, 'linux/amd64', 'linux/arm64') }),
  )
  const upstream = fc.oneof(
    { weight: 1, arbitrary: fc.constant(null) },
    {
      weight: 1,
      arbitrary: fc.record({
        fault: fc.record({ kind: fc.constantFrom('transient', 'missing', 'unauthorized', 'invalid'), host: fc.constant('h'), message: fc.string() }),
      }),
    },
    { weight: 8, arbitrary: fc.record({ digest, firstSeen: fc.option(at), manifest, pinned }) },
  )
  const name = fc.constantFrom('python:3.12', 'python', 'ghcr.io/acme/app:1', 'localhost:5000/x')
  const text = fc.tuple(name, fc.option(digest)).map(([image, pin]) => (pin === null ? image : `${image}@${pin}`))
  const line = fc.constantFrom(
    'enabled: false',
    'pinFloatingTags: true',
    'pinOverArguments: true',
    'includeForks: true',
    'ignore: {images: [python]}',
    'platforms: [linux/amd64]',
  )
  const facts: fc.Arbitrary<UseFacts> = fc
    .record({
      asOf: at,
      repo: fc.option(fc.record({ isArchived: fc.boolean(), isFork: fc.boolean(), mayWriteWorkflows: fc.boolean() })),
      policy: fc.uniqueArray(line, { maxLength: 3 }),
      use: fc.record({
        file: fc.constant('Dockerfile'),
        line: fc.constant(1),
        text,
        tagFromArgument: fc.boolean(),
        platform: fc.constantFrom(null, 'linux/amd64'),
      }),
      upstream,
      refusedDigests: fc.array(digest, { maxLength: 2 }),
      isHandsOff: fc.boolean(),
    })
    .map((one) => toUseFacts(one as WrittenUseFacts))

  test('there is one decision with a reason in words and its values, and deciding twice gives the same', () => {
    fc.assert(
      fc.property(facts, (given) => {
        const decided = decideUse(given)
        expect(decided.reasons.length).toBeGreaterThan(0)
        expect(decided.reasons[0]).toMatchObject({ verdict: decided.kind })
        expect(decided.reasons[0]?.text).toMatch(/[^.\s]$/)
        expect(decided.to === null).toBe(decided.kind !== 'update')
        expect(explain(decided)).toContain(decided.reasons[0]?.rule)
        expect(decideUse(given)).toEqual(decided)
      }),
    )
  })

  test('registry and repository never change, and what is written follows a tag, can be read back, and changes bytes', () => {
    fc.assert(
      fc.property(facts, (given) => {
        const { to } = decideUse(given)
        const parsed = to === null ? null : parseReference(to)
        if (parsed === null) return
        if (parsed.kind === 'invalid') throw new Error(parsed.problem)
        expect(formatImageName(parsed.reference.name)).toBe(formatImageName(given.use.reference!.name))
        expect(parsed.reference.spelling).toBe(given.use.reference!.spelling)
        expect(parsed.reference.tag).toBe(given.use.reference!.tag ?? 'latest')
        expect(isFollowed({ ...given.use, reference: parsed.reference })).toBe(true)
        expect(rewrite(given.use, { tag: parsed.reference.tag, digest: parsed.reference.digest! })).not.toEqual([])
      }),
    )
  })

  test('a digest is what upstream showed or an entry of it, never the one in the file, never a refused one', () => {
    fc.assert(
      fc.property(facts, (given) => {
        const { to } = decideUse(given)
        if (to === null) return
        if (given.upstream?.kind !== 'seen') throw new Error('an update without an answer of the registry')
        const { digest, manifest } = given.upstream
        if (manifest === null) throw new Error('an update to something that nobody hashed')
        const shown = [digest, ...(manifest.kind === 'index' ? manifest.manifests.map((entry) => entry.digest) : [])]
        const offered = to.slice(to.indexOf('@') + 1)
        expect(shown).toContain(offered)
        expect(offered).not.toBe(given.use.reference?.digest)
        expect(given.refusedDigests).not.toContain(offered)
      }),
    )
  })

  test('an index pin stays an index pin, and a platform pin a platform pin', () => {
    fc.assert(
      fc.property(facts, (given) => {
        const { to } = decideUse(given)
        if (to === null || given.upstream?.kind !== 'seen' || given.upstream.pinned?.kind !== 'fetched') return
        const isWhole = to.endsWith(given.upstream.digest)
        const isSameKind = given.upstream.pinned.manifest.kind === given.upstream.manifest?.kind
        if (isSameKind) expect(isWhole).toBe(true)
        else
          expect(given.upstream.manifest).toMatchObject({
            kind: 'index',
            manifests: expect.arrayContaining([expect.objectContaining({ digest: to.slice(to.indexOf('@') + 1) })]),
          })
      }),
    )
  })
})

describe('the clock of rebuilds', () => {
  const base: WrittenBuildFacts = {
    asOf: '2026-11-23T12:00:00Z',
    repo: { id: 1, isArchived: false, isFork: false, pushedAt: null },
    policy: ['rebuild: weekly'],
    scheduledSince: '2026-01-01T00:00:00Z',
    moved: [],
    previous: null,
  }

  test('an open minute is spread over the hour by repo and stays the same for one', () => {
    const minutes = Array.from({ length: 300 }, (_, id) => decideBuild(toBuildFacts({ ...base, repo: { ...base.repo, id } })).next!)

    expect(new Set(minutes.map((next) => next.getUTCMinutes())).size).toBeGreaterThan(50)
    expect(minutes.every((next) => next.getUTCHours() === 3 && next.getUTCDay() === 1)).toBe(true)
    expect(decideBuild(toBuildFacts(base)).next).toEqual(decideBuild(toBuildFacts({ ...base, asOf: '2026-11-24T12:00:00Z' })).next)
  })

  test('the slot that is due is at or before now, the next one after it, and a rebuild that was asked for settles the slot', () => {
    fc.assert(
      fc.property(
        fc.date({ min: new Date('2026-02-01'), max: new Date('2027-02-01'), noInvalidDate: true }),
        fc.constantFrom('UTC', 'Europe/Berlin', 'America/New_York', 'Australia/Lord_Howe', 'Pacific/Apia'),
        fc.constantFrom('H 3 * * 1', '30 2 * * *', '0 0 1 * *', '15 */6 * * 1-5'),
        (asOf, timezone, schedule) => {
          const policy = [`rebuild: {schedule: "${schedule}", timezone: ${timezone}}`]
          const facts = toBuildFacts({ ...base, asOf: asOf.toISOString(), policy })
          const { decision, cause, next } = decideBuild(facts)
          expect(decision.kind).toBe('rebuild')
          expect(new Date(cause!.replace('scheduled ', '')).getTime()).toBeLessThanOrEqual(asOf.getTime())
          expect(next!.getTime()).toBeGreaterThan(asOf.getTime())

          const previous = { cause: cause!, state: 'finished', conclusion: 'success', tries: 1, askedAt: asOf.toISOString() } as const
          expect(decideBuild(toBuildFacts({ ...base, asOf: asOf.toISOString(), policy, previous })).decision.kind).toBe('current')
          expect(decideBuild(toBuildFacts({ ...base, asOf: next!.toISOString(), policy, previous })).decision.kind).toBe('rebuild')
        },
      ),
    )
  })

  test('equal causes are equal text', () => {
    const moved = [{ imageName: 'docker.io/library/debian', tag: '12', from: 'sha256:a*', to: 'sha256:b*', at: '2026-11-22T10:00:00Z' }]
    const decided = decideBuild(toBuildFacts({ ...base, scheduledSince: base.asOf, moved }))

    expect(decided.cause).toBe(long('base-moved docker.io/library/debian:12@sha256:b* 2026-11-22T10:00Z'))
  })
})
