/** Update rows on PostgreSQL. */
import { sql } from 'kysely'
import { deliverWork } from '../../../domain/due-work.ts'
import { Fault } from '../../../domain/fault.ts'
import { formatUpdateKey } from '../../../domain/update.ts'
import type { UpdateStore } from '../../../ports/update-store.ts'
import { admit } from './admissions.ts'
import { type Database, holdsRepo, inTransaction } from './database.ts'
import { holdsFence, scheduleWork } from './due-work.ts'
import { toJsonText } from './storable.ts'
import type { UpdateTable } from './tables.ts'
import { newRow, replan, stateAfter, toUpdate } from './update-row.ts'

/** A row and the due work that it needs are always written in one transaction. */
export function createUpdateStore(db: Database): UpdateStore {
  return {
    plan: (claim, installationId, plan, dueAt) =>
      inTransaction(db, async (trx) => {
        const key = formatUpdateKey(plan.key)
        if (!(await holdsRepo(trx, plan.key.repoId))) throw new Fault('missing', `repo ${plan.key.repoId} is not remembered (any more)`)
        const { numInsertedOrUpdatedRows } = await trx
          .insertInto('updates')
          .values(newRow(installationId, plan))
          .onConflict((conflict) => conflict.doNothing())
          .executeTakeFirstOrThrow()
        const isNew = numInsertedOrUpdatedRows === 1n
        const row = await trx.selectFrom('updates').selectAll().where('key', '=', key).forUpdate().executeTakeFirstOrThrow()
        if (!(await holdsFence(trx, claim))) {
          if (isNew) await trx.deleteFrom('updates').where('key', '=', key).execute()
          return false
        }
        const next = isNew ? { change: {}, isDue: true } : replan(row, plan)
        if (next === null) return true
        await trx
          .updateTable('updates')
          .set({ ...next.change, installation_id: installationId })
          .where('key', '=', key)
          .execute()
        if (next.isDue) await scheduleWork(trx, [deliverWork(key, installationId, dueAt)])
        return true
      }),

    retain: (claim, repoId, { keep, keepUnopened }, asOf) =>
      inTransaction(db, async (trx) => {
        await trx.selectFrom('updates').select('key').where('repo_id', '=', repoId).orderBy('key').forUpdate().execute()
        if (!(await holdsFence(trx, claim))) return false
        const { rows: dropped } = await sql<Pick<UpdateTable, 'key' | 'installation_id' | 'is_admitted'> & { readonly is_due: boolean }>`
          update underpin.updates as u set state = 'obsolete', held_until = null, held_by_json = null
          where repo_id = ${repoId} and state in ('planned', 'held', 'open')
            and not (pull_request is not null and key = any(${[...keep]}::text[])) and not (key = any(${[...keepUnopened]}::text[]))
          returning key, installation_id, is_admitted, pull_request is not null or head_oid is not null
            or exists (select from underpin.due_work as w where w.kind = 'deliver' and w.key = u.key and w.lease_until is not null) as is_due`.execute(trx)
        const held = dropped.some(({ is_admitted }) => is_admitted)
          ? await trx.selectFrom('updates').select(['key', 'installation_id']).where('repo_id', '=', repoId).where('state', '=', 'held').execute()
          : []
        await scheduleWork(
          trx,
          [...dropped.filter(({ is_due }) => is_due), ...held].map(({ key, installation_id }) => deliverWork(key, installation_id, asOf)),
        )
        return true
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

    record: (claim, change, asOf) =>
      inTransaction(db, async (trx) => {
        const row = await trx.selectFrom('updates').selectAll().where('key', '=', claim.key).forUpdate().executeTakeFirst()
        if (row === undefined || !(await holdsFence(trx, claim))) return false
        const delivered = {
          delivered_fingerprint: change.deliveredFingerprint === undefined ? row.delivered_fingerprint : change.deliveredFingerprint,
          delivered_words: change.deliveredWords === undefined ? row.delivered_words : change.deliveredWords,
          delivered_labels: change.deliveredLabels === undefined ? row.delivered_labels : [...change.deliveredLabels],
          delivered_people: change.deliveredPeople === undefined ? row.delivered_people : [...change.deliveredPeople],
        }
        const state = change.state === undefined ? row.state : stateAfter(row, change.state, delivered)
        await trx
          .updateTable('updates')
          .set({
            ...delivered,
            state,
            ...(change.branch === undefined ? {} : { branch: change.branch }),
            ...(change.deliveredDigests === undefined ? {} : { delivered_digests: [...change.deliveredDigests] }),
            ...(change.pullRequest === undefined ? {} : { pull_request: change.pullRequest }),
            ...(change.headOid === undefined ? {} : { head_oid: change.headOid }),
            ...(change.openedAt === undefined ? {} : { opened_at: change.openedAt }),
            ...(change.heldUntil === undefined ? {} : { held_until: change.heldUntil }),
            ...(change.heldBy === undefined ? {} : { held_by_json: change.heldBy === null ? null : toJsonText(change.heldBy) }),
            refused_digests: [...new Set([...row.refused_digests, ...(change.refuse ?? [])])],
          })
          .where('key', '=', claim.key)
          .execute()
        // The plan changed while another was delivered, and perhaps back to one for which nothing was due.
        if (change.state === 'open' && state === 'planned') await scheduleWork(trx, [deliverWork(claim.key, row.installation_id, asOf)])
        return true
      }),
  }
}
