/** Which feeds are worth fetching: those that speak of the distributions that are in use. */
import type { DistroTable, ReleaseKey } from '../package/distro.ts'

/** Feeds that speak of every distribution's vulnerabilities: known exploited ones, and the likelihood that one is. */
const everywhere = ['epss', 'kev']

/** Names of feeds, sorted, for what is installed in images of `releases`; none where nothing was found yet. */
export function feedsInUse({ distros }: DistroTable, releases: readonly ReleaseKey[]): readonly string[] {
  if (releases.length === 0) return []
  const ids = new Set(releases.map((release) => release.split(':', 1)[0]))
  const needed = distros.filter(({ id, feedId }) => ids.has(feedId ?? id)).flatMap(({ feeds }) => feeds)
  return [...new Set([...needed, ...everywhere])].sort()
}
