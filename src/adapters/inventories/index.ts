/** The port `Inventories`: attestations first, layers otherwise. */
import type { Digest } from '../../domain/image/digest.ts'
import type { Inspection } from '../../domain/image/inspection.ts'
import type { Manifest } from '../../domain/image/manifest.ts'
import type { Provenance } from '../../domain/image/provenance.ts'
import type { ImageName } from '../../domain/image/reference.ts'
import type { Scope } from '../../domain/image/scope.ts'
import type { DistroTable } from '../../domain/package/distro.ts'
import type { ImageSource } from '../../ports/image-source.ts'
import type { Inventories } from '../../ports/inventories.ts'
import type { UntrustedParse } from '../../ports/untrusted-parse.ts'
import { baseEvidence } from './base-evidence.ts'
import { inspectedManifest } from './inspected-manifest.ts'
import { inventoryOfLayers, inventoryOfSbom, type Sbom } from './inventory-of.ts'
import { readLayers } from './layers/index.ts'
import { createLayerReads, type LayerStore } from './layers/layer-reads.ts'
import { type LayerLimits, layerLimits } from './layers/limits.ts'

/** Finds and reads what speaks of a platform manifest. `problems` are sentences about attestations that are there and cannot be used. */
export type ReadAttestations = (
  source: ImageSource,
  scope: Scope,
  image: ImageName,
  index: Manifest | null,
  manifest: Digest,
) => Promise<{ readonly sbom: Sbom | null; readonly provenance: Provenance | null; readonly problems: readonly string[] }>

/** `layers`: where the contents of layers are kept, null for nowhere. `limits` and `now` (ms) are the defaults' unless given. */
export type InventoriesParts = {
  readonly source: ImageSource
  readonly distros: DistroTable
  readonly parse: Pick<UntrustedParse, 'rpmDatabase'>
  readonly layers: LayerStore | null
  readonly attestations: ReadAttestations
  readonly limits?: Partial<LayerLimits>
  readonly now?: () => number
}

/** Inventories of what `source` holds; each layer is read once for a scope. */
export function createInventories(parts: InventoriesParts): Inventories {
  const { source, distros, parse, layers, attestations, limits = {}, now = () => performance.now() } = parts
  const reads = createLayerReads({ source, rpmDatabase: (files) => parse.rpmDatabase(files), limits: { ...layerLimits, ...limits }, now }, layers)
  return {
    inspect: async (scope, image, digest, platform, onProgress) => {
      const { index, manifest, config, platform: chosen } = await inspectedManifest(source, scope, image, digest, platform)
      const attested = await attestations(source, scope, image, index, manifest.digest)
      const inventory =
        attested.sbom !== null
          ? inventoryOfSbom(attested.sbom, attested.problems)
          : inventoryOfLayers(await readLayers(reads, scope, image, manifest.layers, onProgress), distros, attested.problems)
      return {
        manifest: manifest.digest,
        index: index?.digest ?? null,
        platform: chosen,
        config,
        layers: manifest.layers.map((layer) => ({ digest: layer.digest, size: layer.size })),
        inventory,
        provenance: attested.provenance,
        base: baseEvidence(manifest.annotations, attested.provenance),
      } satisfies Inspection
    },
  }
}
