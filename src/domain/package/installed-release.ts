/** The release that an image's packages come from, where that is not the one that its os-release names. */
import type { Distro } from './distro.ts'
import type { Inventory, PackageRepository } from './inventory.ts'

/**
 * The image's distribution in the release that advisories about its packages speak of; null as in the inventory. An Alpine image whose repositories all are those
 * of one other release is of that release: images are assembled from `edge` with the os-release of the release before. Where they differ among each other, and
 * for pinned ones, os-release counts.
 */
export function installedRelease({ distro, repositories }: Pick<Inventory, 'distro' | 'repositories'>): Distro | null {
  if (distro?.id !== 'alpine') return distro
  const [release, ...others] = new Set(repositories.flatMap(releaseOf))
  const isNamed = release === undefined || others.length > 0 || `${distro.versionId ?? ''}.`.startsWith(`${release}.`)
  return isNamed ? distro : { ...distro, versionId: release }
}

/** `3.20` or `edge` of `https://dl-cdn.alpinelinux.org/alpine/v3.20/main`; none where the place does not tell. */
function releaseOf(repository: PackageRepository): readonly string[] {
  if (repository.type !== 'apk' || repository.pin !== null) return []
  const named = /\/(?:v(\d+\.\d+)|(edge))\/(?:main|community|testing)\/?$/.exec(repository.uri)
  const release = named?.[1] ?? named?.[2]
  return release === undefined ? [] : [release]
}
