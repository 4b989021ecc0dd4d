/** Matching beyond single rules: laws, several images, and what is said about what was not looked up. */
import { array, assert, constantFrom, property, record, shuffledSubarray } from 'fast-check'
import { describe, expect, it } from 'vitest'
import { readDistroTable } from '../../../../src/app/distro-table.ts'
import type { Advisory } from '../../../../src/domain/advisory/advisory.ts'
import { advisedNames, createMatcher, match, type MatcherInput } from '../../../../src/domain/advisory/match.ts'
import { unmatchedIn } from '../../../../src/domain/advisory/own-packages.ts'
import { compareVersions } from '../../../../src/domain/package/version-order.ts'
import { advisory, distro, inventory, onePackage } from '../../../support/evidence.ts'

const table = readDistroTable()
const at = new Date('2026-01-01T00:00:00Z')
const given = (advisories: readonly Advisory[]): MatcherInput => ({ table, advisories, notes: new Map(), at })
const foo = (version: string) => onePackage({ name: 'libfoo1', version, sourceName: 'foo' })
const fixed = (record: string, version: string, more: Partial<Advisory> = {}) => advisory({ record, ranges: [{ fixed: version }], fix: 'available', ...more })

describe('a finding', () => {
  it('tells everything that COMMANDS.md promises', () => {
    const found = match(
      { ...given([fixed('DSA-9999-1', '1.0-2', { vulnerabilities: ['CVE-2099-0001'], vendorSeverity: 'high**', published: '2099-01-02T00:00:00Z' })]), at },
      inventory({ packages: [foo('1.0-1'), onePackage({ name: 'foo-tools', version: '1.0-1', sourceName: 'foo' })] }),
    )
    expect(found).toEqual([
      {
        id: 'CVE-2099-0001',
        records: ['DSA-9999-1'],
        purl: 'pkg:deb/debian/foo@1.0-1?arch=source&distro=debian-12',
        binaries: ['foo-tools', 'libfoo1'],
        sourceName: 'foo',
        installed: '1.0-1',
        fixedIn: '1.0-2',
        fix: 'available',
        severity: 'high',
        severityFrom: 'vendor',
        vendorSeverity: 'high**',
        cvss: null,
        kev: false,
        epss: null,
        evidence: [{ feed: 'debian-tracker', record: 'DSA-9999-1', range: '< 1.0-2', comparison: '1.0-1 < 1.0-2' }],
        published: '2099-01-02T00:00:00Z',
      },
    ])
  })
})

