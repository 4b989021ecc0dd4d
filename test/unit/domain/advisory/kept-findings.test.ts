/** Which images get findings that were made for another one. */
import { describe, expect, it } from 'vitest'
import type { About } from '../../../../src/domain/advisory/claims.ts'
import { createMatcher } from '../../../../src/domain/advisory/match.ts'
import { createKeptFindings } from '../../../../src/domain/advisory/kept-findings.ts'
import type { Package } from '../../../../src/domain/package/package.ts'
import { readDistroTable } from '../../../../src/app/distro-table.ts'
import { advisory, inventory, onePackage } from '../../../support/evidence.ts'

const table = readDistroTable()
const about: About = { source: new Map(), binary: new Map([['spoken-of', []]]) }
const packages = [onePackage({ name: 'libfoo1', version: '1', sourceName: 'foo' }), onePackage({ name: 'spoken-of', version: '1', sourceName: 'foo' })]
const changed = (change: Partial<Package>, at = 0) => packages.map((one, place) => (place === at ? { ...one, ...change } : one))
const [finding] = createMatcher({ table, advisories: [advisory({ packageName: 'foo', fix: 'none-yet' })], notes: new Map(), at: new Date(0) }).match(
  inventory({ packages }),
)
const findings = finding === undefined ? [] : [finding]

describe('what is kept', () => {
  const image = { about }
  const kept = createKeptFindings(1_000)
  kept.keep(image, { name: 'foo', packages }, findings)

  it('is given to an image of the kind with the same packages, wherever their records are from', () => {
    expect(findings).toHaveLength(1)
    expect(kept.recall(image, { name: 'foo', packages: packages.map((one) => ({ ...one })) })?.[0]).toBe(finding)
    expect(kept.recall({ about }, { name: 'foo', packages })).toBeUndefined()
    expect(kept.recall(image, { name: 'bar', packages })).toBeUndefined()
  })

  it.each(['name', 'version', 'sourceVersion', 'arch', 'module', 'vendor'] as const)('is not given where a package has another %s', (field) => {
    expect(kept.recall(image, { name: 'foo', packages: changed({ [field]: 'other' }) })).toBeUndefined()
    expect(kept.recall(image, { name: 'foo', packages: changed({ [field]: 'other' }, 1) })).toBeUndefined()
  })

  it('is not given where a package is missing, or there is one more', () => {
    expect(kept.recall(image, { name: 'foo', packages: packages.slice(1) })).toBeUndefined()
    expect(kept.recall(image, { name: 'foo', packages: packages.slice(0, 1) })).toBeUndefined()
    expect(kept.recall(image, { name: 'foo', packages: [...packages, ...packages.slice(0, 1)] })).toBeUndefined()
  })

  it('asks for the same purl only where records speak of the binary, since findings tell it there', () => {
    expect(kept.recall(image, { name: 'foo', packages: changed({ purl: 'pkg:deb/other' }) })).toEqual(findings)
    expect(kept.recall(image, { name: 'foo', packages: changed({ purl: 'pkg:deb/other' }, 1) })).toBeUndefined()
  })
})

describe('how much is kept', () => {
  const image = { about }
  const source = (version: string) => ({ name: 'foo', packages: [onePackage({ name: 'foo', version })] })

  it('is bounded: what nobody asks for is forgotten, what is in use stays', () => {
    const kept = createKeptFindings(3)
    kept.keep(image, source('used'), findings)
    kept.keep(image, source('unused'), [])
    for (let at = 0; at < 20; at += 1) {
      expect(kept.recall(image, source('used'))).toEqual(findings)
      kept.keep(image, source(`${at}`), [])
    }
    expect(kept.recall(image, source('unused'))).toBeUndefined()
  })
})
