/** Looks into images in memory, with what a test does not care about left empty. */
import { createInventories, type InventoriesParts } from '../../src/adapters/inventories/index.ts'
import type { Inspection } from '../../src/domain/image/inspection.ts'
import type { ImageName } from '../../src/domain/image/reference.ts'
import { type Layer, type MemoryImages, memoryImages } from './memory-images.ts'

/** An image's name where it does not matter. */
export const someImage: ImageName = { registry: 'registry.example', repository: 'library/made-up' }

/** The parts of `createInventories` over `images`; without others there are no rpm databases, and nothing is kept. */
export function inventoryParts(images: MemoryImages, parts: Partial<InventoriesParts> = {}): InventoriesParts {
  return {
    source: images.source,
    distros: { distros: [] },
    parse: { rpmDatabase: () => Promise.reject(new Error('no rpm database was expected')) },
    layers: null,
    ...parts,
  }
}

/** What is found in an image of `layers`, the base's first. */
export async function inspected(layers: readonly Layer[], parts: Partial<InventoriesParts> = {}): Promise<Inspection> {
  const images = memoryImages()
  return await createInventories(inventoryParts(images, parts)).inspect('public', someImage, images.add(layers), null)
}

/** `name version` of each package. */
export function named({ inventory }: Inspection): readonly string[] {
  return inventory.packages.map(({ name, version }) => `${name} ${version}`)
}

/** A paragraph of dpkg's status for an installed package. */
export function dpkg(name: string, version: string, more = ''): string {
  return `Package: ${name}\nStatus: install ok installed\nArchitecture: amd64\nVersion: ${version}\n${more}\n`
}

/** A paragraph of apk's database. */
export function apk(name: string, version: string): string {
  return `P:${name}\nV:${version}\nA:x86_64\no:${name}-origin\nF:etc\nR:made-up\n\n`
}
