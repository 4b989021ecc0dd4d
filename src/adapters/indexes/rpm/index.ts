/** rpm repositories, https://rpm-software-management.github.io/rpm/manual and createrepo_c's `repodata`. */
import { type Distro, type DistroTable, releaseKey } from '../../../domain/package/distro.ts'
import type { PackageRepository } from '../../../domain/package/inventory.ts'
import type { Format, FormatPorts } from '../format.ts'
import { createFetch } from './fetch.ts'

/** The format of Red Hat, SUSE, Amazon Linux and their relatives. */
export function createRpm(ports: FormatPorts): Format<Extract<PackageRepository, { type: 'rpm' }>> {
  return {
    // A mirror list would let whoever answers it choose the host: it is not asked.
    addresses: ({ baseUrls, isEnabled }, { distro, arch }) =>
      isEnabled ? baseUrls.flatMap((url) => substituted(url, releaseVersion(ports.distros, distro), arch) ?? []) : null,
    fetch: createFetch(ports),
  }
}

/** dnf's `$releasever`: the release at the precision that the distribution numbers its repositories with. */
function releaseVersion(distros: DistroTable, distro: Distro): string | null {
  return releaseKey(distros, distro)?.split(':')[1] ?? distro.versionId
}

/** The URL with `$releasever` and `$basearch` filled in, or null where another variable, which only the image knows, is left. */
function substituted(url: string, releasever: string | null, arch: string): string | null {
  const basearch = /^i[3-6]86$/.test(arch) ? 'i386' : arch
  const filled = url
    .replace(/\$(basearch|\{basearch\})/g, () => basearch)
    .replace(/\$(arch|\{arch\})(?![A-Za-z])/g, () => arch)
    .replace(/\$(releasever|\{releasever\})/g, (variable) => releasever ?? variable)
  return filled.includes('$') ? null : filled
}
