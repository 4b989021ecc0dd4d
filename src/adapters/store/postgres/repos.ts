/** Installations and repos on PostgreSQL. */
import { sql } from 'kysely'
import type { Digest } from '../../../domain/image/digest.ts'
import type { Repo } from '../../../domain/repo/repo.ts'
import type { RepoStore } from '../../../ports/repo-store.ts'
import { type Database, inTransaction, type Queries } from './database.ts'
import { readDiscovery, readLooks, saveDiscovery } from './discoveries.ts'
import type { RepoTable } from './tables.ts'
import { followTransfers } from './transfers.ts'

/** Names are looked up as GitHub does, without regard to case. The audit trail (ids only) outlives what `forget` deletes. */
export function createRepoStore(db: Database): RepoStore {
  return {
    save: (repos) =>
      inTransaction(db, async (trx) => {
        const lastOfEach = [...new Map(repos.map((repo) => [repo.id, repo])).values()].sort((a, b) => a.id - b.id)
        for (let at = 0; at < lastOfEach.length; at += 1_000) await saveRepos(trx, lastOfEach.slice(at, at + 1_000))
      }),

    forget: (installationId, repoIds) =>
      inTransaction(db, async (trx) => {
        await trx.selectFrom('installations').select('id').where('id', '=', installationId).forUpdate().execute()
        const chosen = trx.selectFrom('repos').select('id').where('installation_id', '=', installationId)
        const rows = await (repoIds === 'all' ? chosen : chosen.where('id', 'in', [0, ...repoIds])).forUpdate().execute()
        const ids = rows.map(({ id }) => id)
        await forgetWork(trx, ids)
        await sql`delete from underpin.repos where id = any(${ids}::bigint[])`.execute(trx)
        if (repoIds !== 'all') return
        await sql`delete from underpin.due_work where kind = 'installation' and key = ${String(installationId)}`.execute(trx)
        await trx.deleteFrom('write_budgets').where('installation_id', '=', installationId).execute()
        await trx.deleteFrom('admissions').where('installation_id', '=', installationId).execute()
        await trx.deleteFrom('installations').where('id', '=', installationId).execute()
      }),

    async read(repoId) {
      const row = await db.selectFrom('repos').selectAll().where('id', '=', repoId).executeTakeFirst()
      return row === undefined ? null : toRepo(row)
    },

    async find(owner, name) {
      const { rows } = await sql<RepoRow>`
        select * from underpin.repos where lower(owner) = lower(${owner}) and lower(name) = lower(${name}) order by saved_at desc limit 1`.execute(db)
      return rows[0] === undefined ? null : toRepo(rows[0])
    },

    async ofInstallation(installationId) {
      const rows = await db.selectFrom('repos').selectAll().where('installation_id', '=', installationId).orderBy('id').execute()
      return rows.map(toRepo)
    },

    async installationIds() {
      const rows = await db.selectFrom('installations').select('id').orderBy('id').execute()
      return rows.map(({ id }) => id)
    },

    discovery: (repoId) => readDiscovery(db, repoId),
    looks: (installationId) => readLooks(db, { installationId }),
    look: async (repoId) => (await readLooks(db, { repoId }))[0] ?? null,
    saveDiscovery: (claim, repoId, discovery) => saveDiscovery(db, claim, repoId, discovery),

    async reposUsing(imageName, tag) {
      const { rows } = await sql<{ repoId: number; installationId: number; pins: readonly Digest[]; floats: boolean }>`
        select r.id as "repoId", r.installation_id as "installationId",
          coalesce(array_agg(distinct u.pin order by u.pin) filter (where u.pin is not null), '{}') as pins, bool_or(u.pin is null) as floats
        from underpin.image_uses as u join underpin.repos as r on r.id = u.repo_id
        where u.image_name = ${imageName} and u.tag = ${tag} group by r.id order by r.id`.execute(db)
      return rows
    },

    async reposLeadingTo(manifests) {
      const found = new Map<string, RepoLeading>()
      for (let at = 0; at < manifests.length; at += manifestsAtOnce) {
        for (const row of await leadingTo(db, manifests.slice(at, at + manifestsAtOnce))) found.set(`${row.repoId} ${row.scope} ${row.imageName}`, row)
      }
      return [...found.values()].sort((a, b) => a.repoId - b.repoId)
    },
  }
}

type Manifests = Parameters<RepoStore['reposLeadingTo']>[0]
type RepoLeading = Awaited<ReturnType<RepoStore['reposLeadingTo']>>[number]

/** Manifests of one question. */
const manifestsAtOnce = 1_000

