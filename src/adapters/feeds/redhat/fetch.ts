/** Where Red Hat publishes its VEX: an archive now and then, and lists of what changed and was deleted since. */
import { Fault } from '../../../domain/fault.ts'
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
/** Lists are not written at the moment of the change. */
const overlapMs = 6 * 3_600_000

/** One part, `vex`: the newest archive for the first time, and from then on the documents that changed. Its ETag is that of `changes.csv`. */
export async function* fetchRedHat(ports: FetchPorts, known: readonly FeedPart[]): AsyncIterable<FetchedPart> {
  yield await asPart(part, true, async () => {
    const last = known.find((one) => one.part === part)
    if (last?.newest == null) return await archive(ports)
    const answer = await conditionalGet(ports, { origin, path: `${folder}/changes.csv`, file: 'vex/changes.csv', maxBytes: 100_000_000 }, last.etag)
    if (answer === null) return { kind: 'unchanged', part }
    const all = changesOf(await plainText(answer.file, 100_000_000), 'vex/changes.csv')
    const since = new Date(Date.parse(last.newest) - overlapMs).toISOString()
    const changes = all.filter(({ at }) => at > since)
    if (changes.length > maxChanges) return await archive(ports)
    const deletions = (await list(ports, 'deletions.csv')).filter(({ at }) => at > since)
    const newest = [last.newest, ...changes.map(({ at }) => at)].reduce((one, other) => (one > other ? one : other))
    return { kind: 'patch', part, etag: answer.etag, newest, files: documents(ports, changes, deletions) }
  })
}

/** All documents; `newest` is the day in the archive's name, from which the changes go on. */
async function archive(ports: FetchPorts): Promise<FetchedPart> {
  const named = await conditionalGet(ports, { origin, path: `${folder}/archive_latest.txt`, file: 'vex/archive_latest.txt', maxBytes: 1_000 }, null)
  const name = /^csaf_vex_(\d{4}-\d\d-\d\d)\.tar\.zst$/.exec(named === null ? '' : (await plainText(named.file, 1_000)).trim())
  if (name === null) throw new Fault('invalid', 'vex/archive_latest.txt names no archive', { host: new URL(origin).host })
  const answer = await conditionalGet(ports, { origin, path: `${folder}/${name[0]}`, file: `vex/${name[0]}`, maxBytes: 4_000_000_000 }, null)
  if (answer === null) return { kind: 'unchanged', part }
  return { kind: 'replace', part, etag: null, newest: `${name[1]}T00:00:00Z`, files: only(answer.file) }
}

async function list(ports: FetchPorts, name: string): Promise<readonly Change[]> {
  const answer = await conditionalGet(ports, { origin, path: `${folder}/${name}`, file: `vex/${name}`, maxBytes: 100_000_000 }, null)
  return answer === null ? [] : changesOf(await plainText(answer.file, 100_000_000), `vex/${name}`)
}

/** The changed documents, and the deletions as the list they came from. One that is gone by now is passed over: the next list of deletions names it. */
async function* documents(ports: FetchPorts, changes: readonly Change[], deletions: readonly Change[]): AsyncIterable<FeedFile> {
  const changed = new Map(changes.map(({ path, at }) => [path, at]))
  const gone = deletions.filter(({ path, at }) => (changed.get(path) ?? '') <= at)
  for (const { path } of gone) changed.delete(path)
  if (gone.length > 0) {
    const csv = gone.map(({ path, at }) => `"${path}","${at}"\n`).join('')
    yield { path: 'vex/deleted.csv', open: () => bytesOf(Buffer.from(csv)) }
  }
  for (const path of changed.keys()) {
    try {
      const answer = await conditionalGet(ports, { origin, path: `${folder}/${path}`, file: `vex/${path}`, maxBytes: 200_000_000 }, null)
      if (answer !== null) yield answer.file
    } catch (error) {
      if (!(error instanceof Fault) || error.kind !== 'missing') throw error
    }
  }
}

async function* bytesOf(bytes: Uint8Array): AsyncIterable<Uint8Array> {
  yield bytes
}
