/** Repos: GitHub repositories as we remember them. OCI's repositories are image names, never "repo". */

/** Who a repo belongs to for every question of access: ids survive renames and transfers, names do not. */
export type Repo = {
  /** GitHub's numeric id. */
  readonly id: number
  /** GitHub's GraphQL id. */
  readonly nodeId: string
  readonly installationId: number
  readonly owner: string
  readonly name: string
  readonly defaultBranch: string
  readonly isArchived: boolean
  readonly isFork: boolean
  readonly isPrivate: boolean
  /** Whether the installation lets us change files under `.github/workflows`. */
  readonly mayWriteWorkflows: boolean
  /** When anybody last pushed, as GitHub says; null when it never said. */
  readonly pushedAt: Date | null
}

/** A file mode of Git's that a blob can have: plain, executable, symbolic link. */
export type FileMode = '100644' | '100755' | '120000'

/** A file of a repo at one commit, without its content. */
export type RepoFile = {
  /** From the root, with `/`. */
  readonly path: string
  /** Git's name for the content. */
  readonly blobOid: string
  readonly mode: FileMode
}

/** `owner/name`, for people. */
export function formatRepo(repo: Pick<Repo, 'owner' | 'name'>): string {
  return `${repo.owner}/${repo.name}`
}

/** Whether policies of the owner's other repos may extend the one that stands in this repo. */
export function isBaseRepo({ name }: Pick<Repo, 'name'>): boolean {
  return name.toLowerCase() === '.github'
}
