/** Inventories: the packages in one platform manifest, where the list came from, and what it could not see. */
import type { Distro } from './distro.ts'
import type { Package } from './package.ts'

export type Inventory = {
  /** Null where the image has no readable os-release. */
  readonly distro: Distro | null
  /** `sbom`: an attestation bound to the manifest by its digest. `layers`: the package databases themselves. */
  readonly source: 'sbom' | 'layers'
  /** `sources`: `packages` are source packages, and which of their binaries are installed is not known (docker-scout's SBOMs). */
  readonly granularity: 'binaries' | 'sources'
  /** Sorted by type, name, architecture and version. */
  readonly packages: readonly Package[]
  /** Where its package manager would install from; known from layers only. */
  readonly repositories: readonly PackageRepository[]
  /** What could not be read, a sentence each, for people: an inventory with such lines never proves that something is absent. */
  readonly unseen: readonly string[]
  /** What else is worth knowing of how it was read, a sentence each; no package is missing because of it. */
  readonly notes: readonly string[]
}

/** A package repository that the image's own configuration names. Hostile: nothing here is asked for before its host is known (`DistroRow.archiveDomains`). */
export type PackageRepository =
  | {
      readonly type: 'deb'
      readonly uri: string
      /** `bookworm-security`; a suite that ends with `/` is a flat repository. */
      readonly suite: string
      readonly components: readonly string[]
      /** `[arch=…]`; empty: the image's own. */
      readonly architectures: readonly string[]
    }
  | { readonly type: 'apk'; readonly uri: string /** `@edge`: only for packages that ask for it. */; readonly pin: string | null }
  | {
      readonly type: 'rpm'
      readonly id: string
      /** With `$releasever` and `$basearch` as they stand in the file. */
      readonly baseUrls: readonly string[]
      readonly mirrorList: string | null
      readonly isEnabled: boolean
    }
