/** The packages of an image from its layers, the newest first. */
import { isFault } from '../../../domain/fault.ts'
import { shortDigest } from '../../../domain/image/digest.ts'
import type { Descriptor } from '../../../domain/image/manifest.ts'
import type { ImageName } from '../../../domain/image/reference.ts'
import type { Scope } from '../../../domain/image/scope.ts'
import type { InspectProgress } from '../../../ports/inventories.ts'
import { imageTree } from './image-tree.ts'
import type { LayerEntry } from './layer-content.ts'
import type { LayerReads } from './layer-reads.ts'
import { readTree, type TreeContent } from './read-tree.ts'

/**
 * What `layers` (the base's first) hold together. All are read: below a database that is final a lower layer may hold another package manager's, or single
 * packages (`status.d`). One that cannot be read or is gone is said in `unseen`, and the others count. Raises the other faults of `reads`.
 */
export async function readLayers(
  reads: LayerReads,
  scope: Scope,
  image: ImageName,
  layers: readonly Descriptor[],
  onProgress: InspectProgress = () => {},
): Promise<TreeContent> {
  const ofBytes = layers.reduce((sum, { size }) => sum + size, 0)
  const refused: string[] = []
  let read: readonly (readonly LayerEntry[])[] = []
  let finished = 0
  for (const [done, descriptor] of layers.toReversed().entries()) {
    let bytes = finished
    const report = (): void => onProgress({ layers: done, ofLayers: layers.length, bytes, ofBytes })
    report()
    const content = await reads(scope, image, descriptor, (more) => {
      // A layer that is read twice counts once.
      bytes = Math.min(bytes + more, finished + descriptor.size)
      report()
    }).catch(lost)
    finished += descriptor.size
    if (content.refused !== null) refused.push(`layer ${shortDigest(descriptor.digest)} could not be read: ${content.refused}`)
    read = [content.entries, ...read]
  }
  onProgress({ layers: layers.length, ofLayers: layers.length, bytes: ofBytes, ofBytes })
  const content = readTree(imageTree(read))
  return { ...content, unseen: [...refused, ...content.unseen] }
}

/** A layer that the registry has no more is one that nobody can read. */
function lost(error: unknown): { readonly entries: readonly LayerEntry[]; readonly refused: string } {
  if (isFault(error) && error.kind === 'missing') return { entries: [], refused: error.message }
  throw error
}
