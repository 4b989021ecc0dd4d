/** Matching what is recalled: which vulnerabilities apply to what is inside images, by the advisories that the memory holds. */
import { worstFirst } from '../../domain/advisory/finding.ts'
import { advisedNames, createMatcher } from '../../domain/advisory/match.ts'
import type { Evidence } from '../../domain/difference.ts'
import type { Inspection } from '../../domain/image/inspection.ts'
import type { MoveEvidence } from '../../domain/move-evidence.ts'
import { type DistroTable, distroRow, type ReleaseKey, releaseKey } from '../../domain/package/distro.ts'
import { installedRelease } from '../../domain/package/installed-release.ts'
import type { AdvisoryStore } from '../../ports/advisory-store.ts'

export type MatchPorts = {
  readonly advisories: Pick<AdvisoryStore, 'about' | 'notes' | 'parts' | 'speaksOf'>
  readonly distros: DistroTable
}

/** The inspections, each with its findings (worst first), and the feeds that they come from: none for a release of which no advisory speaks. */
export async function matchInspections(
  { advisories, distros }: MatchPorts,
  inspections: readonly Inspection[],
  at: Date,
): Promise<{ readonly evidence: readonly Evidence[]; readonly feeds: MoveEvidence['feeds'] }> {
  const names = new Map<ReleaseKey, Set<string>>()
  const feedsOf = new Map<ReleaseKey, readonly string[]>()
  const releaseOf = ({ inventory }: Inspection): ReleaseKey | null => {
    const distro = installedRelease(inventory)
    return distro === null ? null : releaseKey(distros, distro)
  }
  for (const inspection of inspections) {
    const { inventory } = inspection
    const release = releaseOf(inspection)
    if (inventory.distro === null || release === null) continue
    feedsOf.set(release, distroRow(distros, inventory.distro)?.feeds ?? [])
    const ofRelease = names.get(release) ?? new Set()
    names.set(release, ofRelease)
    for (const name of advisedNames(inventory)) ofRelease.add(name)
  }
  const about = (await Promise.all([...names].map(([release, of]) => advisories.about(release, [...of])))).flat()
  const spoken = new Set(about.map(({ release }) => release))
  for (const release of names.keys()) if (!spoken.has(release) && (await advisories.speaksOf(release))) spoken.add(release)
  const notes = await advisories.notes([...new Set(about.flatMap(({ vulnerabilities }) => vulnerabilities))])
  const matcher = createMatcher({ table: distros, advisories: about, notes, at })
  const evidence = inspections.map((inspection) => {
    const findings = [...matcher.match(inspection.inventory)].sort(worstFirst)
    return { inspection, findings, isBlind: !spoken.has(releaseOf(inspection) ?? '') }
  })
  return { evidence, feeds: await checkedFeeds(advisories, new Set([...spoken].flatMap((release) => feedsOf.get(release) ?? []))) }
}

/** When each feed was last checked in all its parts; feeds that hold nothing are left out. */
async function checkedFeeds(advisories: Pick<AdvisoryStore, 'parts'>, names: ReadonlySet<string>): Promise<MoveEvidence['feeds']> {
  const oldest = new Map<string, Date>()
  for (const { feed, items, checkedAt } of names.size === 0 ? [] : await advisories.parts()) {
    if (!names.has(feed) || items === 0) continue
    const known = oldest.get(feed)
    if (known === undefined || checkedAt < known) oldest.set(feed, checkedAt)
  }
  return [...oldest].map(([name, checkedAt]) => ({ name, checkedAt }))
}
