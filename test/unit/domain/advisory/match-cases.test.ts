/** The golden cases of test/cases/match: each directory's name states the rule; what a file leaves out has the value that matters least. */
import { readdirSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { describe, expect, it } from 'vitest'
import { readDistroTable } from '../../../../src/app/distro-table.ts'
import type { Advisory, VersionRange } from '../../../../src/domain/advisory/advisory.ts'
import type { Finding } from '../../../../src/domain/advisory/finding.ts'
import { match } from '../../../../src/domain/advisory/match.ts'
import { packageTypeOf } from '../../../../src/domain/package/distro.ts'
import type { PackageRepository } from '../../../../src/domain/package/inventory.ts'
import { advisory, distro, inventory, onePackage } from '../../../support/evidence.ts'

type Case = {
  readonly distro: Parameters<typeof distro>[0]
  readonly packages: readonly Parameters<typeof onePackage>[0][]
  readonly repositories?: readonly PackageRepository[]
  readonly at?: string
  readonly all?: boolean
  readonly notes?: Readonly<Record<string, { kev: boolean; epss: number | null }>>
}

const root = path.resolve(import.meta.dirname, '../../../cases/match')
const table = readDistroTable()

describe('matching', () => {
  it.each(readdirSync(root))('%s', (name) => {
    const read = (file: string): unknown => JSON.parse(readFileSync(path.join(root, name, `${file}.json`), 'utf8'))
    const given = read('inventory') as Case
    const advisories = (read('advisories') as (Omit<Partial<Advisory>, 'ranges'> & { ranges?: Partial<VersionRange>[] })[]).map((row) => advisory(row))
    const on = distro(given.distro)
    const type = packageTypeOf(table, on) ?? 'deb'
    const found = match(
      { table, advisories, notes: new Map(Object.entries(given.notes ?? {})), at: new Date(given.at ?? '2026-01-01T00:00:00Z') },
      inventory({ distro: on, repositories: given.repositories ?? [], packages: given.packages.map((one) => onePackage({ type, ...one })) }),
      { all: given.all ?? false },
    )
    const expected = read('expected') as Partial<Finding>[]
    expect(found.map(({ id }) => id)).toEqual(expected.map(({ id }) => id))
    expect(found).toMatchObject(expected)
    for (const [index, one] of found.entries()) expect('vex' in one, one.id).toBe('vex' in (expected[index] ?? {}))
  })
})
