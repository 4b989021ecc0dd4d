/** The write budget on PostgreSQL: two sliding windows per installation, counted and spent under one row lock by all processes. */
import { sql } from 'kysely'
import type { WriteBudget } from '../../../ports/write-budget.ts'
import { type Database, inTransaction } from './database.ts'

/** Content writes that an installation may do. */
export type WriteLimits = { readonly perMinute: number; readonly perHour: number }

/** GitHub's own numbers, read strictly. */
export const gitHubWriteLimits: WriteLimits = { perMinute: 80, perHour: 500 }

const minuteMs = 60_000
const hourMs = 60 * minuteMs

type Spending = { readonly at: Date; readonly cost: number }

/** `spend` throws `RangeError` (a bug) for a cost that no window could ever hold. Clocks of processes may differ: a spending from the future counts. */
export function createWriteBudget(db: Database, limits: WriteLimits): WriteBudget {
  return {
    spend(installationId, cost, asOf) {
      if (cost < 1 || cost > Math.min(limits.perMinute, limits.perHour)) throw new RangeError(`${cost} content writes can never be granted at once`)
      return inTransaction(db, async (trx) => {
        const { rows } = await sql<{ readonly pausedUntil: Date | null }>`
          insert into underpin.write_budgets as b (installation_id) values (${installationId})
          on conflict (installation_id) do update set paused_until = b.paused_until returning paused_until as "pausedUntil"`.execute(trx)
        const pausedUntil = rows[0]?.pausedUntil ?? null
        if (pausedUntil !== null && pausedUntil > asOf) return { granted: false, retryAt: pausedUntil }
        const spent = await trx
          .selectFrom('write_spending')
          .select(['at', 'cost'])
          .where('installation_id', '=', installationId)
          .where('at', '>', new Date(asOf.getTime() - hourMs))
          .orderBy('at')
          .execute()
        const waits = [freeAt(spent, cost, limits.perMinute, minuteMs, asOf), freeAt(spent, cost, limits.perHour, hourMs, asOf)]
        const retryAt = new Date(Math.max(...waits.map((wait) => wait?.getTime() ?? 0)))
        if (retryAt > asOf) return { granted: false, retryAt }
        await trx.insertInto('write_spending').values({ installation_id: installationId, at: asOf, cost }).execute()
        await trx
          .deleteFrom('write_spending')
          .where('installation_id', '=', installationId)
          .where('at', '<', new Date(asOf.getTime() - 2 * hourMs))
          .execute()
        return { granted: true }
      })
    },

    async pause(installationId, until) {
      await sql`
        insert into underpin.write_budgets as b (installation_id, paused_until) values (${installationId}, ${until})
        on conflict (installation_id) do update set paused_until = greatest(b.paused_until, excluded.paused_until)`.execute(db)
    },

    async pausedUntil(installationId, asOf) {
      const row = await db.selectFrom('write_budgets').select('paused_until').where('installation_id', '=', installationId).executeTakeFirst()
      const until = row?.paused_until ?? null
      return until !== null && until > asOf ? until : null
    },
  }
}

/** When enough of the window's spending is old enough for `cost` to fit; null when it fits now. `spent` is oldest first. */
function freeAt(spent: readonly Spending[], cost: number, most: number, windowMs: number, asOf: Date): Date | null {
  const inWindow = spent.filter(({ at }) => at.getTime() > asOf.getTime() - windowMs)
  let excess = inWindow.reduce((sum, spending) => sum + spending.cost, cost) - most
  for (const spending of inWindow) {
    if (excess <= 0) return null
    excess -= spending.cost
    if (excess <= 0) return new Date(spending.at.getTime() + windowMs)
  }
  return null
}
