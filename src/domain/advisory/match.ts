/** Matching: which vulnerabilities apply to the packages of an image, one finding per vulnerability and source package. */
import { type Distro, type DistroTable, distroRow, lifecycleOf, type ReleaseKey, releaseKey } from '../package/distro.ts'
import { installedRelease } from '../package/installed-release.ts'
import type { Inventory } from '../package/inventory.ts'
import type { Package } from '../package/package.ts'
import type { Advisory } from './advisory.ts'
import { type About, type ClaimContext, claimsAbout, type Source } from './claims.ts'
import { type Finding, worstFirst } from './finding.ts'
import { type ExploitNotes, findingOf, type ReleaseContext } from './finding-of.ts'
import { isOfUnknownStream, isOwnPackage } from './own-packages.ts'
import { judge } from './verdict.ts'

export type MatcherInput = {
  readonly table: DistroTable
  /** Of any releases; only those of an inventory's own are looked at. */
  readonly advisories: Iterable<Advisory>
  readonly notes: ExploitNotes
  /** Now: ends of life are judged by it. */
  readonly at: Date
}

/** Advisories, indexed once for any number of inventories. */
export type Matcher = {
  /**
   * What applies to the packages of `inventory`, in the order of its packages; with `all`, also what does not, marked `vex: 'not_affected'`. Empty where nothing
   * applies, and where no feed speaks of its packages: `unmatchedIn` tells the difference.
   */
  readonly match: (inventory: Inventory, options?: { readonly all?: boolean }) => readonly Finding[]
}

/** The names that advisories about `inventory` may speak of: its source and its binary packages, each once. */
export function advisedNames({ packages }: Inventory): readonly string[] {
  return [...new Set(packages.flatMap(({ name, sourceName }) => [sourceName, name]))]
}

/** What applies to one inventory, worst first; `unmatchedIn` tells what was not looked up. */
export function match(input: MatcherInput, inventory: Inventory, options: { readonly all?: boolean } = {}): readonly Finding[] {
  return [...createMatcher(input).match(inventory, options)].sort(worstFirst)
}

/**
 * Indexes `advisories` by release and package. Images share most of their packages, so what a source package in one version comes to is judged once and its
 * findings, which are the same objects then, are kept for the next image.
 */
export function createMatcher({ table, advisories, notes, at }: MatcherInput): Matcher {
  const releases = indexed(advisories)
  const images = new Map<string, ImageContext | null>()
  let judged: Judged = new Map()
  /** What was judged before `judged` was full: what is still in use moves over, so that no image has all its sources judged anew. */
  let earlier: Judged = new Map()
  let kept = 0
  const contextOf = (distro: Distro): ImageContext | null => {
    const key = JSON.stringify([distro.id, distro.versionId, distro.codename, distro.prettyName])
    const known = images.get(key)
    if (known !== undefined) return known
    if (images.size >= mostKept) images.clear()
    const row = distroRow(table, distro)
    const release = releaseKey(table, distro)
    const about = release === null ? undefined : releases.get(release)
    const context = row === null || about === undefined ? null : { row, about, distro, lifecycle: lifecycleOf(table, distro), notes, at }
    images.set(key, context)
    return context
  }
  const recall = (among: Judged, context: ImageContext, source: Source): readonly Finding[] | undefined =>
    among
      .get(context)
      ?.get(source.name)
      ?.find(({ packages }) => areAlike(context, packages, source.packages))?.findings
  const judgeOnce = (context: ImageContext, source: Source): readonly Finding[] => {
    const known = recall(judged, context, source)
    if (known !== undefined) return known
    const findings = recall(earlier, context, source) ?? judgeSource(context, source, false)
    keep(judged, context, source, findings)
    kept += 1 + findings.length
    if (kept > mostKept) {
      earlier = judged
      judged = new Map()
      kept = 0
    }
    return findings
  }
  return {
    match: (inventory, { all = false } = {}) => {
      const distro = installedRelease(inventory)
      const context = distro === null ? null : contextOf(distro)
      if (context === null) return []
      const found: (readonly Finding[])[] = []
      for (const source of sourcesOf(context, inventory.packages)) found.push(all ? judgeSource(context, source, true) : judgeOnce(context, source))
      return found.flat()
    },
  }
}

/** Judged source packages and their findings that are kept, of all kinds of images together; a distribution has some thousands, in some versions each. */
const mostKept = 200_000

/** What the installed packages of a source came to. */
type JudgedSource = { readonly packages: readonly Package[]; readonly findings: readonly Finding[] }

/** By kind of image and source package: an image has a few versions of a source to be compared with. */
type Judged = Map<ImageContext, Map<string, JudgedSource[]>>

type ImageContext = ReleaseContext & ClaimContext

function indexed(advisories: Iterable<Advisory>): ReadonlyMap<ReleaseKey, ReadonlyMap<string, About>> {
  const releases = new Map<ReleaseKey, Map<string, { source: Advisory[]; binary: Advisory[] }>>()
  for (const advisory of advisories) {
    const { release, packageName, packageKind } = advisory
    const names = releases.get(release) ?? new Map<string, { source: Advisory[]; binary: Advisory[] }>()
    if (names.size === 0) releases.set(release, names)
    const about = names.get(packageName) ?? { source: [], binary: [] }
    about[packageKind].push(advisory)
    names.set(packageName, about)
  }
  return releases
}

/** The packages that records may speak of by source, in their order. */
function sourcesOf({ row, about }: ImageContext, packages: readonly Package[]): Iterable<Source> {
  const sources = new Map<string, { name: string; packages: Package[] }>()
  for (const one of packages) {
    const { name, sourceName, type } = one
    if ((!about.has(sourceName) && (name === sourceName || !about.has(name))) || type !== row.packages) continue
    const known = sources.get(sourceName)
    if (known === undefined) sources.set(sourceName, { name: sourceName, packages: [one] })
    else known.packages.push(one)
  }
  return sources.values()
}

function keep(judged: Judged, context: ImageContext, { name, packages }: Source, findings: readonly Finding[]): void {
  const ofContext = judged.get(context) ?? new Map<string, JudgedSource[]>()
  const ofName = ofContext.get(name) ?? []
  ofName.push({ packages, findings })
  judged.set(context, ofContext.set(name, ofName))
}

/** Whether all is the same that findings about the packages depend on. Compared field by field: hostile text in a key could be given another image's findings. */
function areAlike({ about }: ImageContext, some: readonly Package[], others: readonly Package[]): boolean {
  return (
    some.length === others.length &&
    some.every((one, at) => {
      const other = others[at]
      return (
        other !== undefined &&
        one.version === other.version &&
        one.name === other.name &&
        one.sourceVersion === other.sourceVersion &&
        one.arch === other.arch &&
        one.module === other.module &&
        one.vendor === other.vendor &&
        (one.purl === other.purl || (about.get(one.name)?.binary.length ?? 0) === 0)
      )
    })
  )
}

function judgeSource(context: ImageContext, { name, packages }: Source, all: boolean): readonly Finding[] {
  const { row } = context
  const own = packages.filter((one) => isOwnPackage(row, one) && !isOfUnknownStream(one))
  return [...claimsAbout(context, { name, packages: own }, all)]
    .flatMap(([id, claims]) => {
      const verdict = judge(row.packages, row.feeds, id, claims)
      return verdict.isAffected || all ? [findingOf(context, id, name, verdict, claims)] : []
    })
    .sort(worstFirst)
}
