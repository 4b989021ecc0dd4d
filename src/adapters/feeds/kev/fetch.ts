/** Fetches CISA's catalog. */
import type { FeedPart, FetchedPart } from '../../../ports/feeds.ts'
import type { FetchPorts } from '../feed.ts'
import { fetchFiles } from '../fetching.ts'

const name = 'known_exploited_vulnerabilities.json'

/** One part, under the catalog's own name. */
export function fetch(ports: FetchPorts, known: readonly FeedPart[]): AsyncIterable<FetchedPart> {
  const file = { part: name, file: name, origin: 'https://www.cisa.gov', path: `/sites/default/files/feeds/${name}`, maxBytes: 100_000_000 }
  return fetchFiles(ports, [file], known)
}