describe('laws', () => {
  const versions = ['1.0-1', '1.0-2', '1.0-3', '1.0-4', '1:0.1-1', '2.0~rc1-1'] as const
  const version = constantFrom(...versions, null)
  /** A feed speaks of sources or of binaries: their versions need not be of one line. */
  const kinds = { 'debian-tracker': 'source', osv: 'source', elsewhere: 'binary' } as const
  const anyAdvisory = record({
    feed: constantFrom('debian-tracker', 'osv', 'elsewhere'),
    record: constantFrom('R1', 'R2', 'CVE-2099-0001', 'X-CVE-2099-0002'),
    vulnerability: constantFrom('CVE-2099-0001', 'CVE-2099-0002'),
    status: constantFrom('affected', 'affected', 'affected', 'not-affected'),
    introduced: version,
    fixed: version,
    fix: constantFrom('available', 'none-yet', 'subscription-only', 'deferred'),
    withdrawn: constantFrom(false, false, false, true),
  }).map(({ vulnerability, introduced, fixed: end, ...rest }) =>
    advisory({
      ...rest,
      packageKind: kinds[rest.feed],
      vulnerabilities: [vulnerability],
      packageName: kinds[rest.feed] === 'source' ? 'foo' : 'libfoo1',
      ranges: [{ introduced, fixed: end }],
    }),
  )
  const advisories = array(anyAdvisory, { maxLength: 8 })
  const installed = constantFrom(...versions)

  it('nothing is found twice, and what is found has its evidence', () => {
    assert(
      property(advisories, installed, (all, version) => {
        const found = match(given(all), inventory({ packages: [foo(version)] }))
        expect(new Set(found.map(({ id, sourceName }) => `${id} ${sourceName}`)).size).toBe(found.length)
        for (const { evidence, records } of found) expect([evidence.length, records.length].every((length) => length > 0)).toBe(true)
      }),
    )
  })

  it('the version that is told as the fix is newer and free of it', () => {
    assert(
      property(advisories, installed, (all, version) => {
        for (const { id, fixedIn, fix } of match(given(all), inventory({ packages: [foo(version)] }))) {
          expect(fixedIn === null).toBe(fix !== 'available')
          if (fixedIn === null) continue
          expect(compareVersions('deb', version, fixedIn)).toBe(-1)
          expect(match(given(all), inventory({ packages: [foo(fixedIn)] })).map((finding) => finding.id)).not.toContain(id)
        }
      }),
    )
  })

  it('the order in which records come does not matter', () => {
    const inAnyOrder = advisories.chain((all) => shuffledSubarray(all, { minLength: all.length }).map((shuffled) => [all, shuffled] as const))
    const told = (all: readonly Advisory[], version: string) =>
      match(given(all), inventory({ packages: [foo(version)] }), { all: true }).map(({ id, installed: on, fixedIn, fix, severity, vex, records }) => [
        id,
        on,
        fixedIn,
        fix,
        severity,
        vex,
        records,
      ])
    assert(property(inAnyOrder, installed, ([all, shuffled], version) => void expect(told(shuffled, version)).toEqual(told(all, version))))
  })

  it('what the distribution’s own feed decides, no copy changes', () => {
    const withOwnFirst = advisories.map((all) => ({ all, own: all.filter(({ feed }) => feed === 'debian-tracker') }))
    assert(
      property(withOwnFirst, installed, ({ all, own }, version) => {
        const decided = new Set(own.flatMap(({ vulnerabilities }) => vulnerabilities))
        const told = (advisories: readonly Advisory[]) =>
          match(given(advisories), inventory({ packages: [foo(version)] })).flatMap(({ id, fix, fixedIn }) => (decided.has(id) ? [{ id, fix, fixedIn }] : []))
        expect(told(all)).toEqual(told(own))
      }),
    )
  })

  it('with all, each vulnerability that is spoken of is told once', () => {
    assert(
      property(advisories, installed, (all, version) => {
        const found = match(given(all), inventory({ packages: [foo(version)] }), { all: true })
        expect(found.map(({ id }) => id).sort()).toEqual([...new Set(all.flatMap(({ vulnerabilities }) => vulnerabilities))].sort())
      }),
    )
  })
})

