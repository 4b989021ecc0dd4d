/** Which feeds are worth fetching: those that speak of the distributions that are in use. */
import type { DistroTable, ReleaseKey } from '../package/distro.ts'

/** Feeds that speak of every distribution's vulnerabilities: known exploited ones, and the likelihood that one is. */
const everywhere = ['epss', 'kev']

/** Names of feeds, sorted, for what is installed in images of `releases`; none where nothing was found yet. */
export function feedsInUse(table: DistroTable, releases: readonly ReleaseKey[]): readonly string[] {
  if (releases.length === 0) return []
  const needed = distrosInUse(table, releases).distros.flatMap(({ feeds }) => feeds)
  return [...new Set([...needed, ...everywhere])].sort()
}

/** The table's rows of the distributions of `releases`: a feed of many distributions is fetched for those only. */
export function distrosInUse({ distros }: DistroTable, releases: readonly ReleaseKey[]): DistroTable {
  const ids = new Set(releases.map((release) => release.split(':', 1)[0]))
  return { distros: distros.filter(({ id, feedId }) => ids.has(feedId ?? id)) }
}
