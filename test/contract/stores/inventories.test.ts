/** The contract of inventories, on PostgreSQL and in memory. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createMemoryInventoryStore } from '../../../src/adapters/store/memory/index.ts'
import type { InventoryStore } from '../../../src/ports/inventory-store.ts'
import { createTestDatabase, type TestDatabase } from '../../stand-ins/postgres.ts'
import { debPackage, inspection } from './evidence-fixtures.ts'
import { digest, nasty } from './fixtures.ts'

let db: TestDatabase
beforeAll(async () => {
  db = await createTestDatabase()
})
afterAll(() => db.drop())

/** `age` makes all that is there look unused for that long. */
type Opened = { readonly store: InventoryStore; readonly age: (ms: number) => Promise<void> }

const implementations: readonly { readonly name: string; readonly open: () => Promise<Opened> }[] = [
  {
    name: 'PostgreSQL',
    open: async () => {
      await db.pool.query('truncate underpin.inspections, underpin.layers')
      const age = async (ms: number) => {
        for (const table of ['inspections', 'layers'])
          await db.pool.query(`update underpin.${table} set used_at = used_at - $1 * interval '1 millisecond'`, [ms])
      }
      return { store: db.stores.inventories, age }
    },
  },
  {
    name: 'memory',
    open: async () => {
      let ahead = 0
      return { store: createMemoryInventoryStore(() => Date.now() + ahead), age: async (ms) => void (ahead += ms) }
    },
  },
]

const day = 24 * 60 * 60 * 1000
const name = 'docker.io/library/made-up'
const [a, b, index] = [digest('a'), digest('b'), digest('1')]
const found = inspection(a, [debPackage('libssl3', 'openssl'), debPackage('bash')], { index })

describe.each(implementations)('inventories on $name', ({ open }) => {
  it('an inspection comes back exactly, whatever is written in it, and the newest one counts', async () => {
    const { store } = await open()
    const hostile = inspection(a, [debPackage(nasty)], { base: { name: nasty, digest: b, proof: 'annotation' } })
    expect(await store.inspection('public', name, a)).toBeNull()
    await store.saveInspection('public', name, found, 'debian:12')
    await store.saveInspection('public', name, hostile, 'debian:12')
    expect(await store.inspection('public', name, a)).toEqual(hostile)
    expect(await store.inspection('public', name, b)).toBeNull()
  })

  it('one scope, and one image name, sees nothing of another', async () => {
    const { store } = await open()
    await store.saveInspection('acme-token', name, found, 'debian:12')
    await store.saveLayer('acme-token', a, { packages: [] })
    expect(await store.inspection('public', name, a)).toBeNull()
    expect(await store.inspection('acme-token', `${name}2`, a)).toBeNull()
    expect(await store.inspectionsThrough('public', name, index)).toEqual([])
    expect(await store.layer('public', a)).toBeNull()
    expect(await store.holding([{ release: 'debian:12', packageName: 'bash' }])).toEqual([{ scope: 'acme-token', imageName: name, manifest: a }])
  })

  it('is found through every digest that led to it', async () => {
    const { store } = await open()
    const arm = inspection(b, [], { index, platform: { os: 'linux', architecture: 'arm64', variant: null, osVersion: null } })
    await store.saveInspection('public', name, arm, null)
    await store.saveInspection('public', name, found, 'debian:12')
    await store.saveInspection('public', name, { ...found, index: digest('2') }, 'debian:12')
    const manifests = async (through: typeof a) => (await store.inspectionsThrough('public', name, through)).map(({ manifest }) => manifest)
    expect(await manifests(index)).toEqual([a, b])
    expect(await manifests(digest('2'))).toEqual([a])
    expect(await manifests(a)).toEqual([a])
    expect(await manifests(digest('3'))).toEqual([])
  })

  it('says who holds a package, by source or binary name, of that release only', async () => {
    const { store } = await open()
    await store.saveInspection('public', name, found, 'debian:12')
    await store.saveInspection('public', `${name}2`, { ...found, manifest: b }, 'debian:13')
    await store.saveInspection('public', `${name}3`, { ...found, manifest: digest('c') }, null)
    const here = { scope: 'public', imageName: name, manifest: a }
    const holding = (...packageNames: string[]) => store.holding(packageNames.map((packageName) => ({ release: 'debian:12', packageName })))
    expect(await holding('openssl')).toEqual([here])
    expect(await holding('libssl3', 'openssl', 'bash', 'absent')).toEqual([here])
    expect(await holding('absent')).toEqual([])
    expect(await holding()).toEqual([])
    expect(await holding(...Array.from({ length: 5_000 }, (_, at) => `other-${at}`), 'bash')).toEqual([here])
  })

  it('tells the releases of everything that is there', async () => {
    const { store } = await open()
    expect(await store.releases()).toEqual([])
    await store.saveInspection('public', name, found, 'wolfi')
    await store.saveInspection('acme-token', name, found, 'wolfi')
    await store.saveInspection('public', name, { ...found, manifest: b }, 'debian:12')
    await store.saveInspection('public', name, { ...found, manifest: digest('c') }, null)
    expect(await store.releases()).toEqual(['debian:12', 'wolfi'])
  })

  it('a new look at a manifest replaces what it was said to hold', async () => {
    const { store } = await open()
    await store.saveInspection('public', name, found, 'debian:12')
    await store.saveInspection('public', name, inspection(a, [debPackage('zlib')]), 'debian:12')
    expect(await store.holding([{ release: 'debian:12', packageName: 'bash' }])).toEqual([])
    expect(await store.holding([{ release: 'debian:12', packageName: 'zlib' }])).toHaveLength(1)
  })

  it('keeps what a layer gave, unless it is too long, and takes hostile and endless names', async () => {
    const { store } = await open()
    const layer = { files: [{ path: nasty, bytes: 3 }], note: null }
    await store.saveLayer('public', a, layer)
    expect(await store.layer('public', a)).toEqual(layer)
    await store.saveLayer('public', b, 'x'.repeat(8 * 1024 * 1024))
    expect(await store.layer('public', b)).toBeNull()
    await store.saveInspection('public', name, inspection(a, [debPackage('x'.repeat(9_000)), debPackage(nasty)]), 'debian:12')
    expect(await store.holding([{ release: 'debian:12', packageName: nasty }])).toHaveLength(1)
  })

  it('forgets what nobody asked for, and keeps what somebody did', async () => {
    const { store, age } = await open()
    await store.saveInspection('public', name, found, 'debian:12')
    await store.saveInspection('public', name, { ...found, manifest: b }, 'debian:12')
    await store.saveLayer('public', a, 1)
    await store.saveLayer('public', b, 2)
    await age(9 * day)
    await store.inspection('public', name, a)
    await store.layer('public', b)
    await age(2 * day)
    expect(await store.forgetUnused(10 * day)).toBe(2)
    expect(await store.inspection('public', name, a)).not.toBeNull()
    expect(await store.inspection('public', name, b)).toBeNull()
    expect([await store.layer('public', a), await store.layer('public', b)]).toEqual([null, 2])
  })
})
