/** Amazon's updateinfo: the release is in the tag of each build and in the erratum's id, and there is the "extra" that it came from. */
import type { FeedItem, VersionRange } from '../../../domain/advisory/advisory.ts'
import { releaseKeyOfVersion } from '../../../domain/package/distro.ts'
import type { FeedFile } from '../../../ports/feeds.ts'
import type { FeedContext } from '../feed.ts'
import { type Erratum, type ErratumPackage, updateinfoItems } from '../updateinfo.ts'

/** Claims `updateinfo.xml`, packed or not, under any name that holds the word; the pages and RSS of ALAS say less. See `Feed.parse`. */
export function parseAmazon(file: FeedFile, { distros }: FeedContext): AsyncIterable<FeedItem> | null {
  if (!/updateinfo[^/]*\.xml(\.gz|\.xz|\.bz2|\.zst)?$/.test(file.path)) return null
  return updateinfoItems(file, {
    feed: 'amazon',
    release: ({ id }, { evr }) => releaseKeyOfVersion(distros, 'amzn', /\.amzn(20\d\d|[12])(?:\.|$)/.exec(evr)?.[1] ?? releaseOf(id)),
    ranges: rangesOf,
  })
}

/**
 * For builds without a tag. `ALAS-2011-1` is Amazon Linux 1, though the web pages of 2 number theirs so too; `ALAS2-…`, `ALAS2KERNEL-5.15-…` and other extras
 * are 2; `ALAS2023-…`, `ALAS2023LIVEPATCH-…` 2023.
 */
function releaseOf(id: string): string {
  const named = /^ALAS(20\d\d|2)?[A-Z]*[\d.]*-/.exec(id.toUpperCase())
  return named === null ? '' : (named[1] ?? '1')
}

/**
 * An extra brings another line of a package that the release has too: kernel 5.15 beside 4.14, php 8.2 beside 5.4. Its errata speak of that line alone, so
 * the range begins with it where the extra's name tells the version (`ALAS2KERNEL-5.15-2022-001`, collection `amazon-linux-2---php8.2`).
 */
function rangesOf(erratum: Erratum, { evr }: ErratumPackage): readonly VersionRange[] {
  const extra = [erratum.id.replace(/-\d{4}-\d+$/, ''), ...erratum.collections].flatMap(
    (name) => /^ALAS2?[A-Z][A-Z-]*([\d.]*\d)$/i.exec(name)?.[1] ?? /^amazon-linux-2---?[a-z-]*?[a-z-]([\d.]*\d)$/i.exec(name)?.[1] ?? [],
  )[0]
  const [epoch, version] = evr.includes(':') ? [`${evr.split(':')[0]}:`, evr.slice(evr.indexOf(':') + 1)] : ['', evr]
  const isLine = extra !== undefined && version.startsWith(extra) && !/^\d/.test(version.slice(extra.length))
  return [{ introduced: isLine ? `${epoch}${extra}` : null, fixed: evr, lastAffected: null }]
}
