/** Reads Alpine's security database. */
import type { FeedItem } from '../../../domain/advisory/advisory.ts'
import { releaseKeyOfVersion } from '../../../domain/package/distro.ts'
import { Fault } from '../../../domain/fault.ts'
import type { FeedFile } from '../../../ports/feeds.ts'
import type { FeedContext } from '../feed.ts'
import { parseSecdb } from '../secdb.ts'

/** Claims JSON and YAML files; the release is what the file says, else its folder (`v3.20/main.json`). */
export function parse(file: FeedFile, { distros }: FeedContext): AsyncIterable<FeedItem> | null {
  if (!/\.(json|ya?ml)$/.test(file.path)) return null
  const folder = /(?:^|\/)(v\d+\.\d+|edge)\/[^/]+$/.exec(file.path)?.[1] ?? null
  return parseSecdb(file, {
    feed: 'alpine-secdb',
    releaseOf(distroVersion) {
      const version = distroVersion ?? folder
      if (version === null) throw new Fault('invalid', `${file.path} does not say which release it is about`)
      return releaseKeyOfVersion(distros, 'alpine', version)
    },
  })
}
