/** Feeds kept as their published files in a folder, as `match --feed DIR` reads them: for people without a database. The same judgement as in the app. */
import { createReadStream } from 'node:fs'
import { access, mkdir, mkdtemp, open, rename, rm } from 'node:fs/promises'
import path from 'node:path'
import { refusal } from '../../domain/advisory/feed-health.ts'
import { Fault, isFault } from '../../domain/fault.ts'
import { readPart } from '../../pipeline/update-feed/feed-reading.ts'
import { type UpdatedPart, withProblem } from '../../pipeline/update-feed.ts'
import type { FeedFile, Feeds, FetchedPart } from '../../ports/feeds.ts'
import { type FolderPart, readFolderState, writeFolderState } from './state.ts'

/** Files that wait for the judgement. */
const incoming = '.incoming-'

/** Like `updateFeed` of the pipeline, into `folder/<feed>/…`. Parts are always taken whole: an increment would leave old records beside new ones. */
export async function* updateFeedFolder(
  feeds: Pick<Feeds, 'fetch' | 'parse'>,
  folder: string,
  feed: string,
  asOf: Date,
  accept = false,
): AsyncIterable<UpdatedPart> {
  let parts = await readFolderState(folder)
  const keep = async (next: FolderPart) => {
    parts = [...parts.filter((one) => one.feed !== next.feed || one.part !== next.part), next]
    await writeFolderState(folder, parts)
  }
  const known: FolderPart[] = []
  for (const one of parts) if (one.feed === feed && (await areThere(folder, one))) known.push(one)
  try {
    const asked = known.map((one) => ({ ...one, newest: null }))
    for await (const fetched of feeds.fetch(feed, asked)) {
      const before = known.find(({ part }) => part === fetched.part) ?? null
      const { next, message, outcome, changed } = await takeIn(feeds, folder, feed, fetched, before, accept, asOf)
      await keep(next)
      yield { feed, part: fetched.part, outcome, items: next.items, changed, message }
    }
  } catch (error) {
    if (isFault(error)) for (const one of parts.filter((part) => part.feed === feed)) await keep({ ...one, alarm: error.message })
    throw error
  }
}

type Taken = Pick<UpdatedPart, 'outcome' | 'message' | 'changed'> & { readonly next: FolderPart }

async function takeIn(
  feeds: Pick<Feeds, 'parse'>,
  folder: string,
  feed: string,
  fetched: FetchedPart,
  before: FolderPart | null,
  accept: boolean,
  asOf: Date,
): Promise<Taken> {
  const { part } = fetched
  const empty = { feed, part, etag: null, newest: null, items: 0, bytes: 0, fingerprint: null, changedAt: asOf, checkedAt: asOf, alarm: null, files: [] }
  const alarm = (outcome: 'refused' | 'fault', message: string): Taken => ({ outcome, message, changed: 0, next: { ...(before ?? empty), alarm: message } })
  if (fetched.kind === 'fault') return alarm('fault', fetched.message)
  if (fetched.kind === 'unchanged') return { outcome: 'unchanged', message: null, changed: 0, next: { ...(before ?? empty), alarm: null, checkedAt: asOf } }
  if (fetched.kind === 'patch') return alarm('fault', 'it came as an increment, though all of it was asked for')
  await mkdir(folder, { recursive: true })
  const waiting = await mkdtemp(path.join(folder, incoming))
  try {
    const stored: StoredFile[] = []
    const reading = readPart(feeds, feed, storing(waiting, fetched.files, stored))
    let [read, problems] = [0, 0]
    for await (const item of reading.items) {
      if (item.kind === 'problem') problems += 1
      else read += 1
    }
    const { etag, newest } = fetched
    const last = before === null || before.items === 0 ? null : before
    const why = accept && read > 0 ? null : refusal('replace', last, { items: read, read, problems, newest })
    if (why !== null) return alarm('refused', withProblem(why, reading.problem()))
    const { bytes, fingerprint } = reading.published()
    const isSame = before !== null && before.fingerprint === fingerprint
    for (const file of stored) await place(file, path.join(folder, feed, file.path))
    const files = stored.map((file) => file.path)
    for (const old of before?.files ?? []) if (!files.includes(old)) await rm(path.join(folder, feed, old), { force: true })
    const changedAt = isSame ? before.changedAt : asOf
    const next = { feed, part, etag, newest, items: read, bytes, fingerprint, changedAt, checkedAt: asOf, alarm: null, files }
    return { outcome: isSame ? 'unchanged' : 'saved', message: reading.problem(), changed: 0, next }
  } catch (error) {
    if (!isFault(error)) throw error
    return alarm('fault', error.message)
  } finally {
    await rm(waiting, { recursive: true, force: true })
  }
}

type StoredFile = { readonly path: string; readonly at: string }

/** Each file written to `folder` before it is read from there; `stored` tells what there is. */
async function* storing(folder: string, files: AsyncIterable<FeedFile>, stored: StoredFile[]): AsyncIterable<FeedFile> {
  for await (const file of files) {
    if (!isInside(file.path)) throw new Fault('invalid', `the publisher names a file ${JSON.stringify(file.path)} that would lie outside of its folder`)
    const at = path.join(folder, String(stored.length))
    const handle = await open(at, 'wx')
    try {
      for await (const chunk of file.open()) await handle.writeFile(chunk)
    } finally {
      await handle.close()
    }
    stored.push({ path: file.path, at })
    yield { path: file.path, open: () => bytesOf(at) }
  }
}

async function* bytesOf(file: string): AsyncIterable<Uint8Array> {
  for await (const chunk of createReadStream(file)) yield chunk as Uint8Array
}

/** Relative, below the folder, and no file that a reader would pass over. */
function isInside(file: string): boolean {
  return file !== '' && !/[\0\\]/.test(file) && file.split('/').every((step) => step !== '' && step !== '.' && step !== '..')
}

async function place({ at }: StoredFile, file: string): Promise<void> {
  await mkdir(path.dirname(file), { recursive: true })
  await rename(at, file)
}

async function areThere(folder: string, { feed, files }: FolderPart): Promise<boolean> {
  const found = await Promise.all(
    files.map((file) =>
      access(path.join(folder, feed, file)).then(
        () => true,
        () => false,
      ),
    ),
  )
  return found.every(Boolean)
}
