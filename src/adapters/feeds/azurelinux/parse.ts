/** Microsoft's OVAL: one definition for each CVE and source package, the release in the file's name, `patchable` for what kind of fix there is. */
import type { FeedItem } from '../../../domain/advisory/advisory.ts'
import { releaseKeyOfVersion } from '../../../domain/package/distro.ts'
import type { FeedFile } from '../../../ports/feeds.ts'
import type { FeedContext } from '../feed.ts'
import { ovalItems } from '../oval.ts'
import { textOf } from '../xml.ts'

/** Claims `azurelinux-3.0-oval.xml`, `cbl-mariner-2.0-oval.xml` and the like; see `Feed.parse`. */
export function parseAzureLinux(file: FeedFile, { distros }: FeedContext): AsyncIterable<FeedItem> | null {
  const named = /(?:^|\/)(azurelinux|cbl-mariner)-(\d+\.\d+)-[^/]*oval[^/]*\.xml(?:\.gz|\.bz2)?$/.exec(file.path)
  if (named === null) return null
  return ovalItems(file, {
    feed: 'azurelinux',
    release: releaseKeyOfVersion(distros, named[1] === 'azurelinux' ? 'azurelinux' : 'mariner', named[2] ?? ''),
    packageKind: 'source',
    record: ({ references, id }) => references.find(({ source }) => source === 'CVE')?.id ?? id,
    releases: () => [],
    isNotAffected: ({ advisory }) => textOf(advisory, 'patchable') === 'Not Applicable',
  })
}
