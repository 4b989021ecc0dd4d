/** Reads OSV's exports: the zip of an ecosystem, and single records. */
import type { FeedItem } from '../../../domain/advisory/advisory.ts'
import type { FeedFile } from '../../../ports/feeds.ts'
import type { FeedContext } from '../feed.ts'
import { parseOsvFile } from '../osv-file.ts'

/** Ends the name of the empty file that `fetch` gives for a record that is gone. */
export const goneSuffix = '.gone'

/** Claims `Debian/all.zip`, `Debian/<id>.json`, and any other archive of records. What records say about other ecosystems is passed over. */
export function parse(file: FeedFile, { distros }: FeedContext): AsyncIterable<FeedItem> | null {
  return file.path.endsWith(goneSuffix) ? parseGone(file.path) : parseOsvFile(file, { feed: 'osv', distros })
}

async function* parseGone(path: string): AsyncIterable<FeedItem> {
  yield { kind: 'gone', record: path.slice(path.lastIndexOf('/') + 1, -goneSuffix.length) }
}
