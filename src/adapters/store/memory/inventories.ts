/** Inspections and layers in memory, for commands: gone when the program ends. */
import type { Digest } from '../../../domain/image/digest.ts'
import type { Inspection } from '../../../domain/image/inspection.ts'
import { formatPlatform } from '../../../domain/image/platform.ts'
import type { Scope } from '../../../domain/image/scope.ts'
import { advisedKey, advisedKeys, longestLayer } from '../held-packages.ts'
import type { InventoryStore } from '../../../ports/inventory-store.ts'

type Kept = {
  readonly scope: Scope
  readonly imageName: string
  readonly inspection: Inspection
  readonly release: string | null
  readonly reachedFrom: ReadonlySet<Digest>
  readonly holds: ReadonlySet<string>
}

/** An empty store; `now` (ms) is the clock that retention runs on. Raises no faults. */
export function createMemoryInventoryStore(now: () => number = Date.now): InventoryStore {
  const inspections = new Map<string, Kept>()
  /** JSON text, so that nobody changes what is kept. */
  const layers = new Map<string, string>()
  const usedAt = new Map<string, number>()
  const inspectionKey = (scope: Scope, imageName: string, manifest: Digest) => `${scope} ${imageName}@${manifest}`
  const layerKey = (scope: Scope, layer: Digest) => `${scope} ${layer}`
  const use = (key: string) => usedAt.set(key, now())
  return {
    async inspection(scope, imageName, manifest) {
      const key = inspectionKey(scope, imageName, manifest)
      const kept = inspections.get(key)
      if (kept === undefined) return null
      use(key)
      return kept.inspection
    },
    async inspectionsThrough(scope, imageName, digest) {
      const found = [...inspections].filter(([, kept]) => kept.scope === scope && kept.imageName === imageName && kept.reachedFrom.has(digest))
      for (const [key] of found) use(key)
      const order = ({ platform, manifest }: Inspection) => `${formatPlatform(platform)} ${manifest}`
      return found.map(([, { inspection }]) => inspection).sort((a, b) => (order(a) < order(b) ? -1 : 1))
    },
    async saveInspection(scope, imageName, inspection, release) {
      const { manifest, index, inventory } = inspection
      const key = inspectionKey(scope, imageName, manifest)
      const reachedFrom = new Set([...(inspections.get(key)?.reachedFrom ?? []), manifest, index ?? manifest])
      inspections.set(key, {
        scope,
        imageName,
        inspection,
        release,
        reachedFrom,
        holds: new Set(release === null ? [] : advisedKeys(release, inventory.packages)),
      })
      use(key)
    },
    async layer(scope, layer) {
      const text = layers.get(layerKey(scope, layer))
      if (text === undefined) return null
      use(layerKey(scope, layer))
      return JSON.parse(text)
    },
    async saveLayer(scope, layer, found) {
      const text = JSON.stringify(found)
      if (text.length > longestLayer) return
      layers.set(layerKey(scope, layer), text)
      use(layerKey(scope, layer))
    },
    async holding(packages) {
      const keys = packages.map(({ release, packageName }) => advisedKey(release, packageName))
      const found = [...inspections.values()].filter(({ holds }) => keys.some((key) => holds.has(key)))
      return found.map(({ scope, imageName, inspection: { manifest } }) => ({ scope, imageName, manifest }))
    },
    releases: async () => [...new Set([...inspections.values()].flatMap(({ release }) => (release === null ? [] : [release])))].sort(),
    async forgetUnused(unusedForMs) {
      const old = [...usedAt].filter(([, at]) => at < now() - unusedForMs)
      for (const [key] of old) for (const kept of [inspections, layers, usedAt]) kept.delete(key)
      return old.length
    },
  }
}
