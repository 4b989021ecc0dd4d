/** The feed worker: asks a publisher for news, and wakes whoever uses a package that an advisory changed for. */
import { matchChanges, updateFeed } from '../../pipeline/update-feed.ts'
import type { House } from '../compose.ts'
import { distrosInUse } from '../../domain/advisory/feeds-in-use.ts'
import { configuredFeeds, enabledFeeds } from '../feeds.ts'

type FeedHouse = Pick<House, 'stores' | 'feeds' | 'http' | 'distros' | 'config' | 'grants' | 'log'>

/** One look at the feed; false where it is not fetched (any more). What is refused or broken is logged, and kept as an alarm. Faults of `updateFeed`. */
export async function runFeed({ stores, feeds, http, distros, config, grants, log }: FeedHouse, feed: string, asOf: Date): Promise<boolean> {
  const { advisories, inventories, repos, dueWork } = stores
  const releases = await inventories.releases()
  if (!enabledFeeds(config, feeds.names, distros, releases).includes(feed)) return false
  // OSV has everybody's advisories; one Debian image needs nobody else's.
  const asked = config.feeds.enabled === 'used' ? configuredFeeds(config, http, distrosInUse(distros, releases)) : feeds
  const match = async () => {
    const woken = await matchChanges({ advisories, inventories, repos, dueWork, grants }, asOf)
    if (woken > 0) log.info({ feed, repos: woken }, 'advisories changed for packages in use')
  }
  // What a look that was killed took in and woke nobody for.
  await match()
  for await (const { part, outcome, items, changed, message } of updateFeed({ feeds: asked, advisories }, feed, asOf)) {
    const about = { feed, part, outcome, items, changed, message }
    if (outcome === 'refused' || outcome === 'fault') log.warn(about, 'feed kept as it was')
    else log.debug(about, 'feed looked at')
    await match()
  }
  return true
}
