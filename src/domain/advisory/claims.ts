/** What records say about the installed packages of a source, by vulnerability. */
import type { Distro, DistroRow } from '../package/distro.ts'
import type { Package } from '../package/package.ts'
import { packagePurl } from '../package/purl.ts'
import { compareVersions } from '../package/version-order.ts'
import type { Advisory } from './advisory.ts'
import type { Claim, Unit } from './verdict.ts'
import { holds } from './version-range.ts'

/** The records of a release by the package that they speak of: by the name of a source package, or by that of a binary one. */
export type About = { readonly [Kind in Advisory['packageKind']]: ReadonlyMap<string, readonly Advisory[]> }

/** The installed packages that were built from one source package, at least one. */
export type Source = { readonly name: string; readonly packages: readonly Package[] }

/** The image's distribution, and the records of its release. */
export type ClaimContext = { readonly row: DistroRow; readonly distro: Distro; readonly about: About }

/**
 * What is said about a source package and its installed binaries, by vulnerability: of all vulnerabilities, or only (`all` false) of those that some record holds the
 * installed version affected by, the only ones that can apply. A modular package hears only what is said about its module's stream.
 */
export function claimsAbout(context: ClaimContext, source: Source, all: boolean): ReadonlyMap<string, readonly Claim[]> {
  const heard = unitsOf(context, source)
  const type = context.row.packages
  const wanted = new Set<string>()
  for (const { version, advisories } of heard) {
    for (const advisory of advisories)
      if (all || (!advisory.withdrawn && holds(type, advisory, version))) for (const id of advisory.vulnerabilities) wanted.add(id)
  }
  const claims = new Map<string, Claim[]>()
  if (wanted.size === 0) return claims
  for (const { describe, advisories } of heard) {
    const unit = describe()
    for (const advisory of advisories) {
      for (const id of advisory.vulnerabilities) {
        if (!wanted.has(id)) continue
        const known = claims.get(id)
        if (known === undefined) claims.set(id, [{ advisory, unit }])
        else known.push({ advisory, unit })
      }
    }
  }
  return claims
}

/** What can be spoken of, with the records that speak of it. Most of it nothing applies to: it is described only where something does. */
type Heard = { readonly version: string; readonly describe: () => Unit; readonly advisories: readonly Advisory[] }

function unitsOf({ about, distro, row }: ClaimContext, source: Source): readonly Heard[] {
  const ofSource = about.source.get(source.name) ?? []
  const sources = ofSource.length === 0 ? [] : alike(source.packages, ({ sourceVersion, module }) => `${sourceVersion}\n${module}`)
  const binaries = source.packages.filter(({ name }) => about.binary.has(name))
  return [
    ...sources.map((packages) => {
      const [{ module }] = packages
      const version = sourceVersionOf(packages[0])
      const named = { type: row.packages, name: source.name, version, sourceName: source.name, sourceVersion: version, module }
      const describe = (): Unit => {
        const purl = packagePurl({ ...named, arch: row.packages === 'rpm' ? 'src' : 'source' }, row.purlNamespace, distro)
        return unitOf('source', source.name, version, packages, purl)
      }
      return { version, describe, advisories: ofModule(ofSource, module) }
    }),
    ...alike(binaries, ({ name, version, module }) => `${name}\n${version}\n${module}`).map((packages) => {
      const [{ name, version, module, purl }] = packages
      const describe = (): Unit => unitOf('binary', name, version, packages, purl)
      return { version, describe, advisories: ofModule(about.binary.get(name) ?? [], module) }
    }),
  ]
}

function ofModule(advisories: readonly Advisory[], module: string | null): readonly Advisory[] {
  return advisories.every((advisory) => advisory.module === module) ? advisories : advisories.filter((advisory) => advisory.module === module)
}

/** A source rpm's file name has no epoch; it is that of the binaries built from it. */
function sourceVersionOf({ type, version, sourceVersion }: Package): string {
  const epoch = type === 'rpm' && !sourceVersion.includes(':') ? /^\d+:/.exec(version)?.[0] : undefined
  return epoch === undefined ? sourceVersion : `${epoch}${sourceVersion}`
}

function unitOf(kind: Unit['kind'], name: string, version: string, packages: readonly Package[], purl: string): Unit {
  const binaries = [...new Set(packages.map((one) => one.name))].sort()
  return { kind, name, version, binaries, architectures: [...new Set(packages.map(({ arch }) => arch))], purl }
}

/** Groups of packages with the same key, the lowest version first, so that the most exposed one is told. */
function alike(packages: readonly Package[], keyOf: (one: Package) => string): readonly (readonly [Package, ...Package[]])[] {
  const groups = new Map<string, [Package, ...Package[]]>()
  for (const one of packages) {
    const known = groups.get(keyOf(one))
    if (known === undefined) groups.set(keyOf(one), [one])
    else known.push(one)
  }
  return [...groups.values()].sort(([a], [b]) => compareVersions(a.type, a.sourceVersion, b.sourceVersion) || compareVersions(a.type, a.version, b.version))
}
