/** SUSE's forms: OVAL by product or release, CSAF by erratum, CSAF VEX by CVE, and OSV records. */
import type { FeedItem } from '../../../domain/advisory/advisory.ts'
import type { FeedFile } from '../../../ports/feeds.ts'
import { csafItems } from '../csaf.ts'
import { plainBytes } from '../decompress.ts'
import type { FeedContext } from '../feed.ts'
import { parseOsvFile } from '../osv-file.ts'
import { type OvalDefinition, ovalItems } from '../oval.ts'
import { releasesOfProduct } from './products.ts'

/** Claims `suse.linux.enterprise.15-affected.xml`, `opensuse.leap.15.2.xml` and the like, CSAF documents, and OSV records; see `Feed.parse`. */
export function parseSuse(file: FeedFile, { distros }: FeedContext): AsyncIterable<FeedItem> | null {
  if (/(^|\/)(open)?suse[._][^/]*\.xml(\.gz|\.bz2)?$/.test(file.path)) {
    return ovalItems(file, {
      feed: 'suse',
      release: null,
      packageKind: 'binary',
      record: recordOf,
      releases: (product) => releasesOfProduct(distros, product),
    })
  }
  if (/(^|\/)csaf(-vex)?\/[^/]*\.json$/.test(file.path)) {
    return csafItems(plainBytes(file), file.path, { feed: 'suse', releases: ({ name }) => releasesOfProduct(distros, name) })
  }
  return /(^|\/)(open)?SUSE-[A-Z]+-[^/]*\.json$/.test(file.path) ? parseOsvFile(file, { feed: 'suse', distros }) : null
}

/** The CVE; or of a patch the erratum, as far as it has one: what came with a release's first media has none. */
function recordOf({ class: kind, references, title, id }: OvalDefinition): string {
  if (kind !== 'patch') return /^CVE-\d{4}-\d+/.exec(title)?.[0] ?? id
  return references.find(({ id: reference }) => /^(open)?SUSE-[SRFO]U-/.test(reference))?.id ?? id
}
