/** Base policies: what the policies of an owner's repos may extend. */
import { policyPath } from '../../domain/repo/policy.ts'
import { isBaseRepo, type Repo } from '../../domain/repo/repo.ts'
import type { RepoFiles } from '../../ports/repo-files.ts'
import type { RepoStore } from '../../ports/repo-store.ts'
import type { BasePolicy } from './policy-in-force.ts'
import { longestFile } from './snapshot.ts'

type BasePolicyPorts = { readonly repos: Pick<RepoStore, 'find'>; readonly repoFiles: RepoFiles }

/** The base policies of the owners of an installation's repos, each read once. The functions raise GitHub's faults. */
export function basePolicies(ports: BasePolicyPorts): (repo: Repo) => Promise<BasePolicy> {
  const known = new Map<string, Promise<BasePolicy>>()
  return (repo) => {
    const owner = repo.owner.toLowerCase()
    const reading = known.get(owner) ?? readBasePolicy(ports, repo)
    known.set(owner, reading)
    return reading
  }
}

/** The policy of the owner's `.github` repo, on its default branch and only where this installation has it. */
async function readBasePolicy({ repos, repoFiles }: BasePolicyPorts, { owner, installationId }: Repo): Promise<BasePolicy> {
  const name = `${owner}/.github:${policyPath}`
  const none: BasePolicy = { at: { repoId: null, blobOid: '' }, name, isPrivate: false, bytes: null }
  const home = await repos.find(owner, '.github')
  if (home === null || home.installationId !== installationId) return none
  const [tree] = await repoFiles.trees(installationId, [{ repo: home, branch: null }], (path) => path === policyPath)
  // Since it was saved it may have got another name or owner, and a public repo is shown to everybody.
  if (tree !== undefined && (!isBaseRepo(tree.repo) || tree.repo.owner.toLowerCase() !== owner.toLowerCase())) return none
  const file = tree?.files[0]
  const found = { at: { repoId: home.id, blobOid: file?.blobOid ?? '' }, name, isPrivate: tree?.repo.isPrivate ?? home.isPrivate }
  if (file === undefined || file.mode === '120000') return { ...found, bytes: null }
  const bytes = await repoFiles.blobs(installationId, [{ repo: home, blobOid: file.blobOid }], longestFile)
  return { ...found, bytes: bytes.get(file.blobOid) ?? null }
}
