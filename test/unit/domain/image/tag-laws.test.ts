/** Laws of tag tracks, on tags put together at random from the pieces that real tags have, and on any text. */
import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { readDistroTable } from '../../../../src/app/distro-table.ts'
import type { Extent } from '../../../../src/domain/image/extent.ts'
import { compareTags } from '../../../../src/domain/image/tag-order.ts'
import { parseTag } from '../../../../src/domain/image/tag-parts.ts'
import { successorOf, tagOfDigest } from '../../../../src/domain/image/tag-successor.ts'
import { chooseTag, isNewer, refusalOf, trackOf } from '../../../../src/domain/image/tag-track.ts'

const distros = readDistroTable()
const pieces = (...texts: string[]) => fc.constantFrom(...texts)
/** For each place in a tag, sets of pieces of which the tags of one line have each one. */
const places: readonly (readonly (readonly string[])[])[] = [
  [[''], [''], ['v'], ['jdk-'], ['lts-'], ['nightly-'], ['alpine3.20-', 'alpine3.21-'], ['jammy-', 'noble-', 'oracular-']],
  [
    ['0', '1', '2', '10'],
    ['1.2', '1.3', '1.10', '2.0'],
    ['1.2', '1.2.3', '1', '2'],
    ['1.2.3', '1.2.4', '1.2.10', '1.3.0', '2.0.0', '0.9.9'],
    ['5.1.0.1', '5.1.0.2', '5.1.1.1'],
    ['20241016', '20241017', '20241017.1'],
    ['RELEASE.2024-10-13T13-34-11Z', 'RELEASE.2024-10-14T00-00-00Z'],
    ['bookworm', 'trixie', 'latest'],
    ['8u422', '8u432'],
    ['21_35', '21.0.4_7', '21.0.5_11'],
  ],
  [[''], [''], ['', 'rc1', 'rc2', 'b4'], ['', '-rc'], ['', '-alpha.2', '-beta.1']],
  [[''], [''], ['-slim'], ['-php8.2', '-php8.3'], ['-kafka-3.8.0'], ['-arm64v8'], ['-3.4', '-3.5', '-4.0'], ['-jdk'], ['-a1b2c3d', '-0f1e2d3']],
  [[''], [''], ['-bookworm', '-trixie', '-bullseye'], ['-alpine3.20', '-alpine3.21'], ['-debian-12', '-debian-11'], ['-jammy', '-noble', '-oracular']],
  [[''], [''], ['-r5', '-r10', '-r9'], ['-1', '-2'], ['-1214.1729773476', '-1300'], ['-20241016', '-20241017.2'], ['', '-ls12']],
]
const ofLine = (sets: readonly (readonly string[])[]) => fc.tuple(...sets.map((set) => pieces(...set))).map((parts) => parts.join(''))
const line = fc.tuple(...places.map((sets) => fc.constantFrom(...sets))).map(ofLine)
const oneTag = line.chain((tag) => tag)
/** A tag, and tags most of which are like it. */
const alike = line.chain((tag) => fc.record({ current: tag, tags: fc.array(fc.oneof(tag, tag, tag, oneTag), { minLength: 8, maxLength: 30 }) }))
const extent: fc.Arbitrary<Extent> = fc.oneof(
  pieces('digest', 'patch', 'minor', 'major').map((kind) => ({ kind }) as Extent),
  pieces('>=1 <3', '^1.2', '~1.2', '<=2.1', '1 || 3').map((range): Extent => ({ kind: 'range', range })),
)
const asked = fc.tuple(alike, extent, fc.boolean()).map(([tags, of, mayChangeRelease]) => ({ ...tags, extent: of, mayChangeRelease }))
const parse = (text: string) => parseTag(text, distros)

describe('the order of tags', () => {
  it('is one: reflexive, antisymmetric, transitive', () => {
    fc.assert(
      fc.property(alike, ({ current, tags }) => {
        const all = [current, ...tags.slice(0, 6)].map(parse)
        for (const a of all)
          for (const b of all) {
            expect(compareTags(a, b) + compareTags(b, a)).toBe(0)
            for (const c of all) if (compareTags(a, b) <= 0 && compareTags(b, c) <= 0) expect(compareTags(a, c)).toBeLessThanOrEqual(0)
          }
      }),
      { numRuns: 200 },
    )
  })

  it('of two tags at most one is newer than the other', () => {
    fc.assert(
      fc.property(alike, ({ current, tags }) => {
        for (const tag of tags) expect(isNewer(tag, current, distros) && isNewer(current, tag, distros)).toBe(false)
      }),
    )
  })

  it('any text is taken apart, and only what is a tag holds anything', () => {
    fc.assert(
      fc.property(fc.oneof(fc.string({ unit: 'binary', maxLength: 300 }), fc.stringMatching(/^[-_.a-z0-9]{0,200}$/)), (text) => {
        const { versions, releases, rebuilds } = parse(text)
        for (const number of [...versions, ...rebuilds].flat()) expect(Number.isSafeInteger(number)).toBe(true)
        if (!/^\w[\w.-]{0,127}$/.test(text)) expect([versions, releases, rebuilds]).toEqual([[], [], []])
      }),
      { numRuns: 150 },
    )
  })
})

