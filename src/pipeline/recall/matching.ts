/** Matching what is recalled: which vulnerabilities apply to what is inside images, by the advisories that the memory holds. */
import { worstFirst } from '../../domain/advisory/finding.ts'
import { advisedNames, createMatcher } from '../../domain/advisory/match.ts'
import type { Evidence } from '../../domain/difference.ts'
import type { Inspection } from '../../domain/image/inspection.ts'
import type { MoveEvidence } from '../../domain/move-evidence.ts'
import { type DistroTable, distroRow, releaseKey } from '../../domain/package/distro.ts'
import { installedRelease } from '../../domain/package/installed-release.ts'
import type { AdvisoryStore } from '../../ports/advisory-store.ts'

export type MatchPorts = {
  readonly advisories: Pick<AdvisoryStore, 'about' | 'notes' | 'parts'>
  readonly distros: DistroTable
}

/** The inspections, each with its findings (worst first), and the feeds that they come from. One question to the memory per release. */
export async function matchInspections(
  { advisories, distros }: MatchPorts,
  inspections: readonly Inspection[],
  at: Date,
): Promise<{ readonly evidence: readonly Evidence[]; readonly feeds: MoveEvidence['feeds'] }> {
  const names = new Map<string, Set<string>>()
  const asked = new Set<string>()
  for (const { inventory } of inspections) {
    const distro = installedRelease(inventory)
    const release = distro === null ? null : releaseKey(distros, distro)
    if (distro === null || release === null) continue
    for (const feed of distroRow(distros, distro)?.feeds ?? []) asked.add(feed)
    const ofRelease = names.get(release) ?? new Set()
    names.set(release, ofRelease)
    for (const name of advisedNames(inventory)) ofRelease.add(name)
  }
  const about = (await Promise.all([...names].map(([release, of]) => advisories.about(release, [...of])))).flat()
  const notes = await advisories.notes([...new Set(about.flatMap(({ vulnerabilities }) => vulnerabilities))])
  const matcher = createMatcher({ table: distros, advisories: about, notes, at })
  const evidence = inspections.map((inspection) => ({ inspection, findings: [...matcher.match(inspection.inventory)].sort(worstFirst) }))
  return { evidence, feeds: await checkedFeeds(advisories, asked) }
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
