/** Places for new pull requests, given out serially per installation. */
import { sql } from 'kysely'
import type { Claim } from '../../../domain/due-work.ts'
import { Fault } from '../../../domain/fault.ts'
import type { OpenLimits, UpdateStore } from '../../../ports/update-store.ts'
import { type Database, inTransaction, type Queries } from './database.ts'
import { holdsFence } from './due-work.ts'

const hourMs = 60 * 60 * 1000

type Admitted = Awaited<ReturnType<UpdateStore['admit']>>

/**
 * `UpdateStore.admit`. Open are the pull requests we know of and the places taken for ones not opened yet; those that people took over do not
 * count. Raises `conflict` when the claim is a zombie's, `missing` when its update was forgotten.
 */
export async function admit(db: Database, claim: Claim, limits: OpenLimits, asOf: Date): Promise<Admitted> {
  return inTransaction(db, async (trx) => {
    const owner = await trx.selectFrom('updates').select('installation_id').where('key', '=', claim.key).executeTakeFirst()
    if (owner === undefined) throw new Fault('missing', 'this update is not remembered any more')
    // The lock under which places of this installation are counted and taken.
    await trx.selectFrom('installations').select('id').where('id', '=', owner.installation_id).forUpdate().execute()
    const update = await trx
      .selectFrom('updates')
      .select(['repo_id', 'installation_id', 'pull_request', 'is_admitted'])
      .where('key', '=', claim.key)
      .forUpdate()
      .executeTakeFirst()
    if (update === undefined) throw new Fault('missing', 'this update is not remembered any more')
    if (!(await holdsFence(trx, claim))) throw new Fault('conflict', 'somebody else delivers this update now')
    if (update.pull_request !== null || update.is_admitted) return { kind: 'admitted' }
    const full = await fullLimit(trx, update.installation_id, update.repo_id, claim.key, limits, asOf)
    if (full !== null) return full
    await trx.insertInto('admissions').values({ installation_id: update.installation_id, repo_id: update.repo_id, admitted_at: asOf }).execute()
    await trx.updateTable('updates').set({ is_admitted: true }).where('key', '=', claim.key).execute()
    await trx
      .deleteFrom('admissions')
      .where('installation_id', '=', update.installation_id)
      .where('admitted_at', '<', new Date(asOf.getTime() - 24 * hourMs))
      .execute()
    return { kind: 'admitted' }
  })
}

async function fullLimit(db: Queries, installationId: number, repoId: number, key: string, limits: OpenLimits, asOf: Date): Promise<Admitted | null> {
  const { rows: open } = await sql<{ count: number }>`
    select count(*) as count from underpin.updates where repo_id = ${repoId} and key <> ${key}
      and state in ('planned', 'held', 'open') and (pull_request is not null or is_admitted)`.execute(db)
  if ((open[0]?.count ?? 0) >= limits.openPerRepo) return { kind: 'full', limit: 'openPerRepo', most: limits.openPerRepo, until: null }
  const recent = await db
    .selectFrom('admissions')
    .select(['repo_id', 'admitted_at'])
    .where('installation_id', '=', installationId)
    .where('admitted_at', '>', new Date(asOf.getTime() - hourMs))
    .orderBy('admitted_at')
    .execute()
  const ofRepo = recent.filter((admission) => admission.repo_id === repoId)
  return fullHour('perRepoAndHour', limits.perRepoAndHour, ofRepo) ?? fullHour('perInstallationAndHour', limits.perInstallationAndHour, recent)
}

/** Full when `most` places or more were given within the hour: until the oldest that stands in the way is an hour old (never, when none are given at all). */
function fullHour(limit: keyof OpenLimits, most: number, oldestFirst: readonly { readonly admitted_at: Date }[]): Admitted | null {
  if (oldestFirst.length < most) return null
  const inTheWay = oldestFirst[oldestFirst.length - most]
  return { kind: 'full', limit, most, until: inTheWay === undefined ? null : new Date(inTheWay.admitted_at.getTime() + hourMs) }
}
