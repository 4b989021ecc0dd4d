/** The inventory that an SBOM document gives, or why it gives none and the layers are to be read. */
import type { Distro } from '../../../domain/package/distro.ts'
import type { Inventory } from '../../../domain/package/inventory.ts'
import type { Package, PackageType } from '../../../domain/package/package.ts'
import { type PackagePurl, packagePurl, readPackagePurl } from '../../../domain/package/purl.ts'
import { mostPackages, plainLine, plainWord } from '../databases/fields.ts'
import type { Listed, ListedPackage } from './listed.ts'
import { namedDistro } from './named-distro.ts'

/** An inventory as an SBOM tells it. */
export type Sbom = {
  readonly from: 'spdx' | 'cyclonedx'
  readonly distro: Distro
  readonly packages: readonly Package[]
  readonly granularity: Inventory['granularity']
  readonly unseen: readonly string[]
}

/** The inventory, or what keeps the document from being one. */
export type ReadSbom = { readonly kind: 'sbom'; readonly sbom: Sbom } | { readonly kind: 'unusable'; readonly problem: string }

type PurlOf = { readonly purl: PackagePurl; readonly type: PackageType; readonly of: ListedPackage }

/** `alpine` is what syft wrote before the type `apk` was agreed on. */
const typeOf: ReadonlyMap<string, PackageType> = new Map([
  ['deb', 'deb'],
  ['apk', 'apk'],
  ['alpine', 'apk'],
  ['rpm', 'rpm'],
])

/**
 * The distribution's packages of a document. An inventory must be complete to be worth something: a document without such packages, with one that has no
 * version, or that names no distribution or two is unusable. Docker-scout lists sources, not binary packages.
 */
export function readSbom(listed: Listed): ReadSbom {
  const unusable = (problem: string): ReadSbom => ({ kind: 'unusable', problem })
  const found: PurlOf[] = []
  let unread = 0
  for (const of of listed.packages) {
    const purl = readPackagePurl(of.purl)
    const type = typeOf.get(purl?.type ?? '')
    if (purl === null) unread += 1
    // A key in rpm's database is no package.
    else if (type !== undefined && !(type === 'rpm' && purl.name === 'gpg-pubkey')) found.push({ purl, type, of })
  }
  if (found.length === 0) return unusable('it lists no packages of a distribution')
  if (found.length > mostPackages) return unusable(`it lists more than ${mostPackages} packages`)
  const distro = namedDistro(
    listed,
    found.map(({ purl }) => purl),
  )
  if ('problem' in distro) return unusable(distro.problem)
  const packages = new Map<string, Package>()
  for (const one of found) {
    const read = packageOf(one, distro)
    if (read === null) return unusable('it lists a package without a readable name and version')
    packages.set(`${read.type} ${read.name} ${read.arch ?? ''} ${read.version}`, read)
  }
  const granularity = found.some(({ purl }) => isSource(purl)) ? 'sources' : 'binaries'
  const unseen = unread > 0 ? [`${unread} packages of the SBOM have a purl that cannot be read`] : []
  return { kind: 'sbom', sbom: { from: listed.from, distro, packages: [...packages.values()], granularity, unseen } }
}

/** Docker-scout gives no architecture, for what it names is a source. */
function isSource({ qualifiers }: PackagePurl): boolean {
  return qualifiers.has('os_name') && !qualifiers.has('arch')
}

function packageOf({ purl, type, of }: PurlOf, distro: Distro): Package | null {
  const [name, version] = [plainWord(purl.name), plainWord(purl.version)]
  if (name === null || version === null) return null
  const source = sourceOf(purl, type, version) ?? of.source
  const bare = {
    type,
    name,
    version,
    arch: plainWord(purl.qualifiers.get('arch')),
    sourceName: plainWord(source?.name) ?? name,
    sourceVersion: plainWord(source?.version) ?? version,
    module: /^[^:\s]+:[^:\s]+/.exec(plainWord(purl.qualifiers.get('rpmmod')) ?? '')?.[0] ?? null,
    vendor: type === 'rpm' ? plainLine(of.supplier) : null,
  }
  return { ...bare, purl: packagePurl(bare, purl.namespace ?? (purl.type === 'alpine' ? 'alpine' : distro.id), distro) }
}

/** syft's `upstream`: `gcc-12@12.2.0-14`, `openssl`, or the name of a source rpm. A source rpm's name holds no epoch: one of the same version has the binary's. */
function sourceOf(purl: PackagePurl, type: PackageType, version: string): ListedPackage['source'] {
  const upstream = purl.qualifiers.get('upstream')
  if (upstream === undefined) return null
  const rpm = type === 'rpm' ? /^(.+)-([^-]+-[^-]+)\.(?:no)?src\.rpm$/.exec(upstream) : null
  if (rpm?.[1] !== undefined && rpm[2] !== undefined) return { name: rpm[1], version: version.replace(/^\d+:/, '') === rpm[2] ? version : rpm[2] }
  const at = upstream.indexOf('@')
  return at < 0 ? { name: upstream, version } : { name: upstream.slice(0, at), version: upstream.slice(at + 1) }
}
