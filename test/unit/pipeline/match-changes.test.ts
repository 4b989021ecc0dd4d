/** Whom a changed advisory wakes: by package, through inventories and uses, in their own scope, and nobody is forgotten. */
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest'
import { discoverWork } from '../../../src/domain/due-work.ts'
import { matchChanges } from '../../../src/pipeline/update-feed.ts'
import { advised, debPackage, inspection, update } from '../../contract/stores/evidence-fixtures.ts'
import { digest, discovery, imageUse, minute, repo } from '../../contract/stores/fixtures.ts'
import { createTestDatabase, type TestDatabase } from '../../stand-ins/postgres.ts'

let db: TestDatabase
beforeAll(async () => {
  db = await createTestDatabase()
})
afterAll(() => db.drop())
beforeEach(async () => {
  for (const id of await db.stores.repos.installationIds()) await db.stores.repos.forget(id, 'all')
  await db.pool.query('truncate underpin.inspections, underpin.observations, underpin.feed_parts, underpin.feed_changes, underpin.due_work cascade')
})

const imageName = 'ghcr.io/acme/base'
const [withSsl, withBash] = [digest('a'), digest('b')]
const grants = [{ id: 'acme-token', registry: 'ghcr.io/acme', installations: [7] }]
const accept = () => null

/** A repo of `installationId` that pins the image to `pin`. */
async function pinned(id: number, installationId: number, pin: string): Promise<void> {
  const { repos, dueWork } = db.stores
  await repos.save([repo({ id, installationId })])
  await dueWork.schedule([{ ...discoverWork(id, installationId, minute(0)), group: String(id) }])
  const [claim] = await dueWork.claim('discover', String(id), { asOf: minute(0), leaseMs: 60_000, limit: 1 })
  await repos.saveDiscovery(claim!, id, discovery([imageUse(`${imageName}:1@${pin}`)]))
}

async function inspected(scope: string): Promise<void> {
  await db.stores.inventories.saveInspection(scope, imageName, inspection(withSsl, [debPackage('libssl3', 'openssl')]), 'debian:12')
  await db.stores.inventories.saveInspection(scope, imageName, inspection(withBash, [debPackage('bash')]), 'debian:12')
}

const match = (dueWork = db.stores.dueWork) => matchChanges({ ...db.stores, dueWork, grants }, minute(5))
const woken = async () =>
  (await db.pool.query("select key from underpin.due_work where kind = 'decide' and due_at <= $1 order by key", [minute(5)])).rows.map(({ key }) => Number(key))

it('the repos whose images hold the package are due at once, and no others', async () => {
  await pinned(1, 8, withSsl)
  await pinned(2, 8, withBash)
  await inspected('public')
  await db.stores.advisories.save(update('replace', [advised('MADE-1', 'openssl'), advised('MADE-2', 'zlib')]), accept, minute(0))
  expect(await match()).toBe(1)
  expect(await woken()).toEqual([1])
  expect(await match()).toBe(0)
})

it('an update that changes nothing wakes nobody', async () => {
  await pinned(1, 8, withSsl)
  await inspected('public')
  await db.stores.advisories.save(update('replace', [advised('MADE-1', 'openssl')]), accept, minute(0))
  await match()
  await db.pool.query('truncate underpin.due_work')
  await db.stores.advisories.save(update('replace', [advised('MADE-1', 'openssl')], { etag: '"2"' }), accept, minute(1))
  await db.stores.advisories.save(update('replace', []), () => 'it is empty', minute(2))
  expect(await match()).toBe(0)
  expect(await woken()).toEqual([])
})

it('what a scope found wakes only those who look with it', async () => {
  await pinned(1, 7, withSsl)
  await pinned(2, 8, withSsl)
  await inspected('acme-token')
  await db.stores.advisories.save(update('replace', [advised('MADE-1', 'openssl')]), accept, minute(0))
  expect(await match()).toBe(1)
  expect(await woken()).toEqual([1])
})

it('a kill between taking in and waking loses nobody', async () => {
  await pinned(1, 8, withSsl)
  await inspected('public')
  await db.stores.advisories.save(update('replace', [advised('MADE-1', 'openssl')]), accept, minute(0))
  const killed = { ...db.stores.dueWork, schedule: () => Promise.reject(new Error('killed')) }
  await expect(match(killed)).rejects.toThrow('killed')
  expect(await woken()).toEqual([])
  expect(await match()).toBe(1)
  expect(await woken()).toEqual([1])
})
