/** Ubuntu's forms, told apart by path: OSV, OpenVEX, OVAL, the USN database and the CVE API. */
import type { FeedItem } from '../../../domain/advisory/advisory.ts'
import { releaseOfCodename } from '../../../domain/package/distro.ts'
import type { FeedFile } from '../../../ports/feeds.ts'
import { tarEntries } from '../archive.ts'
import type { FeedContext } from '../feed.ts'
import { parseOsvFile } from '../osv-file.ts'
import { ovalItems } from '../oval.ts'
import { cveApiItems } from './cve-api.ts'
import { noticeItems } from './notices.ts'
import { openVexItems } from './openvex.ts'

/** Claims OSV records and archives of them, OpenVEX documents below `vex/`, `*.oval.xml`, `database-all.json` and `cves*.json`; see `Feed.parse`. */
export function parseUbuntu(file: FeedFile, context: FeedContext): AsyncIterable<FeedItem> | null {
  if (/(^|\/)((UBUNTU-CVE|USN|LSN)-[^/]*\.json|osv-all\.tar(\.\w+)?)$/.test(file.path) && !/(^|\/)vex\//.test(file.path)) {
    return parseOsvFile(file, { feed: 'ubuntu', distros: context.distros })
  }
  if (/(^|\/)vex\/(cve|usn)\/(\d{4}\/)?(CVE|USN)-[^/]*\.json$/.test(file.path)) return openVexItems(file, context)
  if (/(^|\/)vex-all\.tar(\.xz|\.gz|\.zst|\.bz2)?$/.test(file.path)) return archiveItems(file, context)
  if (/(^|\/)database-all\.json(\.bz2|\.gz|\.xz)?$/.test(file.path)) return noticeItems(file, context)
  if (/(^|\/)cves[^/]*\.json$/.test(file.path)) return cveApiItems(file, context)
  const codename = /(^|[/.])com\.ubuntu\.([a-z]+)\.[^/]*oval\.xml(\.bz2|\.gz)?$/.exec(file.path)?.[2]
  return codename === undefined ? null : ovalOf(file, codename, context)
}

async function* archiveItems(archive: FeedFile, context: FeedContext): AsyncIterable<FeedItem> {
  for await (const entry of tarEntries(archive)) yield* parseUbuntu(entry, context) ?? []
}

/** Binary packages, the release in the file's name. A version that says `esm` is one of Pro. */
function ovalOf(file: FeedFile, codename: string, { distros }: FeedContext): AsyncIterable<FeedItem> {
  return ovalItems(file, {
    feed: 'ubuntu',
    release: releaseOfCodename(distros, 'ubuntu', codename),
    packageKind: 'binary',
    record: ({ references, id }) => references.find(({ source }) => source === 'USN' || source === 'CVE')?.id ?? id,
    releases: () => [],
    fix: (_, { conditions }) => (conditions.some((one) => 'evr' in one && /[+~]esm\d/.test(one.evr)) ? 'subscription-only' : null),
  })
}
