/** Where AlmaLinux publishes its errata: `errata.json` for each release. */
import { distroRow } from '../../../domain/package/distro.ts'
import type { FeedPart, FetchedPart } from '../../../ports/feeds.ts'
import type { FetchPorts } from '../feed.ts'
import { fetchFiles } from '../fetching.ts'

/** One part for each release that the table of distributions knows (`9`), asked for with its ETag. Faults as of `fetchFiles`. */
export function fetchAlmaLinux(ports: FetchPorts, known: readonly FeedPart[]): AsyncIterable<FetchedPart> {
  const releases = distroRow(ports.distros, { id: 'almalinux' })?.releases ?? []
  const files = releases.map(({ release }) => ({
    part: release,
    origin: 'https://errata.almalinux.org',
    path: `/${release}/errata.json`,
    file: `${release}/errata.json`,
    maxBytes: 1_000_000_000,
  }))
  return fetchFiles(ports, files, known)
}
