/** What reading a layer gives: the wanted files as facts, and whatever decides which of the files below it still count. It is kept as JSON. */
import type { Distro } from '../../../domain/package/distro.ts'
import type { PackageRepository } from '../../../domain/package/inventory.ts'
import type { Package } from '../../../domain/package/package.ts'

/** A package before we know which distribution it belongs to. */
export type BarePackage = Omit<Package, 'purl'>

/** What one file says. */
export type Found =
  | { readonly kind: 'distro'; readonly distro: Distro | null }
  | { readonly kind: 'packages'; readonly packages: readonly BarePackage[]; readonly unseen: readonly string[] }
  | { readonly kind: 'repositories'; readonly repositories: readonly PackageRepository[]; readonly unseen: readonly string[] }
  /** A write-ahead log, which belongs to the database in the same folder of the same layer. */
  | { readonly kind: 'log'; readonly bytes: number }
  | { readonly kind: 'foreign' }
  /** The file is there and could not be read; why, without a full stop. */
  | { readonly kind: 'unread'; readonly reason: string }

/** One path of the layer. */
export type LayerEntry =
  | { readonly kind: 'file'; readonly path: string; readonly found: Found }
  | { readonly kind: 'directory'; readonly path: string }
  /** A symbolic link, its target as written. */
  | { readonly kind: 'link'; readonly path: string; readonly target: string }
  /** A hard link to a file of a layer below. */
  | { readonly kind: 'hardlink'; readonly path: string; readonly target: string }
  /** Something else: it hides what lies below. */
  | { readonly kind: 'other'; readonly path: string }
  /** Whiteouts (https://github.com/opencontainers/image-spec/blob/main/layer.md#whiteouts): the path, or all that lies in it, is gone from the layers below. */
  | { readonly kind: 'removed'; readonly path: string }
  | { readonly kind: 'emptied'; readonly path: string }

export type LayerContent = {
  /** Which program wrote it: another version's is read again. */
  readonly version: typeof layerContentVersion
  /** Whiteouts first, then folders before what lies in them. */
  readonly entries: readonly LayerEntry[]
  /** Why the layer could not be read, or null. Its entries are none then. */
  readonly refused: string | null
}

/** Goes up whenever the readers see more, or otherwise. */
export const layerContentVersion = 1
