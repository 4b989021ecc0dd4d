/** Package indexes of distributions: which versions a no-cache rebuild would install today. */
import type { Distro } from '../domain/package/distro.ts'
import type { PackageRepository } from '../domain/package/inventory.ts'

/** The newest version of a binary package that the image's own repositories offer. */
export type InstallableVersion = { readonly name: string; readonly version: string; readonly sourceName: string; readonly sourceVersion: string }

/** Or why nothing can be said: no repository is known, no host is allowed, an index could not be read. */
export type Installable =
  | {
      readonly kind: 'known'
      readonly versions: ReadonlyMap<string, InstallableVersion>
      /** When the oldest of the indexes was checked. */
      readonly asOf: Date
      /** Repositories that were not asked since their host is not allowed, a sentence each: what is not in `versions` may be there. */
      readonly unread: readonly string[]
    }
  | { readonly kind: 'cannot-say'; readonly why: string }

export interface PackageIndexes {
  /**
   * The newest versions of the binary packages `names` for `arch` (OCI's word or the package manager's) in `repositories` of an image of `distro`. Hosts
   * must be the distribution's own (`config/distros.json`) or allowed by the operator, by HTTPS; others are not asked. Every fault of a host that is asked
   * is `cannot-say`. A name that no index has is not in the answer, nor are packages of rpm modules.
   */
  installable(distro: Distro, repositories: readonly PackageRepository[], arch: string, names: readonly string[]): Promise<Installable>
}
