/** Evidence about one move: what changes from the old digest to the new one, on each platform that was compared, and all of them told as one. */
import { type Finding, worstFirst } from './advisory/finding.ts'
import { compareSeverity, severities } from './advisory/severity.ts'
import type { ConfigChange, Difference, PackageChange } from './difference.ts'

/** How the packages of one side are known. */
export type InventorySource = 'sbom' | 'layers'

export type PlatformDifference = {
  /** `linux/amd64`. */
  readonly platform: string
  readonly difference: Difference
  readonly sources: { readonly from: InventorySource; readonly to: InventorySource }
  /** What neither side's inventory could see, a sentence each; hostile text. */
  readonly unseen: readonly string[]
  /** What else is worth knowing of how the inventories were read; hostile text. */
  readonly notes: readonly string[]
}

export type MoveEvidence = {
  /** In the order of the platforms' names. Empty: nothing could be compared. */
  readonly platforms: readonly PlatformDifference[]
  /** What was not compared, and why: a platform, or null where it concerns the whole image. */
  readonly notCompared: readonly { readonly platform: string | null; readonly why: string }[]
  /** The feeds that the findings come from, with when each was last checked. Empty: none of them speaks of this release, and no findings says nothing. */
  readonly feeds: readonly { readonly name: string; readonly checkedAt: Date }[]
}

/** Something that holds on `platforms`; null: on all that were compared. */
export type OnPlatforms<Thing> = { readonly thing: Thing; readonly platforms: readonly string[] | null }

/** The union over all platforms: nothing is told twice, and what differs says where it holds. */
export type UnitedEvidence = {
  readonly fixed: readonly OnPlatforms<Finding>[]
  readonly introduced: readonly OnPlatforms<Finding>[]
  readonly remaining: readonly OnPlatforms<Finding>[]
  /** Added, removed, upgraded and downgraded, by name. */
  readonly packages: readonly OnPlatforms<PackageChange & { readonly kind: PackageChangeKind }>[]
  readonly config: readonly OnPlatforms<ConfigChange>[]
  /** Every platform's move is explained, and there is one. */
  readonly isExplained: boolean
  readonly why: readonly OnPlatforms<string>[]
  /** Layers differ on some platform. */
  readonly layersDiffer: boolean
}

/** What became of a package. */
export type PackageChangeKind = 'added' | 'removed' | 'upgraded' | 'downgraded'

/** All platforms as one. Findings worst first (known exploited before all), packages by name. */
export function unite({ platforms }: MoveEvidence): UnitedEvidence {
  const all = platforms.map(({ platform }) => platform)
  const gather = <Thing>(of: (difference: Difference) => readonly Thing[], keyOf: (thing: Thing) => string): OnPlatforms<Thing>[] => {
    const found = new Map<string, { thing: Thing; platforms: string[] }>()
    for (const { platform, difference } of platforms)
      for (const thing of of(difference)) {
        const key = keyOf(thing)
        const known = found.get(key)
        if (known === undefined) found.set(key, { thing, platforms: [platform] })
        else if (!known.platforms.includes(platform)) known.platforms.push(platform)
      }
    return [...found.values()].map(({ thing, platforms: on }) => ({ thing, platforms: on.length === all.length ? null : on }))
  }
  const findingKey = ({ id, sourceName, installed, fixedIn }: Finding) => JSON.stringify([id, sourceName, installed, fixedIn])
  const findings = (of: (difference: Difference) => readonly Finding[]) => gather(of, findingKey).sort((a, b) => worstFirst(a.thing, b.thing))
  const kinds: readonly PackageChangeKind[] = ['upgraded', 'downgraded', 'added', 'removed']
  // One version on every platform is one line, whatever the architecture's name.
  const packageKey = (change: PackageChange & { kind: PackageChangeKind }) => JSON.stringify([change.kind, change.type, change.name, change.from, change.to])
  return {
    fixed: findings(({ findings: { fixed } }) => fixed),
    introduced: findings(({ findings: { introduced } }) => introduced),
    remaining: findings(({ findings: { remaining } }) => remaining),
    packages: gather(({ packages }) => kinds.flatMap((kind) => packages[kind].map((change) => ({ ...change, kind }))), packageKey).sort(
      (a, b) => compareText(a.thing.name, b.thing.name) || kinds.indexOf(a.thing.kind) - kinds.indexOf(b.thing.kind),
    ),
    config: gather(
      ({ config }) => config,
      ({ field, from, to }) => JSON.stringify([field, from, to]),
    ),
    isExplained: platforms.length > 0 && platforms.every(({ difference }) => difference.explained),
    why: gather(
      ({ why }) => why,
      (text) => text,
    ),
    layersDiffer: platforms.some(({ difference: { layers } }) => layers.onlyA + layers.onlyB > 0),
  }
}

/** How many of each severity there are, worst first, those that are none left out: `1 critical, 2 high`. Empty where there are no findings. */
export function severityCounts(findings: readonly Finding[]): string {
  const counted = [...severities]
    .sort(compareSeverity)
    .map((severity) => [severity, findings.filter((finding) => finding.severity === severity).length] as const)
  return counted.flatMap(([severity, count]) => (count === 0 ? [] : [`${count} ${severity}`])).join(', ')
}

/** Findings of several source packages with one id are one vulnerability. */
export function vulnerabilitiesOf(findings: readonly Finding[]): readonly Finding[] {
  const worst = new Map<string, Finding>()
  for (const finding of [...findings].sort(worstFirst)) if (!worst.has(finding.id)) worst.set(finding.id, finding)
  return [...worst.values()]
}

function compareText(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0
}
