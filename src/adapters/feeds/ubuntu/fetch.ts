/** Where Canonical publishes its OSV records (https://ubuntu.com/security/osv): one archive, without increments. */
import type { FeedPart, FetchedPart } from '../../../ports/feeds.ts'
import type { FetchPorts } from '../feed.ts'
import { fetchFiles } from '../fetching.ts'

/** One part, `osv`, asked for with its ETag. Faults as of `fetchFiles`. */
export function fetchUbuntu(ports: FetchPorts, known: readonly FeedPart[]): AsyncIterable<FetchedPart> {
  const origin = 'https://security-metadata.canonical.com'
  return fetchFiles(ports, [{ part: 'osv', origin, path: '/osv/osv-all.tar.xz', file: 'osv-all.tar.xz', maxBytes: 1_000_000_000 }], known)
}
