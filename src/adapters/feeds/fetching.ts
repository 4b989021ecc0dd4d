/** What every feed's `fetch` is made of: one conditional GET per part, streamed, its faults told per part. */
import { Fault, isFault } from '../../domain/fault.ts'
import type { FeedFile, FeedPart, FetchedPart } from '../../ports/feeds.ts'
import type { HttpStream } from '../http/request.ts'
import type { FetchPorts } from './feed.ts'

/** One part that is one file at the publisher. */
export type PublishedFile = {
  readonly part: string
  /** The publisher's own: `https://security-tracker.debian.org`. */
  readonly origin: string
  /** On that origin, percent-encoded, with its first `/`. */
  readonly path: string
  /** As `parse` knows it: relative to the feed's root. */
  readonly file: string
  /** Bytes as published that we take at most. */
  readonly maxBytes: number
}

/** Downloads of feeds may take so long, ms. */
const patience = { totalMs: 20 * 60_000, idleMs: 60_000 }

/** Asks for `files` one after the other, each only for what is newer than the known part of its name. A host that cannot be reached for the first raises. */
export async function* fetchFiles(ports: FetchPorts, files: readonly PublishedFile[], known: readonly FeedPart[]): AsyncIterable<FetchedPart> {
  for (const [index, file] of files.entries()) {
    yield await asPart(file.part, index === 0, async () => {
      const answer = await conditionalGet(ports, file, known.find(({ part }) => part === file.part)?.etag ?? null)
      if (answer === null) return { kind: 'unchanged', part: file.part }
      return { kind: 'replace', part: file.part, etag: answer.etag, newest: answer.newest, files: only(answer.file) }
    })
  }
}

/** What `work` gives, and its faults as a value about `part`; `transient` ones of a host that has not answered at all are raised for the first part. */
export async function asPart(part: string, isFirst: boolean, work: () => Promise<FetchedPart>): Promise<FetchedPart> {
  try {
    return await work()
  } catch (error) {
    if (!isFault(error) || (isFirst && error.kind === 'transient' && !(error instanceof Refusal))) throw error
    return { kind: 'fault', part, message: error.message }
  }
}

/** The answer to a conditional GET: null where the publisher's ETag is still `etag`. `newest` is its Last-Modified as RFC 3339. Faults by status. */
export async function conditionalGet(
  { http, origin }: FetchPorts,
  { origin: publisher, path, file, maxBytes }: Omit<PublishedFile, 'part'>,
  etag: string | null,
): Promise<{ readonly file: FeedFile; readonly etag: string | null; readonly newest: string | null } | null> {
  const url = `${origin(publisher)}${path}`
  const answer = await http.stream({ url, maxBytes, headers: etag === null ? {} : { 'if-none-match': etag }, ...patience })
  if (answer.status === 304 || (answer.status === 200 && etag !== null && answer.headers['etag'] === etag)) {
    await leave(answer)
    return null
  }
  if (answer.status !== 200) {
    await leave(answer)
    throw statusFault(answer, url)
  }
  const modified = Date.parse(answer.headers['last-modified'] ?? '')
  return {
    file: { path: file, open: () => answer.body },
    etag: answer.headers['etag'] ?? null,
    newest: Number.isNaN(modified) ? null : new Date(modified).toISOString(),
  }
}

/** Closes the connection of an answer whose body nobody wants. */
async function leave(answer: HttpStream): Promise<void> {
  await answer.body[Symbol.asyncIterator]().return?.()
}

/** A host that did answer, but not with the part: others may be had. */
class Refusal extends Fault {}

function statusFault({ status }: HttpStream, url: string): Refusal {
  const { host, pathname } = new URL(url)
  const said = `${host} answered ${status} for ${pathname}`
  if (status === 404 || status === 410) return new Refusal('missing', `${said}; the publisher may have moved it`, { host })
  if (status === 401 || status === 403) return new Refusal('unauthorized', `${said}; a proxy may stand in between`, { host })
  return status >= 500 ? new Refusal('transient', `${said}; try again later`, { host }) : new Refusal('invalid', said, { host })
}

/** One file as the stream that a `FetchedPart` wants. */
export async function* only(file: FeedFile): AsyncIterable<FeedFile> {
  yield file
}
