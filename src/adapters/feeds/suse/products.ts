/** Which of SUSE's products are a release that images are made of. */
import { type DistroTable, releaseKeyOfVersion } from '../../../domain/package/distro.ts'
import type { ProductRelease } from '../oval-claims.ts'

/**
 * By name: `SUSE Linux Enterprise Server 15 SP2` is `sles:15.2`, and so are the modules that it is made of; `-LTSS` and the like are fixes for paying
 * customers after its general support. `SUSE Linux Enterprise Micro 5.3`, `SUSE Linux Micro 6.0`, `openSUSE Leap
 * 15.2`, `openSUSE Tumbleweed`. Desktop, HPC, SAP, Manager and others are none.
 */
export function releasesOfProduct(distros: DistroTable, product: string): readonly ProductRelease[] {
  const one = (id: string, version: string, isPaid = false): readonly ProductRelease[] => {
    const release = releaseKeyOfVersion(distros, id, version)
    return release === null ? [] : [{ release, isPaid }]
  }
  const leap = /^openSUSE Leap (\d+\.\d+)$/.exec(product)?.[1]
  if (leap !== undefined) return one('opensuse-leap', leap)
  const micro = /^SUSE Linux (Enterprise )?Micro (\d+\.\d+)(-LTS\S*)?$/.exec(product)
  if (micro !== null) return one(micro[1] === undefined ? 'sl-micro' : 'sle-micro', micro[2] ?? '', micro[3] !== undefined)
  if (product === 'openSUSE Tumbleweed') return one('opensuse-tumbleweed', '-')
  const sles = /^SUSE Linux Enterprise (?:Server|Module for [\w ,-]+?) (\d+)(?:\.(\d+))?(?: SP(\d+))?(-(?:LTSS|ESPOS|BCL|CLIENT-TOOLS)\S*)?$/.exec(product)
  if (sles === null) return []
  const [, major = '', minor, servicePack, suffix] = sles
  return one('sles', `${major}${minor === undefined ? '' : `.${minor}`}${servicePack === undefined ? '' : `.${servicePack}`}`, suffix !== undefined)
}
