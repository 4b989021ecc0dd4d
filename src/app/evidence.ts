/** Evidence composed: who looks into images, and what the advisories at hand say about what is found there. */
import { createInventories } from '../adapters/inventories/index.ts'
import type { Finding } from '../domain/advisory/finding.ts'
import { match } from '../domain/advisory/match.ts'
import type { Inspection } from '../domain/image/inspection.ts'
import type { DistroTable } from '../domain/package/distro.ts'
import type { ImageSource } from '../ports/image-source.ts'
import type { Inventories } from '../ports/inventories.ts'
import type { InventoryStore } from '../ports/inventory-store.ts'
import type { UntrustedParse } from '../ports/untrusted-parse.ts'
import type { KnownAdvisories } from './known-advisories.ts'

/** What looking into images needs beside the images. */
export type InventoryParts = {
  readonly distros: DistroTable
  readonly parse: Pick<UntrustedParse, 'rpmDatabase'>
  /** Where contents of layers are kept, null for nowhere. */
  readonly layers: Pick<InventoryStore, 'layer' | 'saveLayer'> | null
}

/** Looks into images of `source`: attestations first, layers otherwise. */
export function openInventories({ distros, parse, layers }: InventoryParts, source: ImageSource): Inventories {
  return createInventories({ source, distros, parse, layers })
}

/** What applies to an image, worst first; with `all` also what does not. `at` is now. */
export function findingsOf(
  { advisories, notes }: KnownAdvisories,
  table: DistroTable,
  { inventory }: Inspection,
  at: Date,
  options: { readonly all?: boolean } = {},
): readonly Finding[] {
  return match({ table, advisories, notes, at }, inventory, options)
}
