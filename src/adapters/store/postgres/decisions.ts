/** Decisions on PostgreSQL. */
import { stableJson, type Json } from '../../../lib/json.ts'
import type { Decision } from '../../../domain/decision.ts'
import type { DecisionStore, Subject } from '../../../ports/decision-store.ts'
import { type Database, holdsRepo, inTransaction } from './database.ts'
import { holdsFence } from './due-work.ts'
import { fromJsonText } from './storable.ts'

/** Decisions come back in the order in which they were given. */
export function createDecisionStore(db: Database): DecisionStore {
  return {
    replace: (claim, repoId, decisions) =>
      inTransaction(db, async (trx) => {
        if (!(await holdsRepo(trx, repoId)) || !(await holdsFence(trx, claim))) return false
        const before = await trx.deleteFrom('decisions').where('repo_id', '=', repoId).returning(['subject_json', 'decision_json', 'decided_at']).execute()
        const decidedAt = new Map(before.map((row) => [`${row.subject_json} ${row.decision_json}`, row.decided_at]))
        const rows = decisions.map((stored, position) => {
          const subject_json = stableJson(stored.subject)
          const decision_json = toText(stored.decision)
          return { repo_id: repoId, position, subject_json, decision_json, decided_at: decidedAt.get(`${subject_json} ${decision_json}`) ?? stored.decidedAt }
        })
        for (let at = 0; at < rows.length; at += 1_000) {
          await trx
            .insertInto('decisions')
            .values(rows.slice(at, at + 1_000))
            .execute()
        }
        return true
      }),

    async ofRepo(repoId) {
      const rows = await db.selectFrom('decisions').selectAll().where('repo_id', '=', repoId).orderBy('position').execute()
      return rows.map((row) => ({
        subject: fromJsonText<Subject>(row.subject_json),
        decision: fromText(row.decision_json),
        decidedAt: row.decided_at,
      }))
    },
  }
}

/** Equal decisions give equal text. */
function toText({ kind, to, reasons, until }: Decision): string {
  return stableJson({ kind, to, reasons: reasons as unknown as Json, until: until?.toISOString() ?? null })
}

function fromText(text: string): Decision {
  const { until, ...rest } = fromJsonText<Omit<Decision, 'until'> & { readonly until: string | null }>(text)
  return { ...rest, until: until === null ? null : new Date(until) }
}
