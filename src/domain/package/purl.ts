/** Package URLs of distribution packages (https://github.com/package-url/purl-spec), written and read. */
import { PackageURL } from 'packageurl-js'
import type { Distro } from './distro.ts'
import type { Package } from './package.ts'

/** What a purl says; text from outside, decoded. */
export type PackagePurl = {
  /** `deb`, `apk`, `rpm`, or any other type (`npm`, `oci`). */
  readonly type: string
  readonly namespace: string | null
  readonly name: string
  /** As the package manager prints it: an rpm's `epoch` qualifier stands before it. Null where the purl has none. */
  readonly version: string | null
  readonly qualifiers: ReadonlyMap<string, string>
}

/** No purl that anybody writes is longer. */
const longestPurl = 4096

/**
 * The purl of an installed package. `namespace` is the distribution's (`DistroRow.purlNamespace`); null leaves it out. Qualifiers as scanners and vendors write them:
 * `arch`, `distro=debian-12`, an rpm's `epoch` and `rpmmod`, and `upstream=source@version` where the source is not named and numbered like the binary.
 * `name` must not be empty.
 */
export function packagePurl(
  of: Pick<Package, 'type' | 'name' | 'version' | 'arch' | 'sourceName' | 'sourceVersion' | 'module'>,
  namespace: string | null,
  distro: Pick<Distro, 'id' | 'versionId'> | null,
): string {
  const epoch = of.type === 'rpm' ? /^(\d+):/.exec(of.version) : null
  const isOwnSource = of.sourceName === of.name && of.sourceVersion === of.version
  const qualifiers = {
    arch: of.arch,
    distro: distro && (distro.versionId === null ? distro.id : `${distro.id}-${distro.versionId}`),
    epoch: epoch?.[1] ?? null,
    rpmmod: of.module,
    upstream: isOwnSource ? null : `${of.sourceName}@${of.sourceVersion}`,
  }
  const kept = Object.entries(qualifiers).flatMap(([key, value]): [string, string][] => (value === null || value === '' ? [] : [[key, wellFormed(value)]]))
  const version = wellFormed(of.version.slice(epoch?.[0].length ?? 0))
  const space = namespace === null ? undefined : wellFormed(namespace)
  return new PackageURL(of.type, space, wellFormed(of.name), version === '' ? undefined : version, Object.fromEntries(kept), undefined).toString()
}

/** Reads a purl of any type; null for whatever is none. */
export function readPackagePurl(text: string): PackagePurl | null {
  if (text.length > longestPurl) return null
  try {
    const { type, namespace, name, version, qualifiers } = PackageURL.fromString(text)
    if (type === undefined || name === undefined || name === '') return null
    const kept = new Map(Object.entries(qualifiers ?? {}).filter((entry): entry is [string, string] => typeof entry[1] === 'string'))
    return { type, namespace: namespace ?? null, name, version: withEpoch(type, version ?? null, kept.get('epoch')), qualifiers: kept }
  } catch {
    return null
  }
}

function withEpoch(type: string, version: string | null, epoch: string | undefined): string | null {
  if (type !== 'rpm' || version === null || epoch === undefined || !/^\d{1,10}$/.test(epoch) || version.includes(':')) return version
  return `${epoch}:${version}`
}

/** Half a surrogate pair cannot be percent-encoded. */
function wellFormed(text: string): string {
  return text.replace(/\p{Surrogate}/gu, '\ufffd')
}
