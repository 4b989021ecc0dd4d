/** The packages of an image from its layers, the newest first, as far down as they matter. */
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
 * What `layers` (the base's first) hold together. Layers below the one that settles everything are not read. One that cannot be read is said in `unseen`, and the
 * others count. Raises the faults of `reads`.
 */
export async function readLayers(
  reads: LayerReads,
  scope: Scope,
  image: ImageName,
  layers: readonly Descriptor[],
  onProgress: InspectProgress = () => {},
): Promise<Omit<TreeContent, 'isSettled'>> {
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
    })
    finished += descriptor.size
    if (content.refused !== null) refused.push(`layer ${shortDigest(descriptor.digest)} could not be read: ${content.refused}`)
    read = [content.entries, ...read]
    const isLast = done === layers.length - 1
    const found = isLast ? null : readTree(imageTree(read), false)
    if (found?.isSettled === true) return finish(found, refused)
  }
  onProgress({ layers: layers.length, ofLayers: layers.length, bytes: ofBytes, ofBytes })
  return finish(readTree(imageTree(read), true), refused)
}

function finish({ distro, packages, repositories, unseen, notes }: TreeContent, refused: readonly string[]): Omit<TreeContent, 'isSettled'> {
  return { distro, packages, repositories, unseen: [...refused, ...unseen], notes }
}
