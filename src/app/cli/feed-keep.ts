/** Where the `feeds` commands keep what they fetch: the operator's database, or a folder of published files. */
import { matchChanges, type UpdatedPart, updateFeed } from '../../pipeline/update-feed.ts'
import type { FeedPart, Feeds } from '../../ports/feeds.ts'
import type { Config } from '../config.ts'
import { readDistroTable } from '../distro-table.ts'
import { readFolderState } from '../feed-folder/state.ts'
import { updateFeedFolder } from '../feed-folder/update.ts'
import { enabledFeeds } from '../feeds.ts'
import { openOperatorDatabase } from '../operator-database.ts'

export type FeedKeep = {
  /** Those of `names` that are fetched where a person names none. */
  enabled(names: readonly string[]): Promise<readonly string[]>
  /** Asks for what is new in one feed. Faults as of `updateFeed`. */
  update(feeds: Feeds, feed: string, asOf: Date, accept: boolean): AsyncIterable<UpdatedPart>
  parts(): Promise<readonly FeedPart[]>
  close(): Promise<void>
}

/** The keep in `folder`, or (null) in the database that DATABASE_URL names. Raises the database's faults, and `conflict` where it is not migrated. */
export async function openFeedKeep(config: Config, folder: string | null): Promise<FeedKeep> {
  if (folder === null) return openDatabaseKeep(config)
  return {
    // A folder knows of no images: everything is fetched where the configuration names nothing.
    enabled: async (names) => (config.feeds.enabled === 'used' ? names : enabledFeeds(config, names, { distros: [] }, [])),
    update: (feeds, feed, asOf, accept) => updateFeedFolder(feeds, folder, feed, asOf, accept),
    parts: () => readFolderState(folder),
    close: async () => {},
  }
}

async function openDatabaseKeep(config: Config): Promise<FeedKeep> {
  const { stores, close } = await openOperatorDatabase(config.databaseUrl ?? '', 'feeds')
  const { advisories, inventories, repos, dueWork } = stores
  const distros = readDistroTable()
  return {
    enabled: async (names) => enabledFeeds(config, names, distros, await inventories.releases()),
    async *update(feeds, feed, asOf, accept) {
      yield* updateFeed({ feeds, advisories }, feed, asOf, accept)
      await matchChanges({ advisories, inventories, repos, dueWork, grants: config.credentials }, asOf)
    },
    parts: () => advisories.parts(),
    close,
  }
}
