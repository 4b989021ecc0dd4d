/** Installations, repos, and what the last look into each repo found. */
import type { Claim } from '../domain/due-work.ts'
import type { Digest } from '../domain/image/digest.ts'
import type { Scope } from '../domain/image/scope.ts'
import type { ImageUse } from '../domain/repo/image-use.ts'
import type { Policy } from '../domain/repo/policy.ts'
import type { Repo, RepoFile } from '../domain/repo/repo.ts'

/** A file as it was read: its bytes (at most 256 KiB), or null where nothing in it concerns us, so that it need not be read again while its blob is the same. */
export type ReadRepoFile = RepoFile & { readonly bytes: Uint8Array | null }

/** A branch that pull requests go to, as it stood at the last look. */
export type BaseBranch = {
  readonly branch: string
  /** Empty where the repo had no commits. */
  readonly commitOid: string
  /** Files that may name images, those that these need, and the policy file; in the order of their paths. */
  readonly files: readonly ReadRepoFile[]
  readonly uses: readonly ImageUse[]
}

/** The last look into a repo. */
export type Discovery = {
  /** Never empty: the first is the one that is built, and the default branch where the policy names none. */
  readonly branches: readonly [BaseBranch, ...BaseBranch[]]
  /** Of the default branch, where the policy file stands; empty where the repo had no commits. */
  readonly policyCommitOid: string
  /** The base branches that the policy file names and that were not there. */
  readonly absentBranches: readonly string[]
  /**
   * The `.github` repo whose policy this one's extends (null: the owner has none that we have), and the blob that its policy file was (empty: there was none);
   * null where it extends none.
   */
  readonly extended: { readonly repoId: number | null; readonly blobOid: string } | null
  /** What read the files: another version may see what this one did not. */
  readonly reader: string
  /** The last good policy; defaults when there is no file. */
  readonly policy: Policy
  /** What is wrong with the file on the branch now, for the issue; null when nothing is. */
  readonly policyProblem: string | null
  /** Since when this repo's policy has asked for rebuilds on its present schedule: their clock starts there. Null where it asks for none. */
  readonly rebuildSince: Date | null
}

/** What of the last look tells whether another one is due. */
export type RepoLook = Pick<Discovery, 'policyCommitOid' | 'absentBranches' | 'extended' | 'reader'> & {
  readonly repoId: number
  readonly branches: readonly Pick<BaseBranch, 'branch' | 'commitOid'>[]
  readonly baseBranches: Policy['baseBranches']
}

export interface RepoStore {
  /**
   * Remembers repos of an installation; ones that it had and are not named stay. Renames and transfers follow the id. What hangs on a repo follows it to
   * another installation, but for what was decided and planned there with credentials that the new one may not have: decisions are deleted, and updates
   * that are `planned` or `held` become `obsolete`.
   */
  save(repos: readonly Repo[]): Promise<void>
  /** Forgets repos that are still this installation's, with everything that hangs on them but the audit trail; `all` for an uninstallation. */
  forget(installationId: number, repoIds: 'all' | readonly number[]): Promise<void>
  read(repoId: number): Promise<Repo | null>
  /** By name in any case; after a rename, the one that was saved with the name last. */
  find(owner: string, name: string): Promise<Repo | null>
  ofInstallation(installationId: number): Promise<readonly Repo[]>
  /** Installations that had repos once and were not forgotten. */
  installationIds(): Promise<readonly number[]>
  discovery(repoId: number): Promise<Discovery | null>
  /** The last looks into the repos of an installation, without files and uses. */
  looks(installationId: number): Promise<readonly RepoLook[]>
  look(repoId: number): Promise<RepoLook | null>
  /** Replaces what the last look found. False when the claim's fence is not the newest or the repo was forgotten: a zombie's look is not stored. */
  saveDiscovery(claim: Claim, repoId: number, discovery: Discovery): Promise<boolean>
  /** Repos with a followed use of this image (name in full) and tag, the digests they pin it to, and whether they name it without one too. Which scope they look with is the caller's to check. */
  reposUsing(
    imageName: string,
    tag: string,
  ): Promise<readonly { readonly repoId: number; readonly installationId: number; readonly pins: readonly Digest[]; readonly floats: boolean }[]>
  /**
   * Repos with a followed use that leads to one of these manifests (or indexes) as that scope saw it: by a pin, or by a tag that shows it now, be it the
   * use's own or one that the repo wants to know, also through an index that a platform manifest was inspected through. Each repo once per scope and image name. Which scope they look with is the caller's to check.
   */
  reposLeadingTo(
    manifests: readonly { readonly scope: Scope; readonly imageName: string; readonly manifest: Digest }[],
  ): Promise<readonly { readonly repoId: number; readonly installationId: number; readonly scope: Scope; readonly imageName: string }[]>
}
