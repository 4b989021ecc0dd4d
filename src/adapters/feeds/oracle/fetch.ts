/** Where Oracle publishes its OVAL (https://linux.oracle.com/security/oval/): one file, made anew with every erratum. */
import type { FeedPart, FetchedPart } from '../../../ports/feeds.ts'
import type { FetchPorts } from '../feed.ts'
import { fetchFiles } from '../fetching.ts'

/** One part, `all`, asked for with its ETag. Faults as of `fetchFiles`. */
export function fetchOracle(ports: FetchPorts, known: readonly FeedPart[]): AsyncIterable<FetchedPart> {
  const file = 'com.oracle.elsa-all.xml.bz2'
  return fetchFiles(ports, [{ part: 'all', origin: 'https://linux.oracle.com', path: `/security/oval/${file}`, file, maxBytes: 500_000_000 }], known)
}
