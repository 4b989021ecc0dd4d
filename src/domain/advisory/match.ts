/** Matching: which vulnerabilities apply to the packages of an image, one finding per vulnerability and source package. */
import { type Distro, type DistroRow, type DistroTable, distroRow, lifecycleOf, type ReleaseKey, releaseKey } from '../package/distro.ts'
import type { Inventory } from '../package/inventory.ts'
import type { Package } from '../package/package.ts'
import type { Advisory } from './advisory.ts'
import { type About, type ClaimContext, claimsAbout, type Source } from './claims.ts'
import type { Finding } from './finding.ts'
import { type ExploitNotes, findingOf, type ReleaseContext } from './finding-of.ts'
import { isOfUnknownStream, isOwnPackage } from './own-packages.ts'
import { compareSeverity } from './severity.ts'
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

/** Known exploited ones first, then the worst, then by id and package: the order for people. */
export function worstFirst(a: Finding, b: Finding): number {
  return Number(b.kev) - Number(a.kev) || compareSeverity(a.severity, b.severity) || compareText(a.id, b.id) || compareText(a.sourceName, b.sourceName)
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
  const contextOf = (distro: Distro): ImageContext | null => {
    const key = [distro.id, distro.versionId, distro.codename, distro.prettyName].join('\n')
    const known = images.get(key)
    if (known !== undefined) return known
    const row = distroRow(table, distro)
    const release = releaseKey(table, distro)
    const about = release === null ? undefined : releases.get(release)
    const context = row === null || about === undefined ? null : { row, about, distro, lifecycle: lifecycleOf(table, distro), notes, at, judged: new Map() }
    if (images.size >= mostImages) images.clear()
    images.set(key, context)
    return context
  }
  return {
    match: ({ distro, packages }, { all = false } = {}) => {
      const context = distro === null ? null : contextOf(distro)
      if (context === null) return []
      return sourcesOf(context.row, packages).flatMap((source) => findingsOf(context, source, all))
    },
  }
}

/** Kinds of images whose judged packages are kept; there are some hundred releases. */
const mostImages = 1000
/** Judged source packages that are kept for one kind of image. */
const mostJudged = 50_000

type ImageContext = ReleaseContext & ClaimContext & { readonly judged: Map<string, readonly Finding[]> }

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

/** The distribution's own packages by source, in their order. */
function sourcesOf(row: DistroRow, packages: readonly Package[]): readonly Source[] {
  const sources = new Map<string, { name: string; packages: Package[] }>()
  for (const one of packages) {
    if (!isOwnPackage(row, one) || isOfUnknownStream(one)) continue
    const known = sources.get(one.sourceName)
    if (known === undefined) sources.set(one.sourceName, { name: one.sourceName, packages: [one] })
    else known.packages.push(one)
  }
  return [...sources.values()]
}

function findingsOf(context: ImageContext, source: Source, all: boolean): readonly Finding[] {
  const { about, judged } = context
  const isSpokenOf = about.get(source.name) !== undefined || source.packages.some(({ name }) => about.get(name) !== undefined)
  if (!isSpokenOf) return []
  let key = `${all ? 1 : 0}${source.name}`
  for (const one of source.packages) key += `\n${one.sourceVersion}\t${one.name}\t${one.version}\t${one.arch}\t${one.module}\t${one.purl}`
  const known = judged.get(key)
  if (known !== undefined) return known
  const findings = judgeSource(context, source, all)
  if (judged.size >= mostJudged) judged.clear()
  judged.set(key, findings)
  return findings
}

function judgeSource(context: ImageContext, source: Source, all: boolean): readonly Finding[] {
  const { row } = context
  return [...claimsAbout(context, source)]
    .flatMap(([id, claims]) => {
      const verdict = judge(row.packages, row.feeds, claims)
      return verdict.isAffected || all ? [findingOf(context, id, source.name, verdict, claims)] : []
    })
    .sort(worstFirst)
}

function compareText(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0
}
