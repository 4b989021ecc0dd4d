/** Oracle's OVAL: `Oracle Linux 8`, then for each architecture the fixed binary packages, some for ksplice or FIPS only. */
import type { FeedItem } from '../../../domain/advisory/advisory.ts'
import { releaseKeyOfVersion } from '../../../domain/package/distro.ts'
import type { FeedFile } from '../../../ports/feeds.ts'
import type { FeedContext } from '../feed.ts'
import { ovalItems } from '../oval.ts'

/** Claims OVAL files of errata (`com.oracle.elsa-all.xml.bz2`, `com.oracle.elsa-ol9.xml`); see `Feed.parse`. */
export function parseOracle(file: FeedFile, { distros }: FeedContext): AsyncIterable<FeedItem> | null {
  if (!/(^|[/.])elsa-[^/]*\.xml(\.bz2|\.gz)?$/.test(file.path)) return null
  return ovalItems(file, {
    feed: 'oracle',
    release: null,
    packageKind: 'binary',
    record: ({ references, title, id }) => references.find(({ source }) => source === 'elsa')?.id ?? /^ELSA-\d{4}-\d+/.exec(title)?.[0] ?? id,
    releases: (product) => {
      const release = releaseKeyOfVersion(distros, 'ol', /^Oracle Linux (\d+)$/.exec(product)?.[1] ?? '')
      return release === null ? [] : [{ release, isPaid: false }]
    },
  })
}
