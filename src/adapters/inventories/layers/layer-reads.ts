/** Reading layers once: what a scope has read is kept by digest, and who asks for a layer of the same image that is being read waits for it. */
import type { Digest } from '../../../domain/image/digest.ts'
import type { Descriptor } from '../../../domain/image/manifest.ts'
import { formatImageName, type ImageName } from '../../../domain/image/reference.ts'
import type { Scope } from '../../../domain/image/scope.ts'
import type { Json } from '../../../lib/json.ts'
import type { InventoryStore } from '../../../ports/inventory-store.ts'
import { type LayerContent, layerContentVersion } from './layer-content.ts'
import { type LayerReaderParts, readLayer } from './read-layer.ts'

/** Where contents are kept; `InventoryStore` is one. */
export type LayerStore = Pick<InventoryStore, 'layer' | 'saveLayer'>

/** The content of a layer of an image. Raises the faults of `ImageSource.blob` and of the store. `onBytes` hears of bytes that are read for this caller. */
export type LayerReads = (scope: Scope, image: ImageName, descriptor: Descriptor, onBytes: (bytes: number) => void) => Promise<LayerContent>

/** Reads that share `store`, or without one only what happens at the same time. */
export function createLayerReads(parts: LayerReaderParts, store: LayerStore | null): LayerReads {
  const running = new Map<string, Promise<LayerContent>>()
  return async (scope, image, descriptor, onBytes) => {
    // Not by digest alone: another image could name our layer with a false size or type, or give it out slowly, and we would share what comes of that.
    const key = [scope, formatImageName(image), descriptor.digest, descriptor.size, descriptor.mediaType].join('\n')
    const shared = running.get(key)
    if (shared !== undefined) return await shared
    const read = readOrRecall(parts, store, scope, image, descriptor, onBytes).finally(() => running.delete(key))
    running.set(key, read)
    return await read
  }
}

async function readOrRecall(
  parts: LayerReaderParts,
  store: LayerStore | null,
  scope: Scope,
  image: ImageName,
  descriptor: Descriptor,
  onBytes: (bytes: number) => void,
): Promise<LayerContent> {
  const kept = await recall(store, scope, descriptor.digest)
  if (kept !== null) return kept
  const { content, isVerified } = await readLayer(parts, { scope, image, descriptor, onBytes })
  if (isVerified) await store?.saveLayer(scope, descriptor.digest, content as Json)
  return content
}

async function recall(store: LayerStore | null, scope: Scope, digest: Digest): Promise<LayerContent | null> {
  const kept = (await store?.layer(scope, digest)) ?? null
  // What this version wrote has this form; the store shows us nobody else's.
  return kept !== null && typeof kept === 'object' && 'version' in kept && kept.version === layerContentVersion ? (kept as LayerContent) : null
}
