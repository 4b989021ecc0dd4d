/** Due work on PostgreSQL. Claims never wait for each other; whoever holds the newest fence may store. */
import { sql } from 'kysely'
import type { Claim, Work, WorkKind } from '../../../domain/due-work.ts'
import type { DueWorkStore } from '../../../ports/due-work-store.ts'
import type { Database, Queries } from './database.ts'

const vanished = 'the worker that held it went away'

/** Raises `transient` and `unauthorized` from every method, as all stores here do. */
export function createDueWorkStore(db: Database): DueWorkStore {
  return {
    schedule: (work) => scheduleWork(db, work),

    async claim(kind, group, { asOf, leaseMs, limit }) {
      const { rows } = await sql<{ key: string; fence: number; attempts: number }>`
        with free as (
          select kind, key from underpin.due_work
          where kind = ${kind} and group_name = ${group} and due_at <= ${asOf} and (lease_until is null or lease_until < now())
          order by due_at, key limit ${limit} for update skip locked)
        update underpin.due_work as w set
          fence = nextval('underpin.fences'),
          lease_until = now() + ${leaseMs} * interval '1 millisecond',
          attempts = w.attempts + case when w.lease_until is null then 0 else 1 end,
          problem = case when w.lease_until is null then w.problem else ${vanished} end,
          again_at = case when w.again_at > ${asOf} then w.again_at end
        from free where w.kind = free.kind and w.key = free.key
        returning w.key, w.fence, w.attempts`.execute(db)
      return rows.map(({ key, fence, attempts }) => ({ kind, key, fence, attempts }))
    },

    renew: (claim, leaseMs) => updateHeld(db, claim, sql`lease_until = now() + ${leaseMs} * interval '1 millisecond'`),

    finish: (claim, next) =>
      updateHeld(db, claim, sql`due_at = least(again_at, ${next}::timestamptz), again_at = null, lease_until = null, attempts = 0, problem = null`),

    retry: (claim, at, problem) =>
      updateHeld(
        db,
        claim,
        sql`due_at = least(again_at, ${at}::timestamptz), again_at = null, lease_until = null, attempts = attempts + 1, problem = ${problem}`,
      ),

    async due(asOf, limit) {
      const { rows } = await sql<{ kind: WorkKind; group: string }>`
        select kind, group_name as "group" from underpin.due_work
        where due_at <= ${asOf} and (lease_until is null or lease_until < now())
        group by kind, group_name order by min(due_at), kind, group_name limit ${limit}`.execute(db)
      return rows
    },

    async troubled(attempts, limit) {
      const { rows } = await sql<Work & { attempts: number; problem: string }>`
        select kind, key, group_name as "group", due_at as "dueAt", attempts, coalesce(problem, '') as problem from underpin.due_work
        where attempts >= ${attempts} and due_at is not null order by attempts desc, due_at, kind, key limit ${limit}`.execute(db)
      return rows
    },
  }
}

/** `DueWorkStore.schedule` as part of a larger transaction. Rows are locked in the order of their keys, so that two batches cannot deadlock. */
export async function scheduleWork(db: Queries, work: readonly Work[]): Promise<void> {
  if (work.length === 0) return
  const rows = earliestOfEach(work)
  await sql`
    insert into underpin.due_work as w (kind, key, group_name, due_at)
    select * from unnest(${rows.map(({ kind }) => kind)}::text[], ${rows.map(({ key }) => key)}::text[],
      ${rows.map(({ group }) => group)}::text[], ${rows.map(({ dueAt }) => dueAt.toISOString())}::timestamptz[])
    on conflict (kind, key) do update set
      group_name = excluded.group_name,
      due_at = case when w.lease_until is null then least(w.due_at, excluded.due_at) else w.due_at end,
      again_at = case when w.lease_until is null then null else least(w.again_at, excluded.due_at) end`.execute(db)
}

/** Whether nobody claimed the work after `claim`; holds the row until the transaction ends, so that nobody does before its results are stored. */
export async function holdsFence(db: Queries, claim: Claim): Promise<boolean> {
  const row = await db.selectFrom('due_work').select('fence').where('kind', '=', claim.kind).where('key', '=', claim.key).forUpdate().executeTakeFirst()
  return row?.fence === claim.fence
}

/** Whether the claim is the newest and its work neither finished nor given back. */
async function updateHeld(db: Queries, claim: Claim, change: ReturnType<typeof sql>): Promise<boolean> {
  const { numAffectedRows } = await sql`
    update underpin.due_work set ${change}
    where kind = ${claim.kind} and key = ${claim.key} and fence = ${claim.fence} and lease_until is not null`.execute(db)
  return numAffectedRows === 1n
}

function earliestOfEach(work: readonly Work[]): readonly Work[] {
  const byKey = new Map<string, Work>()
  for (const piece of work) {
    const id = `${piece.kind} ${piece.key}`
    const there = byKey.get(id)
    if (there === undefined || piece.dueAt < there.dueAt) byKey.set(id, piece)
  }
  return [...byKey].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, piece]) => piece)
}
