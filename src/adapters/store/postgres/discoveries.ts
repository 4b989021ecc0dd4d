/** The last look into each repo, on PostgreSQL. */
import type { Claim } from '../../../domain/due-work.ts'
import { formatImageName, tagOrLatest } from '../../../domain/image/reference.ts'
import { type ImageUse, isFollowed, pinOf } from '../../../domain/repo/image-use.ts'
import { defaultPolicy } from '../../../domain/repo/default-policy.ts'
import type { Policy } from '../../../domain/repo/policy.ts'
import type { Discovery, RepoLook } from '../../../ports/repo-store.ts'
import { type Database, holdsRepo, inTransaction } from './database.ts'
import { holdsFence } from './due-work.ts'
import { fromJsonText, toJsonText } from './storable.ts'

/** The last look, from one snapshot: files and uses never come from two different looks. Null before the first. */
export async function readDiscovery(db: Database, repoId: number): Promise<Discovery | null> {
  return db
    .transaction()
    .setIsolationLevel('repeatable read')
    .execute(async (trx) => {
      const look = await trx.selectFrom('discoveries').selectAll().where('repo_id', '=', repoId).executeTakeFirst()
      if (look === undefined) return null
      const files = await trx.selectFrom('repo_files').selectAll().where('repo_id', '=', repoId).orderBy('position').execute()
      const uses = await trx.selectFrom('image_uses').select('use_json').where('repo_id', '=', repoId).orderBy('position').execute()
      return {
        branch: look.branch,
        commitOid: look.commit_oid,
        policyCommitOid: look.policy_commit_oid,
        absentBranch: look.absent_branch,
        files: files.map(({ path, blob_oid, mode, bytes }) => ({ path, blobOid: blob_oid, mode, bytes })),
        uses: uses.map(({ use_json }) => fromJsonText<ImageUse>(use_json)),
        // An earlier version of Underpin knew fewer fields.
        policy: { ...defaultPolicy, ...fromJsonText<Partial<Policy>>(look.policy_json) },
        policyProblem: look.policy_problem,
        rebuildSince: look.rebuild_since,
      }
    })
}

/** The last looks, without files and uses: of an installation's repos, or of one repo. */
export async function readLooks(db: Database, whose: { readonly installationId: number } | { readonly repoId: number }): Promise<readonly RepoLook[]> {
  const all = db.selectFrom('discoveries').innerJoin('repos', 'repos.id', 'discoveries.repo_id')
  const chosen = 'repoId' in whose ? all.where('repos.id', '=', whose.repoId) : all.where('repos.installation_id', '=', whose.installationId)
  const rows = await chosen.selectAll('discoveries').orderBy('discoveries.repo_id').execute()
  return rows.map((row) => ({
    repoId: row.repo_id,
    branch: row.branch,
    commitOid: row.commit_oid,
    policyCommitOid: row.policy_commit_oid,
    absentBranch: row.absent_branch,
    baseBranch: fromJsonText<Policy>(row.policy_json).baseBranch,
  }))
}

/** Replaces the look into a repo unless `claim` is a zombie's. */
export async function saveDiscovery(db: Database, claim: Claim, repoId: number, discovery: Discovery): Promise<boolean> {
  return inTransaction(db, async (trx) => {
    if (!(await holdsRepo(trx, repoId)) || !(await holdsFence(trx, claim))) return false
    const look = {
      branch: discovery.branch,
      commit_oid: discovery.commitOid,
      policy_commit_oid: discovery.policyCommitOid,
      absent_branch: discovery.absentBranch,
      policy_json: toJsonText(discovery.policy),
      policy_problem: discovery.policyProblem,
      rebuild_since: discovery.rebuildSince,
    }
    await trx
      .insertInto('discoveries')
      .values({ repo_id: repoId, ...look })
      .onConflict((conflict) => conflict.column('repo_id').doUpdateSet(look))
      .execute()
    await trx.deleteFrom('repo_files').where('repo_id', '=', repoId).execute()
    await trx.deleteFrom('image_uses').where('repo_id', '=', repoId).execute()
    const files = discovery.files.map(({ path, blobOid, mode, bytes }, position) => ({ repo_id: repoId, position, path, blob_oid: blobOid, mode, bytes }))
    const uses = discovery.uses.map((use, position) => ({ repo_id: repoId, position, ...lookedUpBy(use), use_json: toJsonText(use) }))
    for (const rows of batches(files)) await trx.insertInto('repo_files').values(rows).execute()
    for (const rows of batches(uses)) await trx.insertInto('image_uses').values(rows).execute()
    return true
  })
}

function lookedUpBy(use: ImageUse): { readonly image_name: string | null; readonly tag: string | null; readonly pin: string | null } {
  if (!isFollowed(use) || use.reference === null) return { image_name: null, tag: null, pin: null }
  return { image_name: formatImageName(use.reference.name), tag: tagOrLatest(use.reference), pin: pinOf(use) }
}

/** PostgreSQL takes 65,535 parameters a statement; six columns times 1,000 rows stay far below. */
function batches<T>(rows: readonly T[], most = 1_000): readonly (readonly T[])[] {
  return Array.from({ length: Math.ceil(rows.length / most) }, (_, at) => rows.slice(at * most, (at + 1) * most))
}