/** From manifest to the digests that lead there, and from those by indexes to uses: of the pin, and of the tag that shows it, or that a use may move to. */
async function leadingTo(db: Queries, manifests: Manifests): Promise<readonly RepoLeading[]> {
  const { rows } = await sql<RepoLeading>`
    with asked as (
      select * from unnest(${manifests.map(({ scope }) => scope)}::text[], ${manifests.map(({ imageName }) => imageName)}::text[],
        ${manifests.map(({ manifest }) => manifest)}::text[]) as m (scope, image_name, digest)),
    led as materialized (
      select scope, image_name, digest from asked
      union
      select i.scope, i.image_name, d.digest from asked as a
      join underpin.inspections as i on i.scope = a.scope and i.image_name = a.image_name and i.manifest = a.digest
      cross join unnest(i.reached_from) as d (digest)),
    used as (
      select u.repo_id, l.scope, l.image_name from led as l join underpin.image_uses as u on u.image_name = l.image_name and u.pin = l.digest
      union
      select u.repo_id, l.scope, l.image_name from led as l
      join underpin.observations as o on o.scope = l.scope and o.image_name = l.image_name and o.digest = l.digest and o.left_at is null
      join underpin.image_uses as u on u.image_name = o.image_name and u.tag = o.tag
      union
      select w.repo_id, l.scope, l.image_name from led as l join underpin.wanted_tags as w on w.image_name = l.image_name and w.pin = l.digest
      union
      select w.repo_id, l.scope, l.image_name from led as l
      join underpin.observations as o on o.scope = l.scope and o.image_name = l.image_name and o.digest = l.digest and o.left_at is null
      join underpin.wanted_tags as w on w.image_name = o.image_name and w.tag = o.tag)
    select r.id as "repoId", r.installation_id as "installationId", used.scope, used.image_name as "imageName"
    from used join underpin.repos as r on r.id = used.repo_id order by 1, 3, 4`.execute(db)
  return rows
}

/** `saved_at` is for the database alone. */
type RepoRow = Omit<RepoTable, 'saved_at'>

/** At most 1,000 at once (PostgreSQL takes 65,535 parameters), in the order of their ids and none twice. */
async function saveRepos(db: Queries, repos: readonly Repo[]): Promise<void> {
  const installations = [...new Set(repos.map(({ installationId }) => installationId))].sort((a, b) => a - b)
  await db
    .insertInto('installations')
    .values(installations.map((id) => ({ id })))
    // An update that changes nothing locks the row: to do nothing would let it be forgotten before its repos are written.
    .onConflict((conflict) => conflict.column('id').doUpdateSet(({ ref }) => ({ id: ref('excluded.id') })))
    .execute()
  const now = new Map(repos.map(({ id, installationId }) => [id, installationId]))
  const before = await db
    .selectFrom('repos')
    .select(['id', 'installation_id'])
    .where('id', 'in', [0, ...now.keys()])
    .orderBy('id')
    .forUpdate()
    .execute()
  await db
    .insertInto('repos')
    .values(repos.map(toRow))
    .onConflict((conflict) =>
      conflict.column('id').doUpdateSet(({ ref }) => ({
        node_id: ref('excluded.node_id'),
        installation_id: ref('excluded.installation_id'),
        owner: ref('excluded.owner'),
        name: ref('excluded.name'),
        default_branch: ref('excluded.default_branch'),
        is_archived: ref('excluded.is_archived'),
        is_fork: ref('excluded.is_fork'),
        is_private: ref('excluded.is_private'),
        may_write_workflows: ref('excluded.may_write_workflows'),
        pushed_at: ref('excluded.pushed_at'),
        saved_at: sql<Date>`clock_timestamp()`,
      })),
    )
    .execute()
  const moved = before.filter(({ id, installation_id }) => now.get(id) !== installation_id)
  if (moved.length > 0)
    await followTransfers(
      db,
      moved.map(({ id }) => id),
    )
}

/** Deletes the updates and rebuilds of repos, and the due work of everything that hangs on them. */
async function forgetWork(db: Queries, ids: readonly number[]): Promise<void> {
  const updates = await sql<{ key: string }>`delete from underpin.updates where repo_id = any(${ids}::bigint[]) returning key`.execute(db)
  const rebuilds = await sql<{ key: string }>`delete from underpin.rebuilds where repo_id = any(${ids}::bigint[]) returning id as key`.execute(db)
  const keysOf = ({ rows }: { readonly rows: readonly { readonly key: string }[] }) => rows.map(({ key }) => key)
  await sql`
    delete from underpin.due_work
    where (kind in ('discover', 'decide') and key = any(${ids.map(String)}::text[]))
      or (kind = 'deliver' and key = any(${keysOf(updates)}::text[]))
      or (kind = 'rebuild' and key = any(${keysOf(rebuilds)}::text[]))`.execute(db)
}

function toRow(repo: Repo): RepoRow {
  return {
    id: repo.id,
    node_id: repo.nodeId,
    installation_id: repo.installationId,
    owner: repo.owner,
    name: repo.name,
    default_branch: repo.defaultBranch,
    is_archived: repo.isArchived,
    is_fork: repo.isFork,
    is_private: repo.isPrivate,
    may_write_workflows: repo.mayWriteWorkflows,
    pushed_at: repo.pushedAt,
  }
}

function toRepo(row: RepoRow): Repo {
  return {
    id: row.id,
    nodeId: row.node_id,
    installationId: row.installation_id,
    owner: row.owner,
    name: row.name,
    defaultBranch: row.default_branch,
    isArchived: row.is_archived,
    isFork: row.is_fork,
    isPrivate: row.is_private,
    mayWriteWorkflows: row.may_write_workflows,
    pushedAt: row.pushed_at,
  }
}
