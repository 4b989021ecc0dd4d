/** Changes to repos: branches, commits and pull requests as one transaction that is read back before every write. */
import type { FileMode, Repo } from '../domain/repo/repo.ts'

export type PullRequestStanding = {
  readonly number: number
  readonly state: 'open' | 'merged' | 'closed'
  readonly headOid: string
  /** From the marker in its body, null when there is none. */
  readonly fingerprint: string | null
  /** True when its author is our app. */
  readonly isOurs: boolean
  readonly url: string
}

/** Where an update stands on GitHub, all read in one go. */
export type Standing = {
  /** The head of the base branch, or null when the branch is gone. */
  readonly baseOid: string | null
  /** The asked-for paths on the base branch; a path that is not there maps to null. */
  readonly files: ReadonlyMap<string, { readonly blobOid: string; readonly mode: FileMode } | null>
  /** Our branch, or null. `isOurs`: every commit it has over the base branch was made by our app. */
  readonly branch: { readonly oid: string; readonly isOurs: boolean; readonly fingerprint: string | null } | null
  /** A branch named `underpin` exists, so none can be made below `underpin/`. */
  readonly isPrefixTaken: boolean
  /** The open pull request of the branch if there is one, else the newest of the closed and merged ones. */
  readonly pullRequest: PullRequestStanding | null
}

/** The whole new content of one file of a commit. */
export type CommitFile = { readonly path: string; readonly mode: FileMode; readonly bytes: Uint8Array }

export type Proposal = {
  readonly repo: Repo
  readonly baseBranch: string
  readonly branch: string
  /** The commit the change was computed on: the new branch starts here. */
  readonly baseOid: string
  readonly commitMessage: string
  readonly files: readonly CommitFile[]
}

/**
 * Every method raises: `transient` (nothing is known about a write that failed so: look up before trying again), `rate-limited`, `unauthorized`
 * (also: workflow files without the permission), `missing` (repo gone), `conflict` (somebody else was first), `invalid` (GitHub refused the content).
 * Writes are sent once; none is retried here.
 */
export interface RepoChanges {
  /** Where the updates stand, 25 a request; the answer is in the order asked. `null`: the repo is gone for us. */
  lookUp(
    installationId: number,
    wanted: readonly { readonly repo: Repo; readonly baseBranch: string; readonly branch: string; readonly paths: readonly string[] }[],
  ): Promise<readonly (Standing | null)[]>
  /** Creates the branch with one verified commit; gives the commit. One request (`createRef` + `createCommitOnBranch`), each field judged alone. */
  propose(proposal: Proposal): Promise<{ readonly commitOid: string }>
  /** Commits on the existing branch that has no commit but the base's yet (a proposal whose second half was lost). */
  commit(proposal: Proposal & { readonly expectedHeadOid: string }): Promise<{ readonly commitOid: string }>
  /** Rewrites our branch as one commit on `baseOid`, only if it is still at `beforeOid`; never plain force. */
  amend(proposal: Proposal & { readonly beforeOid: string }): Promise<{ readonly commitOid: string }>
  open(
    repo: Repo,
    request: { readonly baseBranch: string; readonly branch: string; readonly title: string; readonly body: string },
  ): Promise<{ readonly number: number; readonly url: string }>
  /** New words for an open pull request. */
  describe(repo: Repo, number: number, words: { readonly title: string; readonly body: string }): Promise<void>
  label(repo: Repo, number: number, labels: readonly string[]): Promise<void>
  /** Asks for reviews by logins and `org/team`. Gives those whom GitHub does not let review there; the others are asked. */
  requestReviews(repo: Repo, number: number, reviewers: readonly string[]): Promise<{ readonly refused: readonly string[] }>
  /** Assigns logins. Gives those whom GitHub does not let be assigned there. */
  assign(repo: Repo, number: number, assignees: readonly string[]): Promise<{ readonly refused: readonly string[] }>
  /** Says something once: a comment with the same `marker` by us is looked for first. */
  comment(repo: Repo, number: number, marker: string, body: string): Promise<void>
  /** Closes our pull request with new words and deletes its branch if that is still at `headOid`. */
  close(repo: Repo, number: number, branch: string, headOid: string, body: string): Promise<void>
  /** Deletes a branch of ours if it is still at `headOid`. */
  remove(repo: Repo, branch: string, headOid: string): Promise<void>
}