describe('the choice', () => {
  it('is made often enough here for the laws below to mean something', () => {
    const made = fc.sample(asked, { numRuns: 300, seed: 1 }).filter((input) => chooseTag({ ...input, distros }).candidate !== null)

    expect(made.length).toBeGreaterThan(50)
  })

  it('is one of the tags, of the same shape, newer, and never a pre-release from a release', () => {
    fc.assert(
      fc.property(asked, (input) => {
        const { candidate } = chooseTag({ ...input, distros })
        if (candidate === null) return
        const [from, to] = [parse(input.current), parse(candidate)]
        expect(input.tags).toContain(candidate)
        expect({ shape: to.shape, prefix: to.prefix, suffix: to.suffix }).toEqual({ shape: from.shape, prefix: from.prefix, suffix: from.suffix })
        expect(compareTags(from, to)).toBe(-1)
        if (from.preRelease === null) expect(to.preRelease).toBeNull()
        if (!input.mayChangeRelease) expect(to.releases).toEqual(from.releases)
        if (input.extent.kind === 'patch') expect(to.versions.map((parts) => parts.slice(0, 2))).toEqual(from.versions.map((parts) => parts.slice(0, 2)))
        expect(input.extent.kind).not.toBe('digest')
      }),
      { numRuns: 250 },
    )
  })

  it('once taken, nothing is left to take', () => {
    fc.assert(
      fc.property(asked, (input) => {
        const { candidate } = chooseTag({ ...input, distros })
        if (candidate !== null) expect(chooseTag({ ...input, current: candidate, distros }).candidate).toBeNull()
      }),
      { numRuns: 250 },
    )
  })

  it('depends neither on the order of the tags nor on those that are refused', () => {
    fc.assert(
      fc.property(asked, (input) => {
        const { candidate, refused } = chooseTag({ ...input, distros })
        const without = new Set(refused.map(({ tag }) => tag))
        expect(chooseTag({ ...input, tags: input.tags.toReversed(), distros }).candidate).toBe(candidate)
        expect(chooseTag({ ...input, tags: input.tags.filter((tag) => !without.has(tag)), distros })).toMatchObject({ candidate, refused: [] })
      }),
      { numRuns: 150 },
    )
  })

  it('goes no less far when the policy reaches farther', () => {
    fc.assert(
      fc.property(asked, ({ current, tags, mayChangeRelease }) => {
        const kinds = ['digest', 'patch', 'minor', 'major'] as const
        const chosen = kinds.map((kind) => chooseTag({ current, tags, extent: { kind }, mayChangeRelease, distros }).candidate ?? current)
        for (let at = 1; at < chosen.length; at += 1) {
          expect(compareTags(parse(chosen[at - 1]!), parse(chosen[at]!))).toBeLessThanOrEqual(0)
        }
      }),
      { numRuns: 150 },
    )
  })

  it('stays on the track', () => {
    fc.assert(
      fc.property(asked, ({ current, tags, ...reach }) => {
        const { candidate } = chooseTag({ current, tags, distros, ...reach })
        if (candidate !== null) expect(trackOf(candidate, distros, reach)).toBe(trackOf(current, distros, reach))
      }),
      { numRuns: 150 },
    )
  })
})

describe('what takes the place of a tag', () => {
  it('is left, and on its line: no newer tag lies between', () => {
    fc.assert(
      fc.property(alike, ({ current, tags }) => {
        const next = successorOf(current, tags, distros)
        if (next === null) return
        expect(tags).toContain(next.tag)
        if (next.kind === 'coarser') return
        expect(isNewer(next.tag, current, distros)).toBe(true)
        for (const tag of tags) {
          if (refusalOf(parse(current), parse(tag), false) === null) expect(compareTags(parse(next.tag), parse(tag))).toBeLessThanOrEqual(0)
        }
      }),
      { numRuns: 150 },
    )
  })

  it('of the tags with a digest one is chosen, whatever their order', () => {
    fc.assert(
      fc.property(fc.array(oneTag, { minLength: 1, maxLength: 12 }), (tags) => {
        const chosen = tagOfDigest(tags, distros)
        expect(tags).toContain(chosen)
        expect(tagOfDigest(tags.toReversed(), distros)).toBe(chosen)
      }),
    )
  })
})
