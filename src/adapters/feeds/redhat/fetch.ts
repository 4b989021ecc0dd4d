/** Where Red Hat publishes its VEX: an archive now and then, and lists of what changed and was deleted since. */
import { Fault, isFault } from '../../../domain/fault.ts'
import type { FeedFile, FeedPart, FetchedPart } from '../../../ports/feeds.ts'
import { plainText } from '../decompress.ts'
import type { FetchPorts } from '../feed.ts'
import { asPart, conditionalGet, only } from '../fetching.ts'
import { type Change, changesOf } from './changes.ts'

const origin = 'https://security.access.redhat.com'
const folder = '/data/csaf/v2/vex'
const part = 'vex'

/** More changes than that at once (Red Hat rewrites all documents now and then) are cheaper as the next archive. */
const maxChanges = 5_000
/** Lists and archives are not written at the moment of the change. */
const overlapMs = 6 * 3_600_000

/** One part, `vex`: the newest archive for the first time, and from then on the documents that changed. Its ETag is that of `changes.csv`. */
export async function* fetchRedHat(ports: FetchPorts, known: readonly FeedPart[]): AsyncIterable<FetchedPart> {
  yield await asPart(part, true, async () => {
    const last = known.find((one) => one.part === part)
    if (last?.newest == null) return (await archive(ports, '')) ?? { kind: 'unchanged', part }
    const answer = await conditionalGet(ports, { origin, path: `${folder}/changes.csv`, file: 'vex/changes.csv', maxBytes: 100_000_000 }, last.etag)
    if (answer === null) return { kind: 'unchanged', part }
    const all = changesOf(await plainText(answer.file, 100_000_000), 'vex/changes.csv')
    const since = last.etag === null ? last.newest : earlier(last.newest)
    const open = all.filter(({ at }) => at > since).sort((one, other) => (one.at < other.at ? -1 : 1))
    if (open.length > maxChanges) {
      const whole = await archive(ports, last.newest)
      if (whole !== null) return whole
    }
    // Without a newer archive, the oldest first; without an ETag the next time goes on from there.
    const end = open.slice(0, maxChanges).at(-1)?.at ?? last.newest
    const changes = open.filter(({ at }) => at <= end)
    const deletions = (await list(ports, 'deletions.csv')).filter(({ at }) => at > since && (changes.length === open.length || at <= end))
    const etag = changes.length === open.length ? answer.etag : null
    return { kind: 'patch', part, etag, newest: end > last.newest ? end : last.newest, files: documents(ports, changes, deletions) }
  })
}

/** All documents; the changes go on from the day in the archive's name. Null where that is not after `known`. */
async function archive(ports: FetchPorts, known: string): Promise<FetchedPart | null> {
  const named = await conditionalGet(ports, { origin, path: `${folder}/archive_latest.txt`, file: 'vex/archive_latest.txt', maxBytes: 1_000 }, null)
  const name = /^csaf_vex_(\d{4}-\d\d-\d\d)\.tar\.zst$/.exec(named === null ? '' : (await plainText(named.file, 1_000)).trim())
  if (name === null) throw new Fault('invalid', 'vex/archive_latest.txt names no archive', { host: new URL(origin).host })
  const newest = earlier(`${name[1]}T00:00:00Z`)
  if (newest <= known) return null
  const answer = await conditionalGet(ports, { origin, path: `${folder}/${name[0]}`, file: `vex/${name[0]}`, maxBytes: 4_000_000_000 }, null)
  return answer === null ? null : { kind: 'replace', part, etag: null, newest, files: only(answer.file) }
}

function earlier(time: string): string {
  return new Date(Date.parse(time) - overlapMs).toISOString().replace('.000Z', 'Z')
}

async function list(ports: FetchPorts, name: string): Promise<readonly Change[]> {
  const answer = await conditionalGet(ports, { origin, path: `${folder}/${name}`, file: `vex/${name}`, maxBytes: 100_000_000 }, null)
  return answer === null ? [] : changesOf(await plainText(answer.file, 100_000_000), `vex/${name}`)
}

/**
 * The changed documents, then the list of them and of what was deleted: of each such record only what came before is still said, which may be nothing. A
 * changed document that is not there is passed over with its record as it was: the next list of deletions names it.
 */
async function* documents(ports: FetchPorts, changes: readonly Change[], deletions: readonly Change[]): AsyncIterable<FeedFile> {
  const changed = new Map(changes.map((one) => [one.path, one]))
  const named = deletions.filter(({ path, at }) => (changed.get(path)?.at ?? '') <= at)
  for (const { path } of named) changed.delete(path)
  for (const [path, one] of changed) {
    try {
      const answer = await conditionalGet(ports, { origin, path: `${folder}/${path}`, file: `vex/${path}`, maxBytes: 200_000_000 }, null)
      if (answer === null) continue
      yield answer.file
      named.push(one)
    } catch (error) {
      if (!isFault(error) || error.kind !== 'missing') throw error
    }
  }
  const csv = Buffer.from(named.map(({ path, at }) => `"${path}","${at}"\n`).join(''))
  yield { path: 'vex/changed.csv', open: () => bytesOf(csv) }
}

async function* bytesOf(bytes: Uint8Array): AsyncIterable<Uint8Array> {
  yield bytes
}
