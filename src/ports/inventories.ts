/** Looking into images. */
import type { Digest } from '../domain/image/digest.ts'
import type { Inspection } from '../domain/image/inspection.ts'
import type { Platform } from '../domain/image/platform.ts'
import type { ImageName } from '../domain/image/reference.ts'
import type { Scope } from '../domain/image/scope.ts'
import type { Inventory } from '../domain/package/inventory.ts'

/** How far a look has come, for people who wait: layers read of all, and bytes. */
export type InspectProgress = (done: { readonly layers: number; readonly ofLayers: number; readonly bytes: number; readonly ofBytes: number }) => void

export interface Inventories {
  /**
   * Looks into what `digest` names: an image manifest, or an index, of which the entry for `platform` is taken (null: linux/amd64, else the only one).
   * Attestations first, layers otherwise; what could not be read stands in `inventory.unseen`, never in an empty list.
   * Faults: those of `ImageSource`, and `missing` where the index has no such platform.
   */
  inspect(scope: Scope, image: ImageName, digest: Digest, platform: Platform | null, onProgress?: InspectProgress): Promise<Inspection>
  /** The inventory that the layers of a platform manifest hold, whatever attestations say: an SBOM names no package repositories. Faults as `inspect`. */
  inventoryOfLayers(scope: Scope, image: ImageName, manifest: Digest): Promise<Inventory>
}
