/** The contract of lists of tags, on PostgreSQL and in memory, and of the tags that repos want to know, on PostgreSQL. */
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { createMemoryTagListStore } from '../../../src/adapters/store/memory/index.ts'
import type { TagListStore } from '../../../src/ports/tag-list-store.ts'
import { formatListKey, parseListKey } from '../../../src/ports/tag-list-store.ts'
import { createTestDatabase, type TestDatabase } from '../../stand-ins/postgres.ts'
import { deciding, digest, minute, nasty, repo } from './fixtures.ts'

let db: TestDatabase
beforeAll(async () => {
  db = await createTestDatabase()
})
afterAll(() => db.drop())

const implementations: readonly { readonly name: string; readonly open: () => TagListStore }[] = [
  { name: 'PostgreSQL', open: () => db.stores.tagLists },
  { name: 'memory', open: createMemoryTagListStore },
]
let count = 0
const someImage = () => `docker.io/library/image${(count += 1)}`
const fault = { kind: 'transient', host: 'ghcr.io', message: nasty } as const

describe.each(implementations)('lists of tags on $name', ({ open }) => {
  it('come back as the registry ordered them, and an empty list is one', async () => {
    const [store, image] = [open(), someImage()]
    expect(await store.list('public', image)).toBeNull()
    await store.saveList('public', image, ['3.9', '3.10', 'latest'], minute(0))
    expect(await store.list('public', image)).toEqual({ tags: ['3.9', '3.10', 'latest'], askedAt: minute(0), fault: null })
    await store.saveList('public', image, [], minute(5))
    expect(await store.list('public', image)).toEqual({ tags: [], askedAt: minute(5), fault: null })
  })

  it('keep their tags through a fault, which the next list takes away', async () => {
    const [store, image] = [open(), someImage()]
    await store.noteListFault('public', image, fault, minute(0))
    expect(await store.list('public', image)).toEqual({ tags: null, askedAt: minute(0), fault })
    await store.saveList('public', image, ['1'], minute(1))
    await store.noteListFault('public', image, fault, minute(2))
    expect(await store.list('public', image)).toEqual({ tags: ['1'], askedAt: minute(2), fault })
    await store.saveList('public', image, ['1'], minute(3))
    expect(await store.list('public', image)).toEqual({ tags: ['1'], askedAt: minute(3), fault: null })
  })

  it('of one scope are not seen by another', async () => {
    const [store, image] = [open(), someImage()]
    await store.saveList('public', image, ['1'], minute(0))
    expect(await store.list('acme-token', image)).toBeNull()
  })

  it('may hold 100,000 tags', async () => {
    const [store, image] = [open(), someImage()]
    const tags = Array.from({ length: 100_000 }, (_, at) => `nightly-2026.${at}-slim-bookworm`)
    await store.saveList('public', image, tags, minute(0))
    expect((await store.list('public', image))?.tags).toEqual(tags)
  })
})

it('a list of 100,000 tags takes less than a megabyte on PostgreSQL', async () => {
  const image = someImage()
  const tags = Array.from({ length: 100_000 }, (_, at) => `nightly-2026.${at}-slim-bookworm`)
  await db.stores.tagLists.saveList('public', image, tags, minute(0))
  const { rows } = await db.pool.query('select pg_column_size(tags) as bytes from underpin.tag_lists where image_name = $1', [image])
  expect(rows[0].bytes).toBeLessThan(1_000_000)
})

it('the key of a list is read back, and nothing else is', () => {
  expect(parseListKey(formatListKey({ scope: 'public', imageName: 'ghcr.io/acme/app' }))).toEqual({ scope: 'public', imageName: 'ghcr.io/acme/app' })
  for (const text of ['', 'public', 'public ', 'a b c']) expect(() => parseListKey(text)).toThrow()
})

it('a search keeps how far it came, by scope', async () => {
  const { searches } = db.stores
  const [image, a] = [someImage(), digest('a')]
  expect(await searches.search('public', image, a)).toBeNull()
  await searches.saveSearch('public', image, a, { askedAt: minute(0), asked: ['latest', '3'], isOver: false })
  expect(await searches.search('public', image, a)).toEqual({ askedAt: minute(0), asked: ['latest', '3'], isOver: false })
  await searches.saveSearch('public', image, a, { askedAt: minute(1), asked: [], isOver: true })
  expect(await searches.search('public', image, a)).toEqual({ askedAt: minute(1), asked: [], isOver: true })
  expect(await searches.search('acme-token', image, a)).toBeNull()
})

describe('wanted tags', () => {
  const [a, b] = [digest('a'), digest('b')]
  const alpine = 'docker.io/library/alpine'
  beforeEach(async () => {
    for (const id of await db.stores.repos.installationIds()) await db.stores.repos.forget(id, 'all')
    await db.stores.repos.save([repo(), repo({ id: 2, installationId: 8 })])
  })

  it('are found by tag with the digests that they are compared with, and lists by their image', async () => {
    const { wantedTags } = db.stores
    const wanted = [
      { imageName: alpine, tag: '3.21', pin: b },
      { imageName: alpine, tag: '3.21', pin: a },
      { imageName: alpine, tag: '3.21', pin: null },
      { imageName: alpine, tag: null, pin: null },
    ]
    expect(await wantedTags.replaceWanted(await deciding(db), 1, wanted)).toBe(true)
    expect(await wantedTags.replaceWanted(await deciding(db, 2), 2, [{ imageName: alpine, tag: '3.21', pin: a }])).toBe(true)
    expect(await wantedTags.reposWanting(alpine, '3.21')).toEqual([
      { repoId: 1, installationId: 7, pins: [a, b], floats: true },
      { repoId: 2, installationId: 8, pins: [a], floats: false },
    ])
    expect(await wantedTags.reposWanting(alpine, null)).toMatchObject([{ repoId: 1, installationId: 7 }])
    expect(await wantedTags.reposWanting('docker.io/library/none', null)).toEqual([])
  })

  it('are replaced as a whole, go with their repo, and a zombie’s are not stored', async () => {
    const { wantedTags, repos } = db.stores
    const zombie = await deciding(db)
    const claim = await deciding(db)
    await wantedTags.replaceWanted(claim, 1, [{ imageName: alpine, tag: '3.21', pin: a }])
    expect(await wantedTags.replaceWanted(zombie, 1, [])).toBe(false)
    await wantedTags.replaceWanted(claim, 1, [{ imageName: alpine, tag: '3.22', pin: a }])
    expect(await wantedTags.reposWanting(alpine, '3.21')).toEqual([])
    expect(await wantedTags.reposWanting(alpine, '3.22')).toHaveLength(1)
    await repos.forget(7, [1])
    expect(await wantedTags.reposWanting(alpine, '3.22')).toEqual([])
    expect(await wantedTags.replaceWanted(claim, 1, [])).toBe(false)
  })
})
