/** Update rows on PostgreSQL. */
import { sql } from 'kysely'
import { deliverWork } from '../../../domain/due-work.ts'
import { Fault } from '../../../domain/fault.ts'
import { formatUpdateKey } from '../../../domain/update.ts'
import type { UpdateStore } from '../../../ports/update-store.ts'
import { admit } from './admissions.ts'
import { type Database, holdsRepo, inTransaction } from './database.ts'
import { holdsFence, scheduleWork } from './due-work.ts'
import type { UpdateTable } from './tables.ts'
import { newRow, replan, stateAfter, toUpdate } from './update-row.ts'

/** A row and the due work that it needs are always written in one transaction. */
export function createUpdateStore(db: Database): UpdateStore {
  return {
    plan: (installationId, plan, dueAt) =>
      inTransaction(db, async (trx) => {
        const key = formatUpdateKey(plan.key)
        if (!(await holdsRepo(trx, plan.key.repoId))) throw new Fault('missing', `repo ${plan.key.repoId} is not remembered (any more)`)
        const { numInsertedOrUpdatedRows } = await trx
          .insertInto('updates')
          .values(newRow(installationId, plan))
          .onConflict((conflict) => conflict.doNothing())
          .executeTakeFirstOrThrow()
        if (numInsertedOrUpdatedRows === 1n) return scheduleWork(trx, [deliverWork(key, installationId, dueAt)])
        const row = await trx.selectFrom('updates').selectAll().where('key', '=', key).forUpdate().executeTakeFirstOrThrow()
        const next = replan(row, plan)
        if (next === null) return
        await trx
          .updateTable('updates')
          .set({ ...next.change, installation_id: installationId })
          .where('key', '=', key)
          .execute()
        if (next.isDue) await scheduleWork(trx, [deliverWork(key, installationId, dueAt)])
      }),

    retain: (repoId, keep, asOf) =>
      inTransaction(db, async (trx) => {
        const { rows } = await sql<Pick<UpdateTable, 'key' | 'installation_id'> & { readonly is_due: boolean }>`
          update underpin.updates as u set state = 'obsolete', held_until = null
          where repo_id = ${repoId} and state in ('planned', 'held', 'open') and key <> all(${[...keep]}::text[])
          returning key, installation_id, pull_request is not null
            or exists (select from underpin.due_work as w where w.kind = 'deliver' and w.key = u.key and w.lease_until is not null) as is_due`.execute(trx)
        const due = rows.filter(({ is_due }) => is_due)
        await scheduleWork(
          trx,
          due.map(({ key, installation_id }) => deliverWork(key, installation_id, asOf)),
        )
      }),

    async read(key) {
      const row = await db.selectFrom('updates').selectAll().where('key', '=', key).executeTakeFirst()
      return row === undefined ? null : toUpdate(row)
    },

    async ofRepo(repoId) {
      const rows = await db.selectFrom('updates').selectAll().where('repo_id', '=', repoId).orderBy('key').execute()
      return rows.map(toUpdate)
    },

    async byPullRequest(repoId, number) {
      const row = await db.selectFrom('updates').selectAll().where('repo_id', '=', repoId).where('pull_request', '=', number).executeTakeFirst()
      return row === undefined ? null : toUpdate(row)
    },

    admit: (claim, limits, asOf) => admit(db, claim, limits, asOf),

    record: (claim, change) =>
      inTransaction(db, async (trx) => {
        const row = await trx.selectFrom('updates').selectAll().where('key', '=', claim.key).forUpdate().executeTakeFirst()
        if (row === undefined || !(await holdsFence(trx, claim))) return false
        const delivered = change.deliveredFingerprint === undefined ? row.delivered_fingerprint : change.deliveredFingerprint
        await trx
          .updateTable('updates')
          .set({
            ...(change.state === undefined ? {} : { state: stateAfter(row, change.state, delivered) }),
            ...(change.branch === undefined ? {} : { branch: change.branch }),
            ...(change.deliveredDigests === undefined ? {} : { delivered_digests: [...change.deliveredDigests] }),
            ...(change.pullRequest === undefined ? {} : { pull_request: change.pullRequest }),
            ...(change.headOid === undefined ? {} : { head_oid: change.headOid }),
            ...(change.openedAt === undefined ? {} : { opened_at: change.openedAt }),
            ...(change.heldUntil === undefined ? {} : { held_until: change.heldUntil }),
            delivered_fingerprint: delivered,
            refused_digests: [...new Set([...row.refused_digests, ...(change.refuse ?? [])])],
          })
          .where('key', '=', claim.key)
          .execute()
        return true
      }),
  }
}
