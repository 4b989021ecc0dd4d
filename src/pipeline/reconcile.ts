/** Reconcile: brings what we remember of an installation in line with GitHub, whatever webhooks were lost. */
import { type Claim, decideWork, discoverWork } from '../domain/due-work.ts'
import { isFault } from '../domain/fault.ts'
import { isBaseRepo, type Repo } from '../domain/repo/repo.ts'
import { spreadLooks } from '../domain/spread-looks.ts'
import type { DueWorkStore } from '../ports/due-work-store.ts'
import type { Installations } from '../ports/installations.ts'
import type { RepoFiles, RepoHead } from '../ports/repo-files.ts'
import type { RepoLook, RepoStore } from '../ports/repo-store.ts'

export type ReconcilePorts = {
  readonly installations: Installations
  readonly repoFiles: RepoFiles
  readonly repos: Pick<RepoStore, 'forget' | 'ofInstallation' | 'save' | 'looks'>
  readonly dueWork: Pick<DueWorkStore, 'schedule'>
  /** Names this version and its formats. */
  readonly reader: string
}

/**
 * Lists the installation's repos, forgets those that are gone, and makes due a look into each where a branch that counts moved since the last one, and
 * a decision about each that was archived or opened up again, whose workflows we may change now or no more, or that came from another installation:
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
  const before = new Map(remembered.map((repo) => [repo.id, repo]))
  const looks = new Map((await ports.repos.looks(installationId)).map((look) => [look.repoId, look]))
  const turned = listed.filter((repo) => {
    const was = before.get(repo.id)
    return was === undefined ? looks.has(repo.id) : was.isArchived !== repo.isArchived || was.mayWriteWorkflows !== repo.mayWriteWorkflows
  })
  await ports.dueWork.schedule(turned.map(({ id }) => decideWork(id, installationId, asOf)))
  const watched = listed.filter(({ isArchived }) => !isArchived)
  const wanted = watched.flatMap((repo) => branchesOf(repo, looks.get(repo.id)))
  const heads = wanted.length === 0 ? [] : await ports.repoFiles.heads(installationId, wanted)
  const headsOf = new Map<number, RepoHead[]>()
  for (const head of heads) headsOf.set(head.repo.id, [...(headsOf.get(head.repo.id) ?? []), head])
  const bases = new Map(listed.flatMap((repo) => (isBaseRepo(repo) ? [[repo.owner.toLowerCase(), repo.id]] : [])))
  const isOutdated = ({ id }: Repo) => isStale(looks.get(id), headsOf.get(id) ?? [])
  const isOther = ({ id, owner }: Repo) => {
    const look = looks.get(id)
    if (look === undefined || !headsOf.has(id)) return false
    return look.reader !== ports.reader || (look.extended !== null && look.extended.repoId !== (bases.get(owner.toLowerCase()) ?? null))
  }
  await ports.dueWork.schedule(watched.filter(isOutdated).map(({ id }) => discoverWork(id, installationId, asOf)))
  const others = watched.filter((repo) => !isOutdated(repo) && isOther(repo)).map(({ id }) => id)
  await ports.dueWork.schedule(spreadLooks(others, installationId, asOf))
  return true
}

/** The branches that a look depends on: where the policy stands, where the uses stand, and one that the policy names and that was not there. */
function branchesOf(repo: Repo, look: RepoLook | undefined): readonly { readonly repo: Repo; readonly branch: string | null }[] {
  if (look === undefined) return []
  const named = new Set([...look.baseBranches, ...look.absentBranches].filter((branch) => branch !== repo.defaultBranch))
  return [null, ...named].map((branch) => ({ repo, branch }))
}

/** Whether the repo has moved since the last look. A repo that shows no default branch is gone or empty: there is nothing to see. */
function isStale(look: RepoLook | undefined, heads: readonly RepoHead[]): boolean {
  if (look === undefined) return true
  const home = heads.find(({ repo, branch }) => branch === repo.defaultBranch)
  if (home === undefined) return false
  if (home.commitOid !== look.policyCommitOid) return true
  if (heads.some(({ branch }) => look.absentBranches.includes(branch))) return true
  const known = new Map(look.branches.map(({ branch, commitOid }) => [branch, commitOid]))
  const named = look.baseBranches.length === 0 ? [home.branch] : look.baseBranches
  return named.some((branch) => {
    const head = heads.find((one) => one.branch === branch)
    return head === undefined ? !look.absentBranches.includes(branch) : head.commitOid !== known.get(branch)
  })
}
