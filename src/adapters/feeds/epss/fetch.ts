/** Fetches FIRST's EPSS scores of the day. */
import type { FeedPart, FetchedPart } from '../../../ports/feeds.ts'
import type { FetchPorts } from '../feed.ts'
import { fetchFiles } from '../fetching.ts'

const name = 'epss_scores-current.csv.gz'

/** One part, under the file's own name. */
export function fetch(ports: FetchPorts, known: readonly FeedPart[]): AsyncIterable<FetchedPart> {
  return fetchFiles(ports, [{ part: name, file: name, origin: 'https://epss.empiricalsecurity.com', path: `/${name}`, maxBytes: 100_000_000 }], known)
}
