/** Races on a real PostgreSQL: many callers at once, and callers that come back from the dead. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { openPool } from '../../../../../src/adapters/store/postgres/index.ts'
import { migrate } from '../../../../../src/adapters/store/postgres/migrate.ts'
import { work } from '../../../../../src/domain/due-work.ts'
import { deciding, digest, discovery, imageUse, minute, plan, repo } from '../../../../contract/stores/fixtures.ts'
import { createTestDatabase, type TestDatabase } from '../../../../stand-ins/postgres.ts'

let db: TestDatabase
beforeAll(async () => {
  db = await createTestDatabase({ max: 20 })
  await db.stores.repos.save([repo(), repo({ id: 2 })])
})
afterAll(() => db.drop())

/** What `count` calls at the same time give. */
const atOnce = <T>(count: number, call: (index: number) => Promise<T>): Promise<T[]> => Promise.all(Array.from({ length: count }, (_, index) => call(index)))
const options = { asOf: minute(0), leaseMs: 60_000, limit: 1 }

describe('races', () => {
  it('of 50 claims of one piece of work one wins', async () => {
    const { dueWork } = db.stores
    for (let round = 0; round < 10; round += 1) {
      await dueWork.schedule([work('decide', `race ${round}`, minute(0))])
      const claims = await atOnce(50, () => dueWork.claim('decide', `race ${round}`, options))
      expect(claims.flat()).toHaveLength(1)
    }
  })

  it('50 claims of a group share it out without waiting or doubling', async () => {
    const { dueWork } = db.stores
    await dueWork.schedule(Array.from({ length: 100 }, (_, at) => ({ kind: 'deliver', key: `share ${at}`, group: 'share', dueAt: minute(0) })))
    const claims = (await atOnce(50, () => dueWork.claim('deliver', 'share', { ...options, limit: 3 }))).flat()
    const rest = await dueWork.claim('deliver', 'share', { ...options, limit: 200 })
    const keys = [...claims, ...rest].map(({ key }) => key)
    expect(keys).toHaveLength(100)
    expect(new Set(keys).size).toBe(100)
    expect(new Set([...claims, ...rest].map(({ fence }) => fence)).size).toBe(100)
  })

  it('100 accepts of one GUID give one row and one piece of work', async () => {
    const delivery = { guid: 'race', event: 'push', body: new Uint8Array([1]), receivedAt: minute(0) }
    const answers = await atOnce(100, () => db.stores.inbox.accept(delivery))
    expect(answers.filter((answer) => answer === 'new')).toHaveLength(1)
    const { rows } = await db.pool.query("select count(*)::int as count from underpin.due_work where kind = 'inbox' and key = 'race'")
    expect(rows).toEqual([{ count: 1 }])
    expect(await atOnce(20, () => db.stores.dueWork.claim('inbox', 'race', options)).then((claims) => claims.flat())).toHaveLength(1)
  })

  it('a schedule between any two steps of the work is never lost', async () => {
    const { dueWork } = db.stores
    for (let round = 0; round < 30; round += 1) {
      const piece = work('decide', `never lost ${round}`, minute(0))
      await dueWork.schedule([piece])
      const [claim] = await dueWork.claim('decide', piece.key, options)
      await Promise.all([dueWork.finish(claim!, null), dueWork.schedule([piece])])
      expect(await dueWork.claim('decide', piece.key, options)).toHaveLength(1)
    }
  })

  it('two batches that name the same work in opposite order both get through', async () => {
    const pieces = Array.from({ length: 200 }, (_, at) => work('resolve', `batch ${at}`, minute(0)))
    await atOnce(10, (index) => db.stores.dueWork.schedule(index % 2 === 0 ? pieces : [...pieces].reverse()))
    expect(await db.stores.dueWork.claim('resolve', 'batch 7', options)).toHaveLength(1)
  })

  it('looks at one tag by many at once keep one current interval', async () => {
    const key = { scope: 'public', imageName: 'docker.io/library/race', tag: 'latest' }
    const digests = [digest('a'), digest('b'), digest('c')]
    const looks = await atOnce(60, (index) => db.stores.observations.observe(key, digests[index % 3]!, minute(index)))
    const history = await db.stores.observations.history(key, 99)
    expect(history.filter(({ leftAt }) => leftAt === null)).toHaveLength(1)
    expect(looks.filter(({ moved }) => moved)).toHaveLength(history.length - 1)
    for (const [index, interval] of history.slice(1).entries())
      expect(interval).toMatchObject({ leftAt: history[index]!.firstSeen, next: history[index]!.digest })
  })

  it('two updates that want the last place: one gets it', async () => {
    const { updates, dueWork } = db.stores
    const decision = await deciding(db)
    for (const group of Array.from({ length: 12 }, (_, at) => `place ${at}`)) await updates.plan(decision, 7, plan('a', { group }), minute(0))
    const claims = await dueWork.claim('deliver', '7', { ...options, limit: 12 })
    const most = { openPerRepo: 3, perRepoAndHour: 9, perInstallationAndHour: 9 }
    const answers = await Promise.all(claims.map((claim) => updates.admit(claim, most, minute(0))))
    expect(answers.filter(({ kind }) => kind === 'admitted')).toHaveLength(3)
  })

  it('100 spendings at once never pass the limit', async () => {
    const answers = await atOnce(100, () => db.stores.writeBudget.spend(7, 3, minute(0)))
    expect(answers.filter(({ granted }) => granted)).toHaveLength(26)
  })

  it('a zombie that stores while another claims: only one of the two looks stands', async () => {
    const { repos, dueWork } = db.stores
    for (let round = 0; round < 20; round += 1) {
      await dueWork.schedule([work('discover', 1, minute(0))])
      const [zombie] = await dueWork.claim('discover', '1', options)
      await db.pool.query("update underpin.due_work set lease_until = now() - interval '1 second' where kind = 'discover'")
      const [wasStored, [claim]] = await Promise.all([
        repos.saveDiscovery(zombie!, 1, discovery([imageUse('zombie')])),
        atOnce(1, async () => (await dueWork.claim('discover', '1', options))[0]),
      ])
      if (claim !== undefined) {
        expect(await repos.saveDiscovery(zombie!, 1, discovery([imageUse('late')]))).toBe(false)
        expect(await repos.saveDiscovery(claim, 1, discovery([imageUse('living')]))).toBe(true)
        expect((await repos.discovery(1))!.branches[0].uses.map(({ text }) => text)).toEqual(['living'])
        await dueWork.finish(claim, null)
      } else {
        expect(wasStored).toBe(true)
        await dueWork.finish(zombie!, null)
      }
    }
  })

  it('planning, recording, retaining and forgetting at once end without a deadlock that anybody sees', async () => {
    const { updates, dueWork, repos } = db.stores
    await repos.save([repo({ id: 50, installationId: 50 })])
    const decision = await deciding(db, 50)
    await updates.plan(decision, 50, plan('a', { repoId: 50 }), minute(0))
    const [claim] = await dueWork.claim('deliver', '50', options)
    const most = { openPerRepo: 9, perRepoAndHour: 9, perInstallationAndHour: 9 }
    const orMissing = (error: unknown) => expect(error).toMatchObject({ kind: expect.stringMatching(/missing|conflict/) })
    await atOnce(60, async (index) => {
      if (index % 6 === 0) await updates.plan(decision, 50, plan(index % 12 === 0 ? 'a' : 'b', { repoId: 50 }), minute(index)).catch(orMissing)
      else if (index % 6 === 1) await updates.record(claim!, { headOid: String(index) }, minute(index))
      else if (index % 6 === 2) await updates.retain(decision, 50, { keep: [], keepUnopened: [] }, minute(index))
      else if (index % 6 === 3) await updates.admit(claim!, most, minute(index)).catch(orMissing)
      else if (index % 6 === 4) await repos.save([repo({ id: 50, installationId: 50 })])
      else if (index === 59) await repos.forget(50, 'all')
    })
  })
})

describe('migrating', () => {
  it('twice at once applies once, again applies nothing, and a third waits for nobody', async () => {
    const empty = await createTestDatabase({ isMigrated: false })
    const other = openPool({ connectionString: empty.url }, { applicationName: 'other', onError: () => {} })
    try {
      const applied = await Promise.all([migrate(empty.pool), migrate(other), migrate(empty.pool)])
      expect(applied.filter((names) => names.length > 0)).toEqual([expect.arrayContaining(['2026-11-22 first'])])
      expect(await migrate(other)).toEqual([])
      await empty.stores.inbox.accept({ guid: 'x', event: 'push', body: new Uint8Array(), receivedAt: minute(0) })
    } finally {
      await other.end()
      await empty.drop()
    }
  })
})
