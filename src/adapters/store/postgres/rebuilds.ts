/** Rebuild rows on PostgreSQL. */
import { work } from '../../../domain/due-work.ts'
import { Fault } from '../../../domain/fault.ts'
import type { Rebuild } from '../../../domain/rebuild.ts'
import type { RebuildStore } from '../../../ports/rebuild-store.ts'
import { codeOf } from './database-fault.ts'
import { type Database, holdsRepo, inTransaction } from './database.ts'
import { holdsFence, scheduleWork } from './due-work.ts'
import { fromJsonText, toJsonText } from './storable.ts'
import type { RebuildTable } from './tables.ts'

const uniqueViolation = '23505'

/** Work of a rebuild has kind `rebuild`, and its id as key and group. */
export function createRebuildStore(db: Database): RebuildStore {
  return {
    ask: (claim, rebuild) =>
      inTransaction(db, async (trx) => {
        if (!(await holdsRepo(trx, rebuild.repoId))) throw new Fault('missing', `repo ${rebuild.repoId} is not remembered (any more)`)
        const added = await trx
          .insertInto('rebuilds')
          .values(toRow(rebuild))
          .onConflict((conflict) => conflict.columns(['repo_id', 'cause']).doNothing())
          .executeTakeFirstOrThrow()
        const isNew = added.numInsertedOrUpdatedRows === 1n
        if (!(await holdsFence(trx, claim))) {
          if (isNew) await trx.deleteFrom('rebuilds').where('id', '=', rebuild.id).execute()
          return null
        }
        if (isNew) await scheduleWork(trx, [work('rebuild', rebuild.id, rebuild.askedAt)])
        const standing = trx.selectFrom('rebuilds').selectAll().where('repo_id', '=', rebuild.repoId).where('cause', '=', rebuild.cause)
        return toRebuild(await standing.executeTakeFirstOrThrow())
      }),

    async read(id) {
      const row = await db.selectFrom('rebuilds').selectAll().where('id', '=', id).executeTakeFirst()
      return row === undefined ? null : toRebuild(row)
    },

    async byRun(repoId, runId) {
      const row = await db.selectFrom('rebuilds').selectAll().where('repo_id', '=', repoId).where('run_id', '=', runId).executeTakeFirst()
      return row === undefined ? null : toRebuild(row)
    },

    async ofRepo(repoId, limit) {
      const rows = await db.selectFrom('rebuilds').selectAll().where('repo_id', '=', repoId).orderBy('asked_at', 'desc').orderBy('id').limit(limit).execute()
      return rows.map(toRebuild)
    },

    async record(claim, change) {
      try {
        return await inTransaction(db, async (trx) => {
          const row = await trx.selectFrom('rebuilds').selectAll().where('id', '=', claim.key).forUpdate().executeTakeFirst()
          if (row === undefined || !(await holdsFence(trx, claim))) return false
          await trx
            .updateTable('rebuilds')
            .set(toRow({ ...toRebuild(row), ...change }))
            .where('id', '=', claim.key)
            .execute()
          return true
        })
      } catch (error) {
        // The unique index on repo and run: the run belongs to another rebuild.
        if (codeOf(error) === uniqueViolation) return false
        throw error
      }
    },
  }
}

function toRow(rebuild: Rebuild): RebuildTable {
  return {
    id: rebuild.id,
    repo_id: rebuild.repoId,
    installation_id: rebuild.installationId,
    cause: rebuild.cause,
    workflow: rebuild.workflow,
    ref: rebuild.ref,
    inputs_json: toJsonText(rebuild.inputs),
    state: rebuild.state,
    tries: rebuild.tries,
    sent_at: rebuild.sentAt,
    run_id: rebuild.runId,
    run_url: rebuild.runUrl,
    conclusion: rebuild.conclusion,
    asked_at: rebuild.askedAt,
  }
}

function toRebuild(row: RebuildTable): Rebuild {
  return {
    id: row.id,
    repoId: row.repo_id,
    installationId: row.installation_id,
    cause: row.cause,
    workflow: row.workflow,
    ref: row.ref,
    inputs: fromJsonText<Rebuild['inputs']>(row.inputs_json),
    state: row.state,
    tries: row.tries,
    sentAt: row.sent_at,
    runId: row.run_id,
    runUrl: row.run_url,
    conclusion: row.conclusion,
    askedAt: row.asked_at,
  }
}
