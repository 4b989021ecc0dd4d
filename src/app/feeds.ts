/** The feeds as the configuration wants them, and which of them are fetched. */
import { createFeeds } from '../adapters/feeds/create-feeds.ts'
import type { Http } from '../adapters/http/index.ts'
import { feedsInUse } from '../domain/advisory/feeds-in-use.ts'
import type { DistroTable, ReleaseKey } from '../domain/package/distro.ts'
import type { Feeds } from '../ports/feeds.ts'
import type { Config } from './config.ts'

/** Feeds behind the guarded client; publishers' origins replaced as the operator says. */
export function configuredFeeds(config: Pick<Config, 'feeds'>, http: Http, distros: DistroTable): Feeds {
  return createFeeds({ http, distros, origins: config.feeds.origins })
}

/** Names to fetch: the operator's list, or what the distributions in use need. Names that no feed has are left out. */
export function enabledFeeds(
  { feeds: { enabled } }: Pick<Config, 'feeds'>,
  names: readonly string[],
  distros: DistroTable,
  releases: readonly ReleaseKey[],
): readonly string[] {
  const wanted = enabled === 'used' ? feedsInUse(distros, releases) : enabled
  return names.filter((name) => wanted.includes(name))
}
