/** Where Photon's CVE metadata are published (https://packages.broadcom.com/photon/photon_cve_metadata/): a list of releases, and a file for each. */
import { Fault } from '../../../domain/fault.ts'
import type { FeedPart, FetchedPart } from '../../../ports/feeds.ts'
import type { FetchPorts } from '../feed.ts'
import { conditionalGet, fetchFiles } from '../fetching.ts'
import { plainText } from '../decompress.ts'
import { photonVersionsSchema } from './schema.ts'

const origin = 'https://packages.broadcom.com'
const folder = '/photon/photon_cve_metadata'

/** One part for each release (`5.0`), asked for with its ETag. Faults as of `fetchFiles`; `invalid` where the list of releases cannot be read. */
export async function* fetchPhoton(ports: FetchPorts, known: readonly FeedPart[]): AsyncIterable<FetchedPart> {
  const list = await conditionalGet(ports, { origin, path: `${folder}/photon_versions.json`, file: 'photon_versions.json', maxBytes: 100_000 }, null)
  const versions = photonVersionsSchema.safeParse(parsed(list === null ? '' : await plainText(list.file, 100_000)))
  if (!versions.success) throw new Fault('invalid', 'photon_versions.json is no list of releases', { host: new URL(origin).host })
  const files = versions.data.branches.map((version) => {
    const file = `cve_data_photon${version}.json`
    return { part: version, origin, path: `${folder}/${file}`, file, maxBytes: 100_000_000 }
  })
  yield* fetchFiles(ports, files, known)
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return null
  }
}
