/** The contract of due work, on PostgreSQL and in memory. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createMemoryDueWorkStore } from '../../../src/adapters/store/memory/index.ts'
import type { Work } from '../../../src/domain/due-work.ts'
import type { DueWorkStore } from '../../../src/ports/due-work-store.ts'
import { createTestDatabase, type TestDatabase } from '../../stand-ins/postgres.ts'
import { minute } from './fixtures.ts'

let db: TestDatabase
beforeAll(async () => {
  db = await createTestDatabase()
})
afterAll(() => db.drop())

let memoryClock = 0
const implementations: readonly {
  readonly name: string
  readonly open: () => DueWorkStore
  /** Lets every lease that runs now be over. */
  readonly endLeases: () => Promise<unknown>
}[] = [
  {
    name: 'PostgreSQL',
    open: () => db.stores.dueWork,
    endLeases: () => db.pool.query("update underpin.due_work set lease_until = now() - interval '1 second' where lease_until is not null"),
  },
  { name: 'memory', open: () => createMemoryDueWorkStore(() => memoryClock), endLeases: async () => (memoryClock += 1_000_000) },
]

let count = 0
/** Work in a group of its own, so that tests do not meet. */
function someWork(dueAt = minute(0)): Work {
  count += 1
  return { kind: 'decide', key: `key ${count}`, group: `group ${count}`, dueAt }
}
const options = { asOf: minute(0), leaseMs: 60_000, limit: 10 }

describe.each(implementations)('due work on $name', ({ open, endLeases }) => {
  it('gives out what is due, once', async () => {
    const store = open()
    const work = someWork()
    await store.schedule([work])
    expect(await store.claim('decide', work.group, options)).toEqual([{ kind: 'decide', key: work.key, fence: expect.any(Number), attempts: 0 }])
    expect(await store.claim('decide', work.group, options)).toEqual([])
  })

  it('keeps what is due later, and other kinds and groups', async () => {
    const store = open()
    const work = someWork(minute(1))
    await store.schedule([work])
    expect(await store.claim('decide', work.group, options)).toEqual([])
    expect(await store.claim('decide', work.group, { ...options, asOf: minute(1) })).toHaveLength(1)
    expect(await store.claim('resolve', work.group, { ...options, asOf: minute(1) })).toEqual([])
  })

  it('claims the longest due first, and no more than the limit', async () => {
    const store = open()
    const { group } = someWork()
    const keys = ['late', 'early', 'middle']
    await store.schedule(keys.map((key, at) => ({ kind: 'deliver', key: `${group} ${key}`, group, dueAt: minute([-1, -3, -2][at]!) })))
    const first = await store.claim('deliver', group, { ...options, limit: 2 })
    expect(new Set(first.map(({ key }) => key))).toEqual(new Set([`${group} early`, `${group} middle`]))
    expect((await store.claim('deliver', group, options)).map(({ key }) => key)).toEqual([`${group} late`])
  })

  it('is due at the earliest of what was asked, in one call or in several', async () => {
    const store = open()
    const work = someWork(minute(9))
    await store.schedule([work, { ...work, dueAt: minute(3) }, { ...work, dueAt: minute(5) }])
    await store.schedule([{ ...work, dueAt: minute(7) }])
    expect(await store.claim('decide', work.group, { ...options, asOf: minute(2) })).toEqual([])
    expect(await store.claim('decide', work.group, { ...options, asOf: minute(3) })).toHaveLength(1)
  })

  it('is over when finished, or due again when that was said', async () => {
    const store = open()
    const work = someWork()
    await store.schedule([work])
    const [claim] = await store.claim('decide', work.group, options)
    expect(await store.finish(claim!, minute(5))).toBe(true)
    const [again] = await store.claim('decide', work.group, { ...options, asOf: minute(5) })
    expect(again!.fence).toBeGreaterThan(claim!.fence)
    expect(await store.finish(again!, null)).toBe(true)
    expect(await store.claim('decide', work.group, { ...options, asOf: minute(999) })).toEqual([])
    expect(await store.finish(again!, minute(0))).toBe(false)
  })

  it('is due again after it when it was scheduled while it was being done', async () => {
    const store = open()
    const work = someWork()
    await store.schedule([work])
    const [claim] = await store.claim('decide', work.group, options)
    await store.schedule([{ ...work, dueAt: minute(2) }])
    expect(await store.claim('decide', work.group, { ...options, asOf: minute(9) })).toEqual([])
    await store.finish(claim!, minute(60))
    expect(await store.claim('decide', work.group, { ...options, asOf: minute(1) })).toEqual([])
    expect(await store.claim('decide', work.group, { ...options, asOf: minute(2) })).toHaveLength(1)
  })

  it('is not lost when it was scheduled after the lease ended and before the slow worker finished', async () => {
    const store = open()
    const work = someWork()
    await store.schedule([work])
    const [claim] = await store.claim('decide', work.group, options)
    await endLeases()
    await store.schedule([work])
    expect(await store.finish(claim!, null)).toBe(true)
    expect(await store.claim('decide', work.group, options)).toHaveLength(1)
  })

  it('passes to another when the lease ends; the first holder then stores nothing, and the loss counts as an attempt', async () => {
    const store = open()
    const work = someWork()
    await store.schedule([work])
    const [zombie] = await store.claim('decide', work.group, options)
    await endLeases()
    const [claim] = await store.claim('decide', work.group, options)
    expect(claim).toMatchObject({ key: work.key, attempts: 1 })
    expect(claim!.fence).toBeGreaterThan(zombie!.fence)
    expect(await store.renew(zombie!, 60_000)).toBe(false)
    expect(await store.finish(zombie!, null)).toBe(false)
    expect(await store.retry(zombie!, minute(0), 'late')).toBe(false)
    expect(await store.finish(claim!, null)).toBe(true)
  })

  it('stays held after it was renewed', async () => {
    const store = open()
    const work = someWork()
    await store.schedule([work])
    const [claim] = await store.claim('decide', work.group, { ...options, leaseMs: 1 })
    await endLeases()
    expect(await store.renew(claim!, 60_000)).toBe(true)
    expect(await store.claim('decide', work.group, options)).toEqual([])
  })

  it('counts failures until it is finished, and shows what went wrong', async () => {
    const store = open()
    const work = someWork()
    await store.schedule([work])
    for (const failures of [0, 1, 2]) {
      const [claim] = await store.claim('decide', work.group, options)
      expect(claim!.attempts).toBe(failures)
      expect(await store.retry(claim!, minute(0), `problem ${failures}`)).toBe(true)
    }
    const mine = (await store.troubled(3, 100)).filter(({ key }) => key === work.key)
    expect(mine).toEqual([{ ...work, attempts: 3, problem: 'problem 2' }])
    const [claim] = await store.claim('decide', work.group, options)
    await store.finish(claim!, minute(0))
    expect((await store.troubled(1, 100)).filter(({ key }) => key === work.key)).toEqual([])
    expect((await store.claim('decide', work.group, options))[0]!.attempts).toBe(0)
  })

  it('tells the sweeper which groups have work that nobody holds', async () => {
    const store = open()
    const [held, free, later] = [someWork(), someWork(minute(-1)), someWork(minute(1))]
    await store.schedule([held, free, later])
    await store.claim('decide', held.group, options)
    const groups = async () => (await store.due(minute(0), 1_000)).map(({ group }) => group)
    expect(await groups()).toContain(free.group)
    expect(await groups()).not.toContain(held.group)
    expect(await groups()).not.toContain(later.group)
    await endLeases()
    expect(await groups()).toContain(held.group)
  })
})
