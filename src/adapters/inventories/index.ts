/** The port `Inventories`: attestations first, layers otherwise. */
import type { Inspection } from '../../domain/image/inspection.ts'
import type { DistroTable } from '../../domain/package/distro.ts'
import type { ImageSource } from '../../ports/image-source.ts'
import type { Inventories } from '../../ports/inventories.ts'
import type { UntrustedParse } from '../../ports/untrusted-parse.ts'
import { readAttestations } from './attestations/index.ts'
import { provenBase } from './proven-base.ts'
import { inspectedManifest } from './inspected-manifest.ts'
import { inventoryOfLayers, inventoryOfSbom } from './inventory-of.ts'
import { readLayers } from './layers/index.ts'
import { createLayerReads, type LayerStore } from './layers/layer-reads.ts'
import { type LayerLimits, layerLimits } from './layers/limits.ts'

/** `layers`: where the contents of layers are kept, null for nowhere. `limits` and `now` (ms) are the defaults' unless given. */
export type InventoriesParts = {
  readonly source: ImageSource
  readonly distros: DistroTable
  readonly parse: Pick<UntrustedParse, 'rpmDatabase'>
  readonly layers: LayerStore | null
  readonly limits?: Partial<LayerLimits>
  readonly now?: () => number
}

/** Inventories of what `source` holds; each layer is read once for a scope. */
export function createInventories(parts: InventoriesParts): Inventories {
  const { source, distros, parse, layers, limits = {}, now = () => performance.now() } = parts
  const reads = createLayerReads({ source, rpmDatabase: (files) => parse.rpmDatabase(files), limits: { ...layerLimits, ...limits }, now }, layers)
  return {
    inspect: async (scope, image, digest, platform, onProgress) => {
      const { index, manifest, config, platform: chosen } = await inspectedManifest(source, scope, image, digest, platform)
      const attested = await readAttestations(source, scope, image, index, manifest.digest)
      const inventory =
        attested.sbom !== null
          ? inventoryOfSbom(attested.sbom, attested.problems)
          : inventoryOfLayers(await readLayers(reads, scope, image, manifest.layers, onProgress), distros, attested.problems)
      const stored = manifest.layers.map((layer) => ({ digest: layer.digest, size: layer.size }))
      return {
        manifest: manifest.digest,
        index: index?.digest ?? null,
        platform: chosen,
        config,
        layers: stored,
        inventory,
        provenance: attested.provenance,
        base: await provenBase(source, scope, image, {
          layers: stored.map((layer) => layer.digest),
          annotations: manifest.annotations,
          provenance: attested.provenance,
        }),
      } satisfies Inspection
    },
    inventoryOfLayers: async (scope, image, digest) => {
      const { manifest } = await inspectedManifest(source, scope, image, digest, null)
      return inventoryOfLayers(await readLayers(reads, scope, image, manifest.layers), distros, [])
    },
  }
}
