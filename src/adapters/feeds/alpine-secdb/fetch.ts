/** Fetches Alpine's security database, a file for each release and repository. */
import type { FeedPart, FetchedPart } from '../../../ports/feeds.ts'
import type { FetchPorts } from '../feed.ts'
import { fetchFiles } from '../fetching.ts'

/** Parts `v3.20/main.json`, `v3.20/community.json`, … of every release in the table, newest first. */
export function fetch(ports: FetchPorts, known: readonly FeedPart[]): AsyncIterable<FetchedPart> {
  const releases = ports.distros.distros.find(({ id }) => id === 'alpine')?.releases ?? []
  const files = [...releases].reverse().flatMap(({ release }) =>
    ['main', 'community'].map((repository) => {
      const part = `${release === 'edge' ? release : `v${release}`}/${repository}.json`
      return { part, file: part, origin: 'https://secdb.alpinelinux.org', path: `/${part}`, maxBytes: 64_000_000 }
    }),
  )
  return fetchFiles(ports, files, known)
}
