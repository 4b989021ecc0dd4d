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
import type { Tables } from './tables.ts'

/** The last look, from one snapshot: files and uses never come from two different looks. Null before the first. */
export async function readDiscovery(db: Database, repoId: number): Promise<Discovery | null> {
  return db
    .transaction()
    .setIsolationLevel('repeatable read')
    .execute(async (trx) => {
      const look = await trx.selectFrom('discoveries').selectAll().where('repo_id', '=', repoId).executeTakeFirst()
      if (look === undefined) return null
      const heads = await trx.selectFrom('base_branches').selectAll().where('repo_id', '=', repoId).orderBy('position').execute()
      const files = await trx.selectFrom('repo_files').selectAll().where('repo_id', '=', repoId).orderBy('position').execute()
      const uses = await trx.selectFrom('image_uses').select(['branch', 'use_json']).where('repo_id', '=', repoId).orderBy('position').execute()
      const branches = heads.map((head) => ({
        branch: head.branch,
        commitOid: head.commit_oid,
        files: files.filter(({ branch }) => branch === head.branch).map(({ path, blob_oid, mode, bytes }) => ({ path, blobOid: blob_oid, mode, bytes })),
        uses: uses.filter(({ branch }) => branch === head.branch).map(({ use_json }) => storedUse(use_json)),
      }))
      const [first, ...others] = branches
      if (first === undefined) throw new Error(`the look into repo ${repoId} has no branch`)
      return {
        branches: [first, ...others],
        ...sharedOf(look),
        policy: storedPolicy(look.policy_json),
        policyProblem: look.policy_problem,
        rebuildSince: look.rebuild_since,
      }
    })
}

/** An earlier version of Underpin knew fewer fields, and only one base branch. */
function storedPolicy(text: string): Policy {
  const { baseBranch = null, ...stored } = fromJsonText<Partial<Policy> & { readonly baseBranch?: string | null }>(text)
  return { ...defaultPolicy, baseBranches: baseBranch === null ? [] : [baseBranch], ...stored }
}

/** An earlier version of Underpin knew fewer fields. */
function storedUse(text: string): ImageUse {
  const { builtFor = [], ...stored } = fromJsonText<Omit<ImageUse, 'builtFor'> & Partial<ImageUse>>(text)
  return { ...stored, builtFor }
}

type Row = Pick<Tables['discoveries'], 'policy_commit_oid' | 'absent_branches' | 'extended_repo_id' | 'extended_blob_oid' | 'reader'>

function sharedOf(row: Row): Pick<Discovery, 'policyCommitOid' | 'absentBranches' | 'extended' | 'reader'> {
  const { extended_repo_id: repoId, extended_blob_oid: blobOid } = row
  const extended = blobOid === null ? null : { repoId, blobOid }
  return { policyCommitOid: row.policy_commit_oid, absentBranches: row.absent_branches, extended, reader: row.reader }
}

/** The last looks, without files and uses: of an installation's repos, or of one repo. */
export async function readLooks(db: Database, whose: { readonly installationId: number } | { readonly repoId: number }): Promise<readonly RepoLook[]> {
  const all = db.selectFrom('discoveries').innerJoin('repos', 'repos.id', 'discoveries.repo_id')
  const chosen = 'repoId' in whose ? all.where('repos.id', '=', whose.repoId) : all.where('repos.installation_id', '=', whose.installationId)
  const rows = await chosen.selectAll('discoveries').orderBy('discoveries.repo_id').execute()
  const ids = rows.map((row) => row.repo_id)
  const heads = ids.length === 0 ? [] : await db.selectFrom('base_branches').selectAll().where('repo_id', 'in', ids).orderBy('position').execute()
  return rows.map((row) => ({
    repoId: row.repo_id,
    branches: heads.filter(({ repo_id }) => repo_id === row.repo_id).map(({ branch, commit_oid }) => ({ branch, commitOid: commit_oid })),
    ...sharedOf(row),
    baseBranches: storedPolicy(row.policy_json).baseBranches,
  }))
}

/** Replaces the look into a repo unless `claim` is a zombie's. */
export async function saveDiscovery(db: Database, claim: Claim, repoId: number, discovery: Discovery): Promise<boolean> {
  return inTransaction(db, async (trx) => {
    if (!(await holdsRepo(trx, repoId)) || !(await holdsFence(trx, claim))) return false
    const look = {
      policy_commit_oid: discovery.policyCommitOid,
      absent_branches: discovery.absentBranches,
      extended_repo_id: discovery.extended?.repoId ?? null,
      extended_blob_oid: discovery.extended?.blobOid ?? null,
      reader: discovery.reader,
      policy_json: toJsonText(discovery.policy),
      policy_problem: discovery.policyProblem,
      rebuild_since: discovery.rebuildSince,
    }
    await trx
      .insertInto('discoveries')
      .values({ repo_id: repoId, ...look })
      .onConflict((conflict) => conflict.column('repo_id').doUpdateSet(look))
      .execute()
    await trx.deleteFrom('base_branches').where('repo_id', '=', repoId).execute()
    await trx.deleteFrom('repo_files').where('repo_id', '=', repoId).execute()
    await trx.deleteFrom('image_uses').where('repo_id', '=', repoId).execute()
    const heads = discovery.branches.map(({ branch, commitOid }, position) => ({ repo_id: repoId, position, branch, commit_oid: commitOid }))
    const filesOf = discovery.branches.flatMap(({ branch, files }) => files.map((file) => ({ branch, ...file })))
    const files = filesOf.map(({ blobOid, ...rest }, position) => ({ repo_id: repoId, position, blob_oid: blobOid, ...rest }))
    const usesOf = discovery.branches.flatMap(({ branch, uses }) => uses.map((use) => ({ branch, use })))
    const uses = usesOf.map(({ branch, use }, position) => ({ repo_id: repoId, position, branch, ...lookedUpBy(use), use_json: toJsonText(use) }))
    await trx.insertInto('base_branches').values(heads).execute()
    for (const rows of batches(files)) await trx.insertInto('repo_files').values(rows).execute()
    for (const rows of batches(uses)) await trx.insertInto('image_uses').values(rows).execute()
    return true
  })
}

function lookedUpBy(use: ImageUse): { readonly image_name: string | null; readonly tag: string | null; readonly pin: string | null } {
  if (!isFollowed(use) || use.reference === null) return { image_name: null, tag: null, pin: null }
  return { image_name: formatImageName(use.reference.name), tag: tagOrLatest(use.reference), pin: pinOf(use) }
}

/** PostgreSQL takes 65,535 parameters a statement; seven columns times 1,000 rows stay far below. */
function batches<T>(rows: readonly T[], most = 1_000): readonly (readonly T[])[] {
  return Array.from({ length: Math.ceil(rows.length / most) }, (_, at) => rows.slice(at * most, (at + 1) * most))
}
