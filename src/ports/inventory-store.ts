/** What was found inside images, by scope: evidence of a private image stays with those who may pull it. */
import type { Digest } from '../domain/image/digest.ts'
import type { Inspection } from '../domain/image/inspection.ts'
import type { Scope } from '../domain/image/scope.ts'
import type { ReleaseKey } from '../domain/package/distro.ts'
import type { Json } from '../lib/json.ts'

/** A source or binary package of a release, as advisories name it. */
export type AdvisedPackage = { readonly release: ReleaseKey; readonly packageName: string }

export interface InventoryStore {
  /** What this scope found in the platform manifest, or null: another scope's is not shown. */
  inspection(scope: Scope, imageName: string, manifest: Digest): Promise<Inspection | null>
  /** What this scope found in the platform manifests that it reached through `digest`: an index, or such a manifest itself. In the order of the platforms. */
  inspectionsThrough(scope: Scope, imageName: string, digest: Digest): Promise<readonly Inspection[]>
  /** Keeps it; `release` is that of its distribution, null where no feed speaks of it. */
  saveInspection(scope: Scope, imageName: string, inspection: Inspection, release: ReleaseKey | null): Promise<void>
  /** What reading a layer gave to this scope (a value of the layer reader's own), or null. */
  layer(scope: Scope, layer: Digest): Promise<Json | null>
  /** Keeps it, unless it is longer than 8 MiB as JSON: such a layer is read again. */
  saveLayer(scope: Scope, layer: Digest, found: Json): Promise<void>
  /** The platform manifests whose inventory holds one of these packages, as source or as binary. */
  holding(packages: readonly AdvisedPackage[]): Promise<readonly { readonly scope: Scope; readonly imageName: string; readonly manifest: Digest }[]>
  /** The releases of everything that was inspected, sorted: they say which feeds are needed. */
  releases(): Promise<readonly ReleaseKey[]>
  /**
   * Forgets inspections and layers that nobody saved or asked for during that time, on the store's own clock; gives how many. An inspection that
   * the use of a repo leads to stays: a feed has to find it, however long nothing happened there.
   */
  forgetUnused(unusedForMs: number): Promise<number>
}
