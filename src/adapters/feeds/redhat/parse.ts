/** Red Hat's forms: CSAF documents one by one or in an archive, OVAL, the Security Data API, and the list of what changed. */
import type { FeedItem } from '../../../domain/advisory/advisory.ts'
import type { FeedFile } from '../../../ports/feeds.ts'
import { tarEntries } from '../archive.ts'
import { csafItems } from '../csaf.ts'
import { plainBytes, plainText } from '../decompress.ts'
import type { FeedContext } from '../feed.ts'
import { ovalItems } from '../oval.ts'
import { changesOf, recordOf } from './changes.ts'
import { isCveFile, securityDataItems } from './security-data.ts'
import { releasesOfCpe, releasesOfName } from './releases.ts'

/** Documents larger than any so far; a kernel CVE with all its products has some 60 MB. */
const maxEntryBytes = 200_000_000

/** Claims `cve-*.json` and `rhsa-*.json` (CSAF), `csaf_*.tar.zst`, `*.oval.xml`, `CVE-*.json` (Security Data API) and the fetch's own `changed.csv`; see `Feed.parse`. */
export function parseRedHat(file: FeedFile, context: FeedContext): AsyncIterable<FeedItem> | null {
  if (isCsaf(file.path)) return csafOf(file, context)
  if (/(^|\/)csaf_[^/]*\.tar(\.zst|\.gz|\.xz|\.bz2)?$/.test(file.path)) return archiveOf(file, context)
  if (/(^|\/)changed\.csv$/.test(file.path)) return changedOf(file)
  if (isCveFile(file.path)) return securityDataItems(file, context)
  return /\.oval\.xml(\.bz2|\.gz)?$/.test(file.path) ? ovalOf(file, context) : null
}

function isCsaf(path: string): boolean {
  return /(^|\/)(cve-\d{4}-\d+|rh[sbe]a-\d{4}_\d+)[^/]*\.json$/.test(path)
}

function csafOf(file: FeedFile, { distros }: FeedContext): AsyncIterable<FeedItem> {
  return csafItems(plainBytes(file), file.path, {
    feed: 'redhat',
    releases: ({ product_identification_helper }) => releasesOfCpe(distros, product_identification_helper?.cpe ?? ''),
  })
}

async function* archiveOf(archive: FeedFile, context: FeedContext): AsyncIterable<FeedItem> {
  for await (const entry of tarEntries(archive, { maxEntryBytes })) {
    if (isCsaf(entry.path)) yield* csafOf(entry, context)
  }
}

/** In an increment a record that is told anew and named as `gone` is what was told. */
async function* changedOf(file: FeedFile): AsyncIterable<FeedItem> {
  for (const { path } of changesOf(await plainText(file, 50_000_000), file.path)) yield { kind: 'gone', record: recordOf(path) }
}

/** What of RHEL's OVAL says in what state an unfixed CVE is, and that components are unaffected. */
function ovalOf(file: FeedFile, { distros }: FeedContext): AsyncIterable<FeedItem> {
  const states: Readonly<Record<string, 'will-not-fix' | 'end-of-life' | 'deferred'>> = {
    'Will not fix': 'will-not-fix',
    'Out of support scope': 'end-of-life',
    'Fix deferred': 'deferred',
  }
  return ovalItems(file, {
    feed: 'redhat',
    release: null,
    packageKind: 'binary',
    record: ({ references, id }) => references.find(({ source }) => source === 'RHSA' || source === 'RHBA' || source === 'RHEA')?.id ?? references[0]?.id ?? id,
    releases: (product) => releasesOfName(distros, product),
    fix: ({ advisory }, { conditions }) => {
      if (conditions.some(({ operation }) => operation !== 'installed')) return null
      const affected = advisory.children.find(({ name }) => name === 'affected')
      return states[affected?.children.find(({ name }) => name === 'resolution')?.attributes.state ?? ''] ?? null
    },
  })
}
