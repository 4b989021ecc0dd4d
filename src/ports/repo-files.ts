/** Files of repos, read in batches. */
import type { Repo, RepoFile } from '../domain/repo/repo.ts'

/** Where a repo stands: its name may have changed, its branch may have moved. `null` where the repo is gone for us. */
export type RepoHead = { readonly repo: Repo; readonly branch: string; readonly commitOid: string }

/** A file with its length in bytes. */
export type ListedFile = RepoFile & { readonly size: number }

/** The files of one commit that a caller wanted to know about. */
export type RepoTree = RepoHead & {
  readonly files: readonly ListedFile[]
  /** True when GitHub could not list the whole tree: what is not in `files` is unknown, not absent. */
  readonly isPartial: boolean
}

/** Faults: `transient`, `rate-limited`, `unauthorized`, `missing` (the installation is gone). Batches are split by the adapter. */
export interface RepoFiles {
  /** Where each repo's base branch (`branch`, or the default branch when null) is now: 100 repos a request. Repos that are gone are left out. */
  heads(installationId: number, wanted: readonly { readonly repo: Repo; readonly branch: string | null }[]): Promise<readonly RepoHead[]>
  /** The files for which `isWanted` is true, of each repo's base branch. Repos that are gone or empty are left out. */
  trees(
    installationId: number,
    wanted: readonly { readonly repo: Repo; readonly branch: string | null }[],
    isWanted: (path: string) => boolean,
  ): Promise<readonly RepoTree[]>
  /** The exact bytes of blobs, checked against their names. Over `maxBytes` each: left out. Keys of the result are blob oids. */
  blobs(
    installationId: number,
    wanted: readonly { readonly repo: Repo; readonly blobOid: string }[],
    maxBytes: number,
  ): Promise<ReadonlyMap<string, Uint8Array>>
}
