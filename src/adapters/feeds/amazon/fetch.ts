/** Where Amazon's repositories lie: a mirror list names the current snapshot, its `repomd.xml` the updateinfo. */
import { Fault } from '../../../domain/fault.ts'
import type { FeedPart, FetchedPart } from '../../../ports/feeds.ts'
import { plainText } from '../decompress.ts'
import type { FetchPorts } from '../feed.ts'
import { asPart, conditionalGet, only } from '../fetching.ts'
import { hashed, updateinfoOf } from '../repomd.ts'

const origin = 'https://cdn.amazonlinux.com'

/**
 * Each repository is a part. The errata of Amazon Linux 2023 speak of all architectures; those of 2 of the repository's own. Extras of 2 and kernel live
 * patches are left out: their errata are read where they are given, but images hold no kernel, and each extra would be a part of its own.
 */
const repositories = [
  { part: '2023', mirrorList: '/al2023/core/mirrors/latest/x86_64/mirror.list' },
  { part: '2-x86_64', mirrorList: '/2/core/latest/x86_64/mirror.list' },
  { part: '2-aarch64', mirrorList: '/2/core/latest/aarch64/mirror.list' },
]

/** Asks for each repository's `repomd.xml` with its ETag. Faults are values, but for a host that cannot be reached. */
export async function* fetchAmazon(ports: FetchPorts, known: readonly FeedPart[]): AsyncIterable<FetchedPart> {
  for (const [index, { part, mirrorList }] of repositories.entries()) {
    yield await asPart(part, index === 0, async () => {
      const list = await conditionalGet(ports, { origin, path: mirrorList, file: `${part}/mirror.list`, maxBytes: 100_000 }, null)
      const repository = repositoryOf(list === null ? '' : await plainText(list.file, 100_000), part)
      const etag = known.find((one) => one.part === part)?.etag ?? null
      const repomd = await conditionalGet(ports, { origin, path: `${repository}repodata/repomd.xml`, file: `${part}/repomd.xml`, maxBytes: 1_000_000 }, etag)
      if (repomd === null) return { kind: 'unchanged', part }
      const updateinfo = await updateinfoOf(repomd.file)
      if (updateinfo === null) throw new Fault('invalid', `${part}/repomd.xml names no updateinfo`, { host: new URL(origin).host })
      // Its suffix tells how it is packed.
      const name = updateinfo.href.slice(updateinfo.href.lastIndexOf('/') + 1)
      const answer = await conditionalGet(ports, { origin, path: `${repository}${updateinfo.href}`, file: `${part}/${name}`, maxBytes: 300_000_000 }, null)
      if (answer === null) return { kind: 'unchanged', part }
      return { kind: 'replace', part, etag: repomd.etag, newest: repomd.newest, files: only(hashed(answer.file, updateinfo.sha256)) }
    })
  }
}

/** The path of the first mirror on Amazon's own host: a list cannot lead us anywhere else. */
function repositoryOf(list: string, part: string): string {
  for (const line of list.split('\n')) {
    const url = URL.canParse(line.trim()) ? new URL(line.trim()) : null
    if (url?.origin === origin) return url.pathname.endsWith('/') ? url.pathname : `${url.pathname}/`
  }
  throw new Fault('invalid', `the mirror list of ${part} names no repository on ${origin}`, { host: new URL(origin).host })
}
