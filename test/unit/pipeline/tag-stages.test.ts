/** Lists of tags and searches for the tag of a digest: asked once for everybody, told to those who want to know in their own scope, and nobody is forgotten. */
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { type Claim, type Work, work } from '../../../src/domain/due-work.ts'
import { parseDigest } from '../../../src/domain/image/digest.ts'
import { readDistroTable } from '../../../src/app/distro-table.ts'
import { listTags } from '../../../src/pipeline/list-tags.ts'
import { searchTag } from '../../../src/pipeline/search-tag.ts'
import { formatListKey } from '../../../src/ports/tag-list-store.ts'
import { formatWanted } from '../../../src/ports/wanted-inspection-store.ts'
import type { WantedTag } from '../../../src/ports/wanted-tag-store.ts'
import { deciding, digest, minute, repo } from '../../contract/stores/fixtures.ts'
import { createTestDatabase, type TestDatabase } from '../../stand-ins/postgres.ts'
import { startRegistry, type StandInRegistry } from '../../stand-ins/registry/index.ts'
import { clientFor } from '../adapters/registry/stage.ts'

let db: TestDatabase
let home: StandInRegistry
beforeAll(async () => {
  db = await createTestDatabase()
  home = await startRegistry()
})
afterAll(async () => {
  await home.close()
  await db.drop()
})
let count = 0
let repository = ''
let imageName = ''
beforeEach(async () => {
  for (const id of await db.stores.repos.installationIds()) await db.stores.repos.forget(id, 'all')
  await db.pool.query('truncate underpin.due_work')
  repository = `acme/base${(count += 1)}`
  imageName = `${home.host}/${repository}`
})

const grants = [{ id: 'acme-token', registry: 'ghcr.io/acme', installations: [7] }]
async function wanting(id: number, wanted: Omit<WantedTag, 'imageName'>, installationId = 7): Promise<void> {
  await db.stores.repos.save([repo({ id, installationId })])
  await db.stores.wantedTags.replaceWanted(await deciding(db, id), id, [{ imageName, ...wanted }])
  await db.pool.query('truncate underpin.due_work')
}
const woken = async (at = minute(5)) =>
  (await db.pool.query("select key from underpin.due_work where kind = 'decide' and due_at <= $1 order by key", [at])).rows.map(({ key }) => Number(key))
const claim = (of: Work): Claim => ({ kind: of.kind, key: of.key, fence: 1, attempts: 0 })
const ports = () => ({ ...db.stores, registry: clientFor([home]).registry, distros: readDistroTable(), grants })
/** A store of due work that is killed the second time that something is made due. */
const killed = () => {
  let calls = 0
  return {
    schedule: async (some: readonly Work[]) => {
      if ((calls += 1) === 2) throw new Error('killed')
      await db.stores.dueWork.schedule(some)
    },
  }
}

describe('a list of tags', () => {
  const list = (more: object = {}, asOf = minute(5)) =>
    listTags({ ...ports(), ...more }, claim(work('tags', formatListKey({ scope: 'public', imageName }), asOf)), asOf)
  const asked = () => home.requests.filter(({ path }) => path.includes(`${repository}/tags/list`)).length

  it('wakes all who want it where it changed, and nobody where it did not', async () => {
    home.pushImage(repository, '1', { label: 'one' })
    await wanting(1, { tag: null, pin: null })
    await wanting(2, { tag: null, pin: digest('a') }, 8)
    await wanting(3, { tag: '1', pin: null })
    expect(await list()).toBe(true)
    expect(await woken()).toEqual([1, 2])
    expect(await db.stores.tagLists.list('public', imageName)).toEqual({ tags: ['1'], askedAt: minute(5), fault: null })
    await db.pool.query('truncate underpin.due_work')
    expect(await list({}, minute(125))).toBe(true)
    expect(await woken(minute(999))).toEqual([])
    expect(asked()).toBe(2)
  })

  it('is not asked for where nobody wants it in that scope, and once by those who want it in the same moment', async () => {
    home.pushImage(repository, '1', { label: 'one' })
    expect(await list()).toBe(false)
    expect(asked()).toBe(0)
    await wanting(1, { tag: null, pin: null })
    await list()
    await wanting(2, { tag: null, pin: null })
    await list()
    expect(asked()).toBe(1)
    expect(await woken()).toEqual([1, 2])
  })

  it('that a kill kept from being told is told a minute later', async () => {
    home.pushImage(repository, '1', { label: 'one' })
    await wanting(1, { tag: null, pin: null })
    await expect(list({ dueWork: killed() })).rejects.toThrow('killed')
    expect((await db.stores.tagLists.list('public', imageName))?.tags).toEqual(['1'])
    expect(await woken()).toEqual([])
    expect(await woken(minute(6))).toEqual([1])
  })

  it('that fails is remembered and raised again, but for an image that is not there', async () => {
    await wanting(1, { tag: null, pin: null })
    expect(await list()).toBe(true)
    expect(await db.stores.tagLists.list('public', imageName)).toMatchObject({ tags: null, fault: { kind: 'missing' } })
    expect(await woken()).toEqual([1])
    const mend = home.script({ path: repository }, { kind: 'status', status: 403 })
    await expect(list({}, minute(125))).rejects.toMatchObject({ kind: 'unauthorized' })
    expect(await db.stores.tagLists.list('public', imageName)).toMatchObject({ tags: null, fault: { kind: 'unauthorized' }, askedAt: minute(125) })
    mend()
  })
})

describe('a search', () => {
  const search = (of: string, more: object = {}, asOf = minute(5)) =>
    searchTag({ ...ports(), ...more }, claim(work('search', formatWanted({ scope: 'public', imageName, manifest: parseDigest(of)! }), asOf)), asOf)

  it('ends with the tag that shows the digest, and that a kill kept from being told is told a minute later', async () => {
    home.pushImage(repository, 'latest', { label: 'other' })
    const { digest: wanted } = home.pushImage(repository, '1', { label: 'one' })
    await wanting(1, { tag: null, pin: parseDigest(wanted) })
    await wanting(2, { tag: null, pin: digest('a') })
    await db.stores.tagLists.saveList('public', imageName, ['1', 'latest'], minute(0))
    await expect(search(wanted, { dueWork: killed() })).rejects.toThrow('killed')
    expect(await woken(minute(6))).toEqual([1])
    expect(await db.stores.observations.tagsShowing('public', imageName, parseDigest(wanted)!, 9)).toMatchObject([{ tag: '1' }])
    const before = home.requests.length
    expect(await search(wanted)).toBeNull()
    expect(home.requests).toHaveLength(before)
  })

  it('that the registry interrupts goes on where it stopped', async () => {
    const { digest: other } = home.pushImage(repository, '3', { label: 'other' })
    for (const tag of ['1', '2']) home.tag(repository, tag, other)
    await wanting(1, { tag: null, pin: digest('a') })
    await db.stores.tagLists.saveList('public', imageName, ['1', '2', '3'], minute(0))
    const mend = home.script({ path: `${repository}/manifests/2` }, { kind: 'status', status: 403 })
    await expect(search(digest('a'))).rejects.toMatchObject({ kind: 'unauthorized' })
    expect(await db.stores.searches.search('public', imageName, digest('a'))).toMatchObject({ asked: ['3'], isOver: false })
    mend()
    expect(await search(digest('a'))).toBeNull()
    expect(await db.stores.searches.search('public', imageName, digest('a'))).toMatchObject({ asked: ['3', '2', '1'], isOver: true })
  })
})
