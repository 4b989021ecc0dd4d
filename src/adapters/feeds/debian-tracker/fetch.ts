/** Fetches the Debian security tracker: its JSON export, and the lists of advisories from its repository. */
import type { FeedPart, FetchedPart } from '../../../ports/feeds.ts'
import type { FetchPorts } from '../feed.ts'
import { fetchFiles } from '../fetching.ts'

const lists = { origin: 'https://salsa.debian.org', maxBytes: 64_000_000 }
const folder = '/security-tracker-team/security-tracker/-/raw/master/data'

/** Parts `tracker.json`, `data/DSA/list` and `data/DLA/list`. */
export function fetch(ports: FetchPorts, known: readonly FeedPart[]): AsyncIterable<FetchedPart> {
  return fetchFiles(
    ports,
    [
      { part: 'tracker.json', file: 'tracker.json', origin: 'https://security-tracker.debian.org', path: '/tracker/data/json', maxBytes: 500_000_000 },
      { part: 'data/DSA/list', file: 'data/DSA/list', path: `${folder}/DSA/list`, ...lists },
      { part: 'data/DLA/list', file: 'data/DLA/list', path: `${folder}/DLA/list`, ...lists },
    ],
    known,
  )
}
