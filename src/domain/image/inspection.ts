/** Inspections: all that we learnt from one platform manifest. */
import type { Inventory } from '../package/inventory.ts'
import type { Digest } from './digest.ts'
import type { ImageConfig } from './image-config.ts'
import type { Platform } from './platform.ts'
import type { BaseEvidence, Provenance } from './provenance.ts'

export type Inspection = {
  /** The platform manifest. */
  readonly manifest: Digest
  /** The index that it was reached through, or null. */
  readonly index: Digest | null
  readonly platform: Platform
  readonly config: ImageConfig
  /** Compressed layers, the base's first. */
  readonly layers: readonly { readonly digest: Digest; readonly size: number }[]
  readonly inventory: Inventory
  readonly provenance: Provenance | null
  readonly base: BaseEvidence
}
