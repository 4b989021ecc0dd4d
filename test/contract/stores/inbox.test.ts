/** The contract of the inbox. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createTestDatabase, type TestDatabase } from '../../stand-ins/postgres.ts'
import { minute } from './fixtures.ts'

let db: TestDatabase
beforeAll(async () => {
  db = await createTestDatabase()
})
afterAll(() => db.drop())

let count = 0
function delivery() {
  count += 1
  return { guid: `guid ${count}`, event: 'push', body: new Uint8Array([0, 255, 13, 10, 128]), receivedAt: minute(0) }
}
const options = { asOf: minute(0), leaseMs: 60_000, limit: 1 }
const claim = async (guid: string, asOf = minute(0)) => (await db.stores.dueWork.claim('inbox', guid, { ...options, asOf }))[0]

describe('the inbox', () => {
  it('keeps a delivery byte for byte, and makes it due', async () => {
    const one = delivery()
    expect(await db.stores.inbox.accept(one)).toBe('new')
    const read = await db.stores.inbox.read(one.guid)
    expect({ ...read, body: [...read!.body] }).toEqual({ ...one, body: [...one.body] })
    expect(await claim(one.guid)).toMatchObject({ kind: 'inbox', key: one.guid })
  })

  it('a redelivery of one that failed is due again at once', async () => {
    const one = delivery()
    await db.stores.inbox.accept(one)
    await db.stores.dueWork.retry((await claim(one.guid))!, minute(60), 'failed')
    expect(await claim(one.guid)).toBeUndefined()
    expect(await db.stores.inbox.accept(one)).toBe('again')
    expect(await claim(one.guid)).toBeDefined()
  })

  it('a redelivery of one that is done changes nothing', async () => {
    const one = delivery()
    await db.stores.inbox.accept(one)
    const held = (await claim(one.guid))!
    await db.stores.inbox.done(one.guid, minute(1))
    await db.stores.dueWork.finish(held, null)
    expect(await db.stores.inbox.accept({ ...one, body: new Uint8Array([1]) })).toBe('again')
    expect(await claim(one.guid, minute(999))).toBeUndefined()
    expect([...(await db.stores.inbox.read(one.guid))!.body]).toEqual([...one.body])
  })

  it('a redelivery that comes while the first is being done does not do it twice', async () => {
    const one = delivery()
    await db.stores.inbox.accept(one)
    const held = (await claim(one.guid))!
    await db.stores.inbox.accept(one)
    await db.stores.inbox.done(one.guid, minute(1))
    await db.stores.dueWork.finish(held, null)
    expect(await claim(one.guid, minute(999))).toBeUndefined()
  })

  it('drops the bodies of what was done long ago, and remembers the GUIDs', async () => {
    const [old, young, undone] = [delivery(), delivery(), delivery()]
    for (const one of [old, young, undone]) await db.stores.inbox.accept(one)
    await db.stores.inbox.done(old.guid, minute(-9_000))
    await db.stores.inbox.done(young.guid, minute(-8_000))
    expect(await db.stores.inbox.purge(minute(-8_500))).toBe(1)
    expect(await db.stores.inbox.read(old.guid)).toBeNull()
    expect(await db.stores.inbox.read(young.guid)).not.toBeNull()
    expect(await db.stores.inbox.read(undone.guid)).not.toBeNull()
    expect(await db.stores.inbox.accept(old)).toBe('again')
    expect(await claim(old.guid)).toBeUndefined()
  })

  it('an unknown GUID reads as null', async () => {
    expect(await db.stores.inbox.read('never seen')).toBeNull()
  })
})
