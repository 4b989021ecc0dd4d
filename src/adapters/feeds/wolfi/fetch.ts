/** Fetches Wolfi's security database. */
import type { FeedPart, FetchedPart } from '../../../ports/feeds.ts'
import type { FetchPorts } from '../feed.ts'
import { fetchFiles } from '../fetching.ts'

/** One part, `security.json`. */
export function fetch(ports: FetchPorts, known: readonly FeedPart[]): AsyncIterable<FetchedPart> {
  const file = { part: 'security.json', file: 'secdb/security.json', origin: 'https://packages.wolfi.dev', path: '/os/security.json', maxBytes: 200_000_000 }
  return fetchFiles(ports, [file], known)
}
