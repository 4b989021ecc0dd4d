/** The contract of the way from a manifest to the repos whose uses lead to it. */
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { discoverWork } from '../../../src/domain/due-work.ts'
import type { ImageUse } from '../../../src/domain/repo/image-use.ts'
import { createTestDatabase, type TestDatabase } from '../../stand-ins/postgres.ts'
import { inspection } from './evidence-fixtures.ts'
import { deciding, digest, discovery, imageUse, minute, repo } from './fixtures.ts'

let db: TestDatabase
beforeAll(async () => {
  db = await createTestDatabase()
})
afterAll(() => db.drop())
beforeEach(async () => {
  for (const id of await db.stores.repos.installationIds()) await db.stores.repos.forget(id, 'all')
  await db.pool.query('truncate underpin.inspections, underpin.observations')
})

const imageName = 'docker.io/library/alpine'
const [manifest, index, older, other] = [digest('a'), digest('1'), digest('2'), digest('e')]
const tag = { scope: 'public', imageName, tag: '3' }

async function repoWith(id: number, uses: readonly ImageUse[]): Promise<void> {
  const { repos, dueWork } = db.stores
  await repos.save([repo({ id })])
  await dueWork.schedule([{ ...discoverWork(id, 7, minute(0)), group: String(id) }])
  const [claim] = await dueWork.claim('discover', String(id), { asOf: minute(0), leaseMs: 60_000, limit: 1 })
  await repos.saveDiscovery(claim!, id, discovery(uses))
}

const leading = async (scope = 'public') => (await db.stores.repos.reposLeadingTo([{ scope, imageName, manifest }])).map(({ repoId }) => repoId)

describe('reposLeadingTo', () => {
  beforeEach(async () => {
    const { inventories } = db.stores
    await inventories.saveInspection('public', imageName, inspection(manifest, [], { index }), null)
    await inventories.saveInspection('public', imageName, inspection(manifest, [], { index: older }), null)
  })

  it('finds pins to the manifest and to every index that led there', async () => {
    await repoWith(1, [imageUse(`alpine:3@${manifest}`)])
    await repoWith(2, [imageUse(`alpine:3@${index}`)])
    await repoWith(3, [imageUse(`alpine:3@${older}`)])
    await repoWith(4, [imageUse(`alpine:3@${other}`)])
    await repoWith(5, [imageUse(`debian:3@${index}`)])
    expect(await leading()).toEqual([1, 2, 3])
  })

  it('finds users of a tag that shows it now, pinned elsewhere or not, and not of one that showed it once', async () => {
    const { observations } = db.stores
    await repoWith(1, [imageUse('alpine:3')])
    await repoWith(2, [imageUse(`alpine:3@${other}`)])
    await repoWith(3, [imageUse('alpine:4')])
    expect(await leading()).toEqual([])
    await observations.observe(tag, index, minute(0))
    await observations.observe({ ...tag, tag: '4' }, older, minute(0))
    await observations.observe({ ...tag, tag: '4' }, other, minute(1))
    expect(await leading()).toEqual([1, 2])
  })

  it('finds those who want to know a tag that shows it now', async () => {
    const { observations, wantedTags } = db.stores
    for (const id of [1, 2]) await repoWith(id, [imageUse('alpine:2')])
    await wantedTags.replaceWanted(await deciding(db, 2), 2, [{ imageName, tag: '3', pin: null }])
    await observations.observe(tag, index, minute(0))
    expect(await leading()).toEqual([2])
    await wantedTags.replaceWanted(await deciding(db, 1), 1, [{ imageName, tag: '9', pin: older }])
    expect(await leading()).toEqual([1, 2])
  })

  it('finds those of a manifest that nobody has looked into', async () => {
    await repoWith(1, [imageUse(`alpine:3@${other}`)])
    await repoWith(2, [imageUse('alpine:3')])
    await db.stores.observations.observe(tag, other, minute(0))
    const found = await db.stores.repos.reposLeadingTo([{ scope: 'public', imageName, manifest: other }])
    expect(found.map(({ repoId }) => repoId)).toEqual([1, 2])
  })

  it('what uses lead to is never forgotten', async () => {
    const { inventories, observations } = db.stores
    for (const one of [other, digest('c'), digest('d')]) await inventories.saveInspection('public', imageName, inspection(one, []), null)
    await repoWith(1, [imageUse(`alpine:2@${index}`), imageUse('alpine:3')])
    await observations.observe(tag, digest('c'), minute(0))
    await observations.observe(tag, other, minute(1))
    await db.pool.query("update underpin.inspections set used_at = now() - interval '1 year'")
    expect(await inventories.forgetUnused(1_000)).toBe(2)
    expect([await inventories.inspection('public', imageName, manifest), await inventories.inspection('public', imageName, other)]).not.toContain(null)
  })

  it('names a repo once per image and scope, and tells the scope', async () => {
    await repoWith(1, [imageUse(`alpine:3@${manifest}`), imageUse(`alpine:3@${index}`), imageUse('alpine:3')])
    const ask = (scope: string) => ({ scope, imageName, manifest })
    const found = { repoId: 1, installationId: 7, scope: 'public', imageName }
    expect(await db.stores.repos.reposLeadingTo([ask('public'), ask('public')])).toEqual([found])
    expect(await db.stores.repos.reposLeadingTo([{ ...ask('acme-token'), manifest: other }])).toEqual([])
    expect(await db.stores.repos.reposLeadingTo([])).toEqual([])
  })
})
