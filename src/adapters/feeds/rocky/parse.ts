/** Rocky's forms: OSV records and updateinfo, whose collections name the release (`Rocky Linux 8`). */
import type { FeedItem } from '../../../domain/advisory/advisory.ts'
import { releaseKeyOfVersion } from '../../../domain/package/distro.ts'
import type { FeedFile } from '../../../ports/feeds.ts'
import type { FeedContext } from '../feed.ts'
import { parseOsvFile } from '../osv-file.ts'
import { updateinfoItems } from '../updateinfo.ts'

/** Claims `updateinfo.xml`, packed or not, and OSV records (`RLSA-….json`); see `Feed.parse`. */
export function parseRocky(file: FeedFile, { distros }: FeedContext): AsyncIterable<FeedItem> | null {
  if (/(^|\/)R[LX]SA-[^/]*\.json$/.test(file.path)) return parseOsvFile(file, { feed: 'rocky', distros })
  if (!/updateinfo[^/]*\.xml(\.gz|\.xz|\.bz2|\.zst)?$/.test(file.path)) return null
  return updateinfoItems(file, {
    feed: 'rocky',
    release: ({ collections }) => {
      const version = collections.flatMap((name) => /^Rocky Linux (\d+)/.exec(name)?.[1] ?? /^RL(\d+)$/.exec(name)?.[1] ?? [])[0]
      return releaseKeyOfVersion(distros, 'rocky', version ?? '')
    },
  })
}
