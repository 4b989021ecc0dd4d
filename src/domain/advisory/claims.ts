/** What records say about the installed packages of a source, by vulnerability. */
import type { Distro, DistroRow } from '../package/distro.ts'
import type { Package } from '../package/package.ts'
import { packagePurl } from '../package/purl.ts'
import { compareVersions } from '../package/version-order.ts'
import type { Advisory } from './advisory.ts'
import type { Claim, Unit } from './verdict.ts'

/** The records about a package by the kind of name they use. */
export type About = { readonly source: readonly Advisory[]; readonly binary: readonly Advisory[] }

/** The installed packages that were built from one source package, at least one. */
export type Source = { readonly name: string; readonly packages: readonly Package[] }

/** The image's distribution, and the records of its release by package name. */
export type ClaimContext = { readonly row: DistroRow; readonly distro: Distro; readonly about: ReadonlyMap<string, About> }

/** All that is said about a source package and its installed binaries, by vulnerability. A modular package hears only what is said about its module's stream. */
export function claimsAbout({ about, distro, row }: ClaimContext, source: Source): ReadonlyMap<string, readonly Claim[]> {
  const claims = new Map<string, Claim[]>()
  const add = (advisories: readonly Advisory[], unit: Unit, module: string | null): void => {
    for (const advisory of advisories) {
      if (advisory.module !== module) continue
      for (const id of advisory.vulnerabilities) {
        const known = claims.get(id)
        if (known === undefined) claims.set(id, [{ advisory, unit }])
        else known.push({ advisory, unit })
      }
    }
  }
  const ofSource = about.get(source.name)?.source ?? []
  if (ofSource.length > 0) {
    for (const packages of alike(source.packages, ({ sourceVersion, module }) => `${sourceVersion}\n${module}`)) {
      const [{ module }] = packages
      const version = sourceVersionOf(packages[0])
      const named = { type: row.packages, name: source.name, version, sourceName: source.name, sourceVersion: version, module }
      const purl = packagePurl({ ...named, arch: row.packages === 'rpm' ? 'src' : 'source' }, row.purlNamespace, distro)
      add(ofSource, unitOf('source', source.name, version, packages, purl), module)
    }
  }
  for (const packages of alike(source.packages, ({ name, version, module }) => `${name}\n${version}\n${module}`)) {
    const [{ name, version, module, purl }] = packages
    add(about.get(name)?.binary ?? [], unitOf('binary', name, version, packages, purl), module)
  }
  return claims
}

/** A source rpm's file name has no epoch; it is that of the binaries built from it. */
function sourceVersionOf({ type, version, sourceVersion }: Package): string {
  const epoch = type === 'rpm' && !sourceVersion.includes(':') ? /^\d+:/.exec(version)?.[0] : undefined
  return epoch === undefined ? sourceVersion : `${epoch}${sourceVersion}`
}

function unitOf(kind: Unit['kind'], name: string, version: string, packages: readonly Package[], purl: string): Unit {
  const binaries = [...new Set(packages.map((one) => one.name))]
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
