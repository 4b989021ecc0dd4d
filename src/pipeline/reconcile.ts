/** Reconcile: brings what we remember of an installation in line with GitHub, whatever webhooks were lost. */
import { type Claim, decideWork, discoverWork } from '../domain/due-work.ts'
import { isFault } from '../domain/fault.ts'
import type { DueWorkStore } from '../ports/due-work-store.ts'
import type { Installations } from '../ports/installations.ts'
import type { RepoFiles } from '../ports/repo-files.ts'
import type { RepoStore } from '../ports/repo-store.ts'

export type ReconcilePorts = {
  readonly installations: Installations
  readonly repoFiles: RepoFiles
  readonly repos: RepoStore
  readonly dueWork: Pick<DueWorkStore, 'schedule'>
}

/**
 * Lists the installation's repos, forgets those that are gone, and makes due a look into each whose base branch moved since the last one, and a
 * decision about each that was archived or opened up again:
 * two requests per hundred repos when nothing changed. Gives false when the installation itself is gone. Raises GitHub's other faults.
 */
export async function reconcile(ports: ReconcilePorts, claim: Claim, asOf: Date): Promise<boolean> {
  const installationId = Number(claim.key)
  const listed = await ports.installations.repos(installationId).catch((error: unknown) => {
    if (isFault(error) && error.kind === 'missing') return null
    throw error
  })
  if (listed === null) {
    await ports.repos.forget(installationId, 'all')
    return false
  }
  const ids = new Set(listed.map(({ id }) => id))
  const remembered = await ports.repos.ofInstallation(installationId)
  const gone = remembered.filter(({ id }) => !ids.has(id))
  if (gone.length > 0)
    await ports.repos.forget(
      installationId,
      gone.map(({ id }) => id),
    )
  await ports.repos.save(listed)
  const archived = new Map(remembered.map(({ id, isArchived }) => [id, isArchived]))
  const turned = listed.filter((repo) => archived.has(repo.id) && archived.get(repo.id) !== repo.isArchived)
  await ports.dueWork.schedule(turned.map(({ id }) => decideWork(id, installationId, asOf)))
  const watched = await Promise.all(listed.filter((repo) => !repo.isArchived).map(async (repo) => ({ repo, last: await ports.repos.discovery(repo.id) })))
  const known = watched.filter(({ last }) => last !== null)
  const heads =
    known.length === 0
      ? []
      : await ports.repoFiles.heads(
          installationId,
          known.map(({ repo, last }) => ({ repo, branch: last?.policy.baseBranch ?? null })),
        )
  const headOf = new Map(heads.map((head) => [head.repo.id, head.commitOid]))
  const stale = watched.filter(({ repo, last }) => last === null || (headOf.has(repo.id) && headOf.get(repo.id) !== last.commitOid))
  await ports.dueWork.schedule(stale.map(({ repo }) => discoverWork(repo.id, installationId, asOf)))
  return true
}
