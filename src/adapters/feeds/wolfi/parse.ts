/** Reads Wolfi's security database, and its OSV records where they are given. */
import type { FeedItem } from '../../../domain/advisory/advisory.ts'
import { releaseKeyOfVersion } from '../../../domain/package/distro.ts'
import type { FeedFile } from '../../../ports/feeds.ts'
import type { FeedContext } from '../feed.ts'
import { parseOsvFile } from '../osv-file.ts'
import { parseSecdb } from '../secdb.ts'

const feed = 'wolfi'

/** Claims `security.json`, under `secdb/` or not, and OSV records and archives of them under `osv/`; of those only what they say about Wolfi. */
export function parse(file: FeedFile, context: FeedContext): AsyncIterable<FeedItem> | null {
  if (file.path.startsWith('osv/')) return parseOsvFile(file, { feed, distros: context.distros, only: 'wolfi' })
  const release = releaseKeyOfVersion(context.distros, 'wolfi', 'rolling')
  return /(^|\/)security[^/]*\.json$/.test(file.path) ? parseSecdb(file, { feed, releaseOf: () => release }) : null
}
