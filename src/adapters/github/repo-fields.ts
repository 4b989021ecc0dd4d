/** A repo as GraphQL shows it, read the same way by every document. */
import { z } from 'zod'
import type { FileMode, Repo } from '../../domain/repo/repo.ts'

/** For selection sets on `Repository`. */
export const repoFragment = 'fragment RepoFields on Repository { id name owner { login } isArchived isFork isPrivate pushedAt defaultBranchRef { name } }'

/** What `RepoFields` gives. */
export const repoNode = z.object({
  id: z.string(),
  name: z.string(),
  owner: z.object({ login: z.string() }),
  isArchived: z.boolean(),
  isFork: z.boolean(),
  isPrivate: z.boolean(),
  pushedAt: z.string().nullish(),
  defaultBranchRef: z.object({ name: z.string() }).nullish(),
})

/** `before` under the name, flags and default branch that it has now. */
export function renewed(before: Repo, now: z.infer<typeof repoNode>): Repo {
  return {
    ...before,
    nodeId: now.id,
    owner: now.owner.login,
    name: now.name,
    defaultBranch: now.defaultBranchRef?.name ?? before.defaultBranch,
    isArchived: now.isArchived,
    isFork: now.isFork,
    isPrivate: now.isPrivate,
    pushedAt: now.pushedAt === null || now.pushedAt === undefined ? before.pushedAt : new Date(now.pushedAt),
  }
}

/** Git's mode of a blob from GraphQL's integer (33188 is 0o100644) or REST's text; null for what is no file of ours to know (trees, submodules). */
export function fileMode(mode: number | string): FileMode | null {
  const bits = typeof mode === 'number' ? mode : Number.parseInt(mode, 8)
  if (bits === 0o120000) return '120000'
  if ((bits & 0o170000) !== 0o100000) return null
  return (bits & 0o111) === 0 ? '100644' : '100755'
}
