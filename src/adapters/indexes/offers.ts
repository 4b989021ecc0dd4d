/** What one index offers: the newest version of each of its packages. */
import { Fault } from '../../domain/fault.ts'
import { compareVersions, type PackageType } from '../../domain/package/version-order.ts'
import type { InstallableVersion } from '../../ports/package-indexes.ts'

/** By name of the binary package. */
export type Offers = ReadonlyMap<string, InstallableVersion>

/** The largest archives have some 80,000 packages for one architecture. */
const mostPackages = 200_000

/** Puts `candidate` among `offers` unless a newer version is there. Raises `invalid` past 200,000 packages. */
export function offer(offers: Map<string, InstallableVersion>, type: PackageType, candidate: InstallableVersion): void {
  const known = offers.get(candidate.name)
  if (known !== undefined && compareVersions(type, known.version, candidate.version) >= 0) return
  if (known === undefined && offers.size >= mostPackages) throw new Fault('invalid', `its index lists more than ${mostPackages} packages; gave up`)
  offers.set(candidate.name, candidate)
}
