/** The port `Feeds` over the table of feeds. */
import type { DistroTable } from '../../domain/package/distro.ts'
import type { Feeds } from '../../ports/feeds.ts'
import type { Http } from '../http/index.ts'
import type { Feed } from './feed.ts'
import { feeds as allFeeds } from './index.ts'

export type FeedsOptions = {
  readonly http: Http
  readonly distros: DistroTable
  /** Replacements of publishers' origins: `{'https://security-tracker.debian.org': 'https://mirror.example'}`. */
  readonly origins?: Readonly<Record<string, string>>
  /** Instead of the whole table, in tests. */
  readonly feeds?: readonly Feed[]
}

/** Faults as the port says. A feed's name that is not in the table is a bug of the caller; a file that is not of its feed has no items. */
export function createFeeds({ http, distros, origins = {}, feeds = allFeeds }: FeedsOptions): Feeds {
  const replaced = new Map(Object.entries(origins))
  const byName = new Map(feeds.map((feed) => [feed.name, feed]))
  const feedOf = (name: string): Feed => {
    const feed = byName.get(name)
    if (feed === undefined) throw new TypeError(`no feed is called ${name}`)
    return feed
  }
  return {
    names: [...byName.keys()].sort(),
    fetch: async function* fromPublisher(name, known) {
      const feed = feedOf(name)
      if (feed.fetch !== null) yield* feed.fetch({ http, distros, origin: (publisher) => replaced.get(publisher) ?? publisher }, known)
    },
    async *parse(name, file) {
      yield* feedOf(name).parse(file, { distros }) ?? []
    },
  }
}
