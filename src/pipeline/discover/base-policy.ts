/** Base policies: what the policies of an owner's repos may extend. */
import { policyPath } from '../../domain/repo/policy.ts'
import type { Repo } from '../../domain/repo/repo.ts'
import type { RepoFiles } from '../../ports/repo-files.ts'
import type { RepoStore } from '../../ports/repo-store.ts'
import type { BasePolicy } from './policy-in-force.ts'
import { longestFile } from './snapshot.ts'

type BasePolicyPorts = { readonly repos: Pick<RepoStore, 'find'>; readonly repoFiles: RepoFiles }

/** The policy of the owner's `.github` repo, on its default branch and only where this installation has it. Raises GitHub's faults. */
export async function readBasePolicy({ repos, repoFiles }: BasePolicyPorts, { owner, installationId }: Repo): Promise<BasePolicy> {
  const name = `${owner}/.github:${policyPath}`
  const home = await repos.find(owner, '.github')
  if (home === null || home.installationId !== installationId) return { at: null, name, bytes: null }
  const [tree] = await repoFiles.trees(installationId, [{ repo: home, branch: null }], (path) => path === policyPath)
  const file = tree?.files.find(({ mode }) => mode !== '120000')
  const at = tree === undefined ? null : { repoId: home.id, commitOid: tree.commitOid }
  if (file === undefined) return { at, name, bytes: null }
  const bytes = await repoFiles.blobs(installationId, [{ repo: home, blobOid: file.blobOid }], longestFile)
  return { at, name, bytes: bytes.get(file.blobOid) ?? null }
}
