/** Matching: which vulnerabilities apply to the packages of an image, one finding per vulnerability and source package. */
import { type Distro, type DistroTable, distroRow, hasEnded, lifecycleOf, type ReleaseKey, releaseKey } from '../package/distro.ts'
import { installedRelease } from '../package/installed-release.ts'
import type { Inventory } from '../package/inventory.ts'
import type { Package } from '../package/package.ts'
import type { Advisory } from './advisory.ts'
import { type About, type ClaimContext, claimsAbout, type Source } from './claims.ts'
import { type Finding, worstFirst } from './finding.ts'
import { type ExploitNotes, findingOf, type ReleaseContext } from './finding-of.ts'
import { createKeptFindings } from './kept-findings.ts'
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
  const kept = createKeptFindings<ImageContext>(mostKept)
  const contextOf = (distro: Distro): ImageContext | null => {
    const key = JSON.stringify([distro.id, distro.versionId, distro.codename, distro.prettyName])
    const known = images.get(key)
    if (known !== undefined) return known
    if (images.size >= mostKept) images.clear()
    const row = distroRow(table, distro)
    const release = releaseKey(table, distro)
    const about = release === null ? undefined : releases.get(release)
    const lifecycle = lifecycleOf(table, distro)
    const endedOn = lifecycle !== null && hasEnded(lifecycle, at) ? lifecycle.eol : null
    const context = row === null || about === undefined ? null : { row, about, distro, endedOn, notes }
    images.set(key, context)
    return context
  }
  const judgeOnce = (context: ImageContext, source: Source): readonly Finding[] => {
    const known = kept.recall(context, source)
    if (known !== undefined) return known
    const findings = judgeSource(context, source, false)
    kept.keep(context, source, findings)
    return findings
  }
  return {
    match: (inventory, { all = false } = {}) => {
      const distro = installedRelease(inventory)
      const context = distro === null ? null : contextOf(distro)
      if (context === null) return []
      const found: Finding[] = []
      for (const source of sourcesOf(context, inventory.packages)) {
        // One by one: `flat` takes many times as long, and there are thousands of images.
        for (const finding of all ? judgeSource(context, source, true) : judgeOnce(context, source)) found.push(finding)
      }
      return found
    },
  }
}

/** Judged source packages and their findings that are kept, of all kinds of images together; a distribution has some thousands, in some versions each. */
const mostKept = 200_000

type ImageContext = ReleaseContext & ClaimContext

function indexed(advisories: Iterable<Advisory>): ReadonlyMap<ReleaseKey, About> {
  const releases = new Map<ReleaseKey, Record<keyof About, Map<string, Advisory[]>>>()
  for (const advisory of advisories) {
    const { release, packageName, packageKind } = advisory
    const about = releases.get(release) ?? { source: new Map<string, Advisory[]>(), binary: new Map<string, Advisory[]>() }
    releases.set(release, about)
    const known = about[packageKind].get(packageName)
    if (known === undefined) about[packageKind].set(packageName, [advisory])
    else known.push(advisory)
  }
  return releases
}

/**
 * The packages that records may speak of by source, in the order of each source's first. They are gathered one source at a time: arrays for all of an image's
 * sources would live while it is judged, V8 would take them for lasting ones, and thousands of images would fill the old part of the heap with them.
 */
function* sourcesOf({ row, about }: ImageContext, packages: readonly Package[]): Iterable<Source> {
  const firsts: number[] = []
  /** The place of the last package of a source so far, and by place that of the next one of the same source, 0 for none. */
  const lasts = new Map<string, number>()
  const nexts = new Uint32Array(packages.length)
  let place = -1
  for (const { name, sourceName, type } of packages) {
    place += 1
    if (type !== row.packages || !(about.source.has(sourceName) || (about.binary.size > 0 && about.binary.has(name)))) continue
    const last = lasts.get(sourceName)
    if (last === undefined) firsts.push(place)
    else nexts[last] = place
    lasts.set(sourceName, place)
  }
  for (const first of firsts) {
    const ofSource: Package[] = []
    let at = first
    do {
      const one = packages[at]
      if (one !== undefined) ofSource.push(one)
      at = nexts[at] ?? 0
    } while (at > 0)
    yield { name: ofSource[0]?.sourceName ?? '', packages: ofSource }
  }
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
