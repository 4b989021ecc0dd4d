/** Where Photon's CVE metadata are published (https://packages.broadcom.com/photon/photon_cve_metadata/): a file for each release. */
import { distroRow } from '../../../domain/package/distro.ts'
import type { FeedPart, FetchedPart } from '../../../ports/feeds.ts'
import type { FetchPorts } from '../feed.ts'
import { fetchFiles } from '../fetching.ts'

/**
 * One part for each release that the table of distributions knows (`5.0`), asked for with its ETag; Broadcom's own list of them, `photon_versions.json`, would
 * name releases that nothing here can be matched with. Faults as of `fetchFiles`.
 */
export function fetchPhoton(ports: FetchPorts, known: readonly FeedPart[]): AsyncIterable<FetchedPart> {
  const releases = distroRow(ports.distros, { id: 'photon' })?.releases ?? []
  const files = releases.map(({ release }) => {
    const file = `cve_data_photon${release}.json`
    return { part: release, origin: 'https://packages.broadcom.com', path: `/photon/photon_cve_metadata/${file}`, file, maxBytes: 100_000_000 }
  })
  return fetchFiles(ports, files, known)
}
