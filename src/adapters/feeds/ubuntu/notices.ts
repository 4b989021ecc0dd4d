/** The USN database (https://usn.ubuntu.com/usn-db/database-all.json.bz2): the notices with the fixed source packages of each release. */
import type { FeedItem } from '../../../domain/advisory/advisory.ts'
import { releaseOfCodename } from '../../../domain/package/distro.ts'
import type { FeedFile } from '../../../ports/feeds.ts'
import { plainBytes } from '../decompress.ts'
import type { FeedContext } from '../feed.ts'
import { jsonMembers } from '../json-members.ts'
import { advisory, before, cveIds, utcTime } from '../record.ts'
import { noticeSchema } from './schema.ts'

/** What the database says. Releases older than our table are passed over. Raises `invalid` where it is no JSON; a notice without its form is a `problem`. */
export async function* noticeItems(file: FeedFile, { distros }: FeedContext): AsyncIterable<FeedItem> {
  for await (const { path, value } of jsonMembers(plainBytes(file), file.path)) {
    const notice = noticeSchema.safeParse(value)
    if (!notice.success) {
      const [issue] = notice.error.issues
      yield { kind: 'problem', where: `${file.path}, notice ${path.join('.')}`, message: `${issue?.path.join('.')}: ${issue?.message}` }
      continue
    }
    const { id, timestamp, cves, releases } = notice.data
    const record = `USN-${id}`
    const vulnerabilities = cveIds(cves ?? [])
    for (const [codename, { sources, binaries }] of Object.entries(releases)) {
      const release = releaseOfCodename(distros, 'ubuntu', codename)
      if (release === null) continue
      const pockets = Object.values(binaries ?? {}).flatMap(({ pocket }) => (pocket == null ? [] : [pocket]))
      const isPaid = pockets.length > 0 && pockets.every((pocket) => pocket.startsWith('esm'))
      for (const [packageName, { version }] of Object.entries(sources ?? {})) {
        yield advisory({
          feed: 'ubuntu',
          record,
          vulnerabilities: vulnerabilities.length > 0 ? vulnerabilities : [record],
          release,
          packageName,
          packageKind: 'source',
          ranges: before(version),
          fix: isPaid ? 'subscription-only' : 'available',
          published: utcTime(timestamp),
        })
      }
    }
  }
}