describe('a matcher', () => {
  it('gives the same findings to images that share a package, and others to those that do not', () => {
    const matcher = createMatcher(given([fixed('CVE-2099-0001', '1.0-2'), fixed('CVE-2099-0002', '1.0-2', { release: 'debian:11' })]))
    const [first] = matcher.match(inventory({ packages: [foo('1.0-1')] }))
    const [second] = matcher.match(inventory({ packages: [onePackage({ name: 'zlib1g', version: '1' }), foo('1.0-1')] }))
    expect(second).toBe(first)
    expect(matcher.match(inventory({ packages: [foo('1.0-2')] }))).toEqual([])
    expect(matcher.match(inventory({ distro: distro({ versionId: '11' }), packages: [foo('1.0-1')] })).map(({ id }) => id)).toEqual(['CVE-2099-0002'])
    expect(matcher.match(inventory({ packages: [foo('1.0-2')] }), { all: true }).map(({ vex }) => vex)).toEqual(['not_affected'])
  })

  it('finds in each of many images what it finds in it alone', () => {
    const onePart = record({
      name: constantFrom('a', 'b', 'liba'),
      version: constantFrom('1', '2', '3'),
      sourceName: constantFrom('a', 'b', 'constructor'),
      sourceVersion: constantFrom('1', '2'),
    }).map(onePackage)
    const anyImage = array(onePart, { maxLength: 6 }).map((packages) => inventory({ packages }))
    const kinds = [
      ['a', 'source'],
      ['b', 'source'],
      ['liba', 'binary'],
    ] as const
    const input = given(
      kinds.flatMap(([packageName, packageKind]) => ['2', '3'].map((end) => fixed(`R-${packageName}-${end}`, end, { packageName, packageKind }))),
    )
    assert(
      property(array(anyImage, { maxLength: 8 }), (images) => {
        const matcher = createMatcher(input)
        for (const image of images) expect(matcher.match(image)).toEqual(createMatcher(input).match(image))
      }),
    )
  })

  it('gathers the packages of a source, wherever they stand, in the order of each source’s first', () => {
    const packages = ['foo', 'bar', 'foo', 'quux', 'bar', 'foo'].map((sourceName, place) => onePackage({ name: `p${place}`, version: '1.0-1', sourceName }))
    const input = given(['bar', 'foo'].map((packageName) => fixed(`R-${packageName}`, '1.0-2', { packageName })))
    expect(
      createMatcher(input)
        .match(inventory({ packages }))
        .map(({ sourceName, binaries }) => [sourceName, binaries]),
    ).toEqual([
      ['foo', ['p0', 'p2', 'p5']],
      ['bar', ['p1', 'p4']],
    ])
  })

  it('does not take one package for another whose fields run together', () => {
    const matcher = createMatcher(given([fixed('CVE-2099-0001', '1.0-2', { packageName: 'a' })]))
    const one = (name: string, version: string) =>
      matcher.match(inventory({ packages: [onePackage({ name, version, sourceName: 'a', sourceVersion: version })] }))
    expect(one('x', '00.1')[0]?.installed).toBe('00.1')
    expect(one('x0', '0.1')[0]?.installed).toBe('0.1')
    expect(one('x\t', '1.0-1')[0]?.binaries).toEqual(['x\t'])
  })

  it('is not confused by names that objects have', () => {
    const odd = onePackage({ name: '__proto__', version: '1', sourceName: 'constructor' })
    expect(match(given([fixed('CVE-2099-0001', '2', { packageName: 'constructor' })]), inventory({ packages: [odd] })).map(({ id }) => id)).toEqual([
      'CVE-2099-0001',
    ])
    expect(match(given([]), inventory({ packages: [odd] }))).toEqual([])
  })
})

describe('names to ask advisories for', () => {
  it('are those of sources and binaries, each once', () => {
    expect(advisedNames(inventory({ packages: [foo('1'), onePackage({ name: 'foo', version: '1' })] }))).toEqual(['foo', 'libfoo1'])
  })
})

describe('what was not looked up', () => {
  it('is nothing where a feed speaks of the image’s own packages', () => expect(unmatchedIn(table, inventory({ packages: [foo('1')] }))).toEqual([]))

  it('is everything where nobody says which distribution it is, or no feed speaks of it', () => {
    expect(unmatchedIn(table, inventory({ distro: null }))).toEqual(['the image does not say which distribution it is, so no advisory was looked up'])
    expect(unmatchedIn(table, inventory({ distro: distro({ id: 'fedora', versionId: '40' }) }))).toEqual([
      'no feed speaks of fedora 40, so no advisory was looked up',
    ])
    expect(unmatchedIn(table, inventory({ distro: distro({ id: 'centos', versionId: '9', prettyName: 'CentOS Stream 9' }) }))[0]).toContain('centos 9')
  })

  it('names packages of others, and modules of unknown stream', () => {
    const packages = Array.from({ length: 12 }, (_, at) => onePackage({ name: `x${at}`, version: '1.pgdg120+1' }))
    expect(unmatchedIn(table, inventory({ packages }))).toEqual([
      'not built by Debian, so its advisories say nothing about x0, x1, x2, x3, x4, x5, x6, x7, x8, x9 and 2 more',
    ])
    const modular = onePackage({ type: 'rpm', name: 'nodejs', version: '18-1.module+el9+1+abc' })
    expect(unmatchedIn(table, inventory({ distro: distro({ id: 'rhel', versionId: '9' }), packages: [modular] }))).toEqual([
      'from a module whose stream is not told, so no advisory was looked up for nodejs',
    ])
  })
})
