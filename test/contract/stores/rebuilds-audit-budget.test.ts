/** The contracts of rebuilds, the audit trail and the write budget. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createPostgresStores } from '../../../src/adapters/store/postgres/index.ts'
import type { Claim } from '../../../src/domain/due-work.ts'
import { createTestDatabase, type TestDatabase } from '../../stand-ins/postgres.ts'
import { deciding, minute, nasty, rebuild, repo } from './fixtures.ts'

let db: TestDatabase
beforeAll(async () => {
  db = await createTestDatabase()
  await db.stores.repos.save([repo(), repo({ id: 2 })])
})
afterAll(() => db.drop())

const claim = async (id: string): Promise<Claim> => (await db.stores.dueWork.claim('rebuild', id, { asOf: minute(9), leaseMs: 60_000, limit: 1 }))[0]!

describe('rebuilds', () => {
  it('are asked for once per repo and cause, and due at once', async () => {
    const { rebuilds } = db.stores
    const asked = rebuild('one', { cause: 'weekly', inputs: { [nasty]: nasty } })
    expect(await rebuilds.ask(await deciding(db), asked)).toEqual(asked)
    expect(await rebuilds.ask(await deciding(db), rebuild('two', { cause: 'weekly' }))).toEqual(asked)
    expect(await rebuilds.ask(await deciding(db), rebuild('three', { cause: 'weekly', repoId: 2 }))).toMatchObject({ id: 'three' })
    expect(await rebuilds.read('two')).toBeNull()
    expect(await claim('one')).toMatchObject({ kind: 'rebuild', key: 'one' })
    expect(await claim('two')).toBeUndefined()
  })

  it('record what came of them, and are found by their run', async () => {
    const { rebuilds } = db.stores
    await rebuilds.ask(await deciding(db), rebuild('r', { askedAt: minute(1) }))
    await rebuilds.ask(await deciding(db), rebuild('s', { askedAt: minute(2) }))
    const held = await claim('r')
    expect(await rebuilds.record(held, { state: 'sent', tries: 1, sentAt: minute(1) })).toBe(true)
    expect(await rebuilds.record(held, { state: 'running', runId: 12_345_678_901, runUrl: 'https://example.test' })).toBe(true)
    expect(await rebuilds.byRun(1, 12_345_678_901)).toEqual(
      rebuild('r', { askedAt: minute(1), state: 'running', tries: 1, sentAt: minute(1), runId: 12_345_678_901, runUrl: 'https://example.test' }),
    )
    expect((await rebuilds.ofRepo(1, 2)).map(({ id }) => id)).toEqual(['s', 'r'])
  })

  it('a run that belongs to another rebuild is not recorded', async () => {
    const { rebuilds } = db.stores
    await rebuilds.ask(await deciding(db), rebuild('t'))
    await rebuilds.ask(await deciding(db), rebuild('u'))
    await rebuilds.record(await claim('t'), { runId: 77 })
    expect(await rebuilds.record(await claim('u'), { state: 'running', runId: 77 })).toBe(false)
    expect(await rebuilds.read('u')).toEqual(rebuild('u'))
  })

  it("a zombie's progress is not recorded", async () => {
    const { rebuilds } = db.stores
    await rebuilds.ask(await deciding(db), rebuild('v'))
    const zombie = await claim('v')
    await db.pool.query("update underpin.due_work set lease_until = now() - interval '1 second'")
    await claim('v')
    expect(await rebuilds.record(zombie, { state: 'finished' })).toBe(false)
    expect(await rebuilds.read('v')).toMatchObject({ state: 'asked' })
  })

  it('are not asked for by a zombie', async () => {
    const zombie = await deciding(db)
    await deciding(db)
    expect(await db.stores.rebuilds.ask(zombie, rebuild('z'))).toBeNull()
    expect(await db.stores.rebuilds.read('z')).toBeNull()
  })

  it('of a repo that is not remembered are missing', async () => {
    await expect(db.stores.rebuilds.ask(await deciding(db), rebuild('w', { repoId: 99 }))).rejects.toMatchObject({ name: 'Fault', kind: 'missing' })
  })
})

describe('the audit trail', () => {
  it('is read newest first, and outlives the repo', async () => {
    const { audit, repos } = db.stores
    await repos.save([repo({ id: 3, installationId: 9 })])
    const event = (minutes: number, action: string) => ({ at: minute(minutes), installationId: 9, repoId: 3, action, detail: { [nasty]: [1, null, nasty] } })
    for (const one of [event(0, 'first'), event(2, 'third'), event(1, 'second'), event(2, 'fourth')]) await audit.append(one)
    await audit.append({ at: minute(0), installationId: null, repoId: null, action: 'set up', detail: {} })
    await repos.forget(9, 'all')
    expect(await audit.ofRepo(3, 3)).toEqual([event(2, 'fourth'), event(2, 'third'), event(1, 'second')])
  })
})

describe('the write budget', () => {
  const second = (seconds: number) => minute(seconds / 60)

  it('grants 80 a minute and says when the next fits', async () => {
    const { writeBudget } = db.stores
    for (let at = 0; at < 8; at += 1) expect(await writeBudget.spend(1, 10, second(at))).toEqual({ granted: true })
    expect(await writeBudget.spend(1, 1, second(8))).toEqual({ granted: false, retryAt: second(60) })
    expect(await writeBudget.spend(1, 15, second(8))).toEqual({ granted: false, retryAt: second(61) })
    expect(await writeBudget.spend(2, 1, second(8))).toEqual({ granted: true })
    expect(await writeBudget.spend(1, 10, second(60))).toEqual({ granted: true })
    expect(await writeBudget.spend(1, 1, second(60))).toEqual({ granted: false, retryAt: second(61) })
  })

  it('grants 500 an hour', async () => {
    const { writeBudget } = db.stores
    for (let at = 0; at < 10; at += 1) expect(await writeBudget.spend(3, 50, minute(at))).toEqual({ granted: true })
    expect(await writeBudget.spend(3, 1, minute(30))).toEqual({ granted: false, retryAt: minute(60) })
    expect(await writeBudget.spend(3, 1, minute(60))).toEqual({ granted: true })
  })

  it('grants nothing before a pause ends, and a shorter pause does not end a longer one', async () => {
    const { writeBudget } = db.stores
    await writeBudget.pause(4, minute(10))
    await writeBudget.pause(4, minute(5))
    expect(await writeBudget.pausedUntil(4, minute(9))).toEqual(minute(10))
    expect(await writeBudget.spend(4, 1, minute(9))).toEqual({ granted: false, retryAt: minute(10) })
    expect(await writeBudget.pausedUntil(4, minute(10))).toBeNull()
    expect(await writeBudget.spend(4, 1, minute(10))).toEqual({ granted: true })
    expect(await writeBudget.pausedUntil(99, minute(0))).toBeNull()
  })

  it('takes other limits, and throws for a cost that can never be granted', async () => {
    const { writeBudget } = createPostgresStores(db.pool, { writeLimits: { perMinute: 2, perHour: 3 } })
    expect(await writeBudget.spend(5, 2, minute(0))).toEqual({ granted: true })
    expect(await writeBudget.spend(5, 2, minute(1))).toEqual({ granted: false, retryAt: minute(60) })
    expect(() => writeBudget.spend(5, 3, minute(0))).toThrow(RangeError)
  })
})
