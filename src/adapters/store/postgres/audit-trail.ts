/** The audit trail on PostgreSQL: rows are added and never changed. */
import type { AuditEvent, AuditTrail } from '../../../ports/audit-trail.ts'
import type { Database } from './database.ts'
import { fromJsonText, toJsonText } from './storable.ts'

/** The trail outlives the repos it speaks of: it holds ids and fingerprints only. */
export function createAuditTrail(db: Database): AuditTrail {
  return {
    async append({ at, installationId, repoId, action, detail }) {
      await db
        .insertInto('audit_trail')
        .values({ at, installation_id: installationId, repo_id: repoId, action, detail_json: toJsonText(detail) })
        .execute()
    },

    async ofRepo(repoId, limit) {
      const rows = await db
        .selectFrom('audit_trail')
        .selectAll()
        .where('repo_id', '=', repoId)
        .orderBy('at', 'desc')
        .orderBy('id', 'desc')
        .limit(limit)
        .execute()
      return rows.map((row) => ({
        at: row.at,
        installationId: row.installation_id,
        repoId: row.repo_id,
        action: row.action,
        detail: fromJsonText<AuditEvent['detail']>(row.detail_json),
      }))
    },
  }
}
