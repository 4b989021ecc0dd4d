/** Which packages of an image its distribution's advisories speak of, and what is said about the others. */
import { type Distro, type DistroRow, type DistroTable, distroRow, releaseKey } from '../package/distro.ts'
import type { Inventory } from '../package/inventory.ts'
import type { Package } from '../package/package.ts'

/**
 * Whether the distribution itself built the package: it has the distribution's format, names no other vendor, and has no piece in its version that only third
 * parties write. Advisories say nothing about others, whatever they are called.
 */
export function isOwnPackage(row: DistroRow, { type, vendor, version, sourceVersion }: Package): boolean {
  if (type !== row.packages) return false
  const isForeignVendor = vendor !== null && row.vendors.length > 0 && !row.vendors.some((own) => vendor.toLowerCase().startsWith(own.toLowerCase()))
  return !isForeignVendor && !row.foreignVersions.some((piece) => version.includes(piece) || sourceVersion.includes(piece))
}

/** Whether any package of the inventory is its distribution's own, so that there was something to look up. */
export function hasOwnPackages(table: DistroTable, { distro, packages }: Inventory): boolean {
  const row = distro === null ? null : distroRow(table, distro)
  return row !== null && packages.some((one) => isOwnPackage(row, one))
}

/** Whether it is a modular rpm of which the inventory does not tell the stream: records of other streams would be taken for its own. */
export function isOfUnknownStream({ type, module, version }: Package): boolean {
  return type === 'rpm' && module === null && /[.+]module[+_]/.test(version)
}

/** What no advisory was looked up for, a sentence each without a full stop, for people; package names are hostile text. Empty: all was matched. */
export function unmatchedIn(table: DistroTable, inventory: Inventory): readonly string[] {
  const { distro, packages } = inventory
  if (distro === null) return ['the image does not say which distribution it is, so no advisory was looked up']
  const row = distroRow(table, distro)
  if (row === null || releaseKey(table, distro) === null) {
    return [`no feed speaks of ${[distro.id, distro.versionId ?? distro.codename ?? ''].join(' ').trim()}, so no advisory was looked up`]
  }
  return [
    told(
      packages.filter((one) => !isOwnPackage(row, one)),
      `not built by ${row.name}, so its advisories say nothing about`,
    ),
    told(
      packages.filter((one) => isOwnPackage(row, one) && isOfUnknownStream(one)),
      'from a module whose stream is not told, so no advisory was looked up for',
    ),
  ].flat()
}

/** That no advisory at hand speaks of this release, as a sentence without a full stop: an empty list of findings would say "none". */
export function unspokenOf({ id, versionId, codename }: Pick<Distro, 'id' | 'versionId' | 'codename'>): string {
  return `no advisory at hand speaks of ${[id, versionId ?? codename ?? ''].join(' ').trim()}, so it is not known what applies to it`
}

/** Names that fit into a sentence. */
const mostNames = 10

function told(packages: readonly Package[], why: string): readonly string[] {
  const names = [...new Set(packages.map(({ name }) => name))]
  const more = names.length > mostNames ? ` and ${names.length - mostNames} more` : ''
  return names.length === 0 ? [] : [`${why} ${names.slice(0, mostNames).join(', ')}${more}`]
}
