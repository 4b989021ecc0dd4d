/** Inventories from what was read: named with purls, sorted, with everything that was not seen. */
import { type DistroTable, distroRow } from '../../domain/package/distro.ts'
import type { Inventory } from '../../domain/package/inventory.ts'
import type { Package } from '../../domain/package/package.ts'
import { packagePurl } from '../../domain/package/purl.ts'
import type { Sbom } from './attestations/sbom.ts'
import type { BarePackage } from './layers/layer-content.ts'
import type { TreeContent } from './layers/read-tree.ts'

/** The inventory that an SBOM is; `problems` are those of other attestations. */
export function inventoryOfSbom(sbom: Sbom, problems: readonly string[]): Inventory {
  const { distro, granularity, packages, unseen } = sbom
  const notes = granularity === 'sources' ? ['the SBOM names source packages: which of their binary packages are installed is not known'] : []
  return { distro, source: 'sbom', granularity, packages: sorted(packages), repositories: [], unseen, notes: [...notes, ...problems] }
}

/** The inventory that layers hold. The purls are in the namespace of the distribution, its `ID` where the table does not know it. */
export function inventoryOfLayers(content: TreeContent, distros: DistroTable, problems: readonly string[]): Inventory {
  const { distro, repositories, unseen, notes } = content
  const namespace = distro && (distroRow(distros, distro)?.purlNamespace ?? distro.id)
  const named = (found: BarePackage): Package => ({ ...found, purl: packagePurl(found, namespace, distro) })
  return {
    distro,
    source: 'layers',
    granularity: 'binaries',
    packages: sorted(content.packages.map(named)),
    repositories,
    unseen,
    notes: [...problems, ...notes],
  }
}

/** By type, name, architecture and version, in the order of their UTF-16 code units, which is the same everywhere. */
function sorted(packages: readonly Package[]): readonly Package[] {
  const key = (found: Package): readonly string[] => [found.type, found.name, found.arch ?? '', found.version]
  return packages
    .map((found) => ({ found, key: key(found) }))
    .sort((a, b) => {
      const at = a.key.findIndex((part, index) => part !== b.key[index])
      return at < 0 ? 0 : (a.key[at] ?? '') < (b.key[at] ?? '') ? -1 : 1
    })
    .map(({ found }) => found)
}
