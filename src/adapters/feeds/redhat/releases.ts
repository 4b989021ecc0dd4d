/** Which of Red Hat's products are a release that images are made of. */
import { type DistroTable, releaseKeyOfVersion } from '../../../domain/package/distro.ts'
import type { ProductRelease } from '../oval-claims.ts'

/**
 * By CPE: `cpe:/o:redhat:enterprise_linux:9::baseos`, `cpe:/a:redhat:enterprise_linux:9::appstream`. The streams that are kept on an older minor release
 * (EUS, AUS, E4S, TUS) have versions of their own, lower than the release's, and are none; extended support of a release that has ended (ELS) has later ones.
 */
export function releasesOfCpe(distros: DistroTable, cpe: string): readonly ProductRelease[] {
  const named = /^cpe:\/[ao]:redhat:(enterprise_linux|rhel_els):(\d+)(?:\.\d+)?(?::|$)/.exec(cpe)
  const release = releaseKeyOfVersion(distros, 'rhel', named?.[2] ?? '')
  return release === null ? [] : [{ release, isPaid: named?.[1] === 'rhel_els' }]
}

/** By name, as OVAL has it: `Red Hat Enterprise Linux 9`. */
export function releasesOfName(distros: DistroTable, product: string): readonly ProductRelease[] {
  const release = releaseKeyOfVersion(distros, 'rhel', /^Red Hat Enterprise Linux (\d+)$/.exec(product)?.[1] ?? '')
  return release === null ? [] : [{ release, isPaid: false }]
}
