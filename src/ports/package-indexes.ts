/** Package indexes of distributions: which versions a no-cache rebuild would install today. */
import type { Distro } from '../domain/package/distro.ts'
import type { PackageRepository } from '../domain/package/inventory.ts'

/** The newest version of a binary package that the image's own repositories offer. */
export type InstallableVersion = { readonly name: string; readonly version: string; readonly sourceName: string; readonly sourceVersion: string }

/** Or why nothing can be said: no repository is known, a host is not allowed, an index could not be read. */
export type Installable =
  | { readonly kind: 'known'; readonly versions: ReadonlyMap<string, InstallableVersion>; readonly asOf: Date }
  | { readonly kind: 'cannot-say'; readonly why: string }

export interface PackageIndexes {
  /**
   * The newest versions of the binary packages `names` for `arch` in `repositories` of an image of `distro`. Hosts must be the distribution's own
   * (`config/distros.json`) or allowed by the operator, by HTTPS; anything else is `cannot-say`, as is every fault of a host.
   */
  installable(distro: Distro, repositories: readonly PackageRepository[], arch: string, names: readonly string[]): Promise<Installable>
}
