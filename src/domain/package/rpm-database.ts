/** Rpm databases: their bytes as an image holds them, and what they say. */

/** The files of one database, by what rpm calls the backend. */
export type RpmFiles =
  /** `rpmdb.sqlite`, with `rpmdb.sqlite-wal` where it lies beside it. */
  | { readonly kind: 'sqlite'; readonly main: Uint8Array; readonly wal: Uint8Array | null }
  /** `Packages.db` (ndb), `Packages` (Berkeley DB). */
  | { readonly kind: 'ndb' | 'bdb'; readonly main: Uint8Array }

/** The header of one installed package, as far as it matters here (https://rpm-software-management.github.io/rpm/manual/tags.html). Hostile text. */
export type RpmHeader = {
  readonly name: string
  readonly version: string
  readonly release: string
  /** Null where there is none: it compares like 0 and prints as nothing. */
  readonly epoch: number | null
  /** Null for `gpg-pubkey`. */
  readonly arch: string | null
  readonly vendor: string | null
  /** `bash-5.1.8-9.el9.src.rpm`. */
  readonly sourceRpm: string | null
  /** `nodejs:18:9020020230503:rhel9`: module, stream, version and context. */
  readonly modularityLabel: string | null
}

/** What could be read, and a sentence for each thing that could not. */
export type RpmRead = {
  /** In the order of the database, which is that of installation where nothing was removed. `gpg-pubkey` entries are keys, packages in name only. */
  readonly packages: readonly RpmHeader[]
  readonly unseen: readonly string[]
}
