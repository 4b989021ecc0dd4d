/** Fetches OSV's exports, an ecosystem at a time: only the records that changed where they are few, else the whole zip (https://google.github.io/osv.dev/data/). */
import { Fault } from '../../../domain/fault.ts'
import type { FeedFile, FeedPart, FetchedPart } from '../../../ports/feeds.ts'
import type { FetchPorts } from '../feed.ts'
import { asPart, conditionalGet, only } from '../fetching.ts'
import { linesOf } from '../lines.ts'
import { osvEcosystems } from '../osv-ecosystem.ts'
import { goneSuffix } from './parse.ts'
import { changeOf } from './schema.ts'

const origin = 'https://storage.googleapis.com'
/** More changes than this are fetched as the whole: a request for each would take longer. */
const mostChanges = 500
const maxBytes = { list: 200_000_000, zip: 2_000_000_000, record: 64_000_000 }

/** One part for each ecosystem that is known and in the table. The list of changes is asked for first: where its ETag is the same nothing has changed. */
export function fetch(ports: FetchPorts, known: readonly FeedPart[]): AsyncIterable<FetchedPart> {
  return fetchEcosystems(ports, known)
}

async function* fetchEcosystems(ports: FetchPorts, known: readonly FeedPart[]): AsyncIterable<FetchedPart> {
  const wanted = new Set(ports.distros.distros.flatMap(({ feeds, osvEcosystem }) => (feeds.includes('osv') ? (osvEcosystem ?? []) : [])))
  let isFirst = true
  for (const ecosystem of osvEcosystems.filter((name) => wanted.has(name))) {
    const before = known.find(({ part }) => part === ecosystem) ?? null
    yield await asPart(ecosystem, isFirst, () => fetchEcosystem(ports, ecosystem, before))
    isFirst = false
  }
}

async function fetchEcosystem(ports: FetchPorts, ecosystem: string, known: FeedPart | null): Promise<FetchedPart> {
  const list = await get(ports, ecosystem, 'modified_id.csv', maxBytes.list, known?.etag ?? null)
  if (list === null) return { kind: 'unchanged', part: ecosystem }
  const { newest, changed } = await changesSince(list.file, known?.newest ?? null)
  const about = { part: ecosystem, etag: list.etag, newest }
  if (changed === null) {
    const zip = await get(ports, ecosystem, 'all.zip', maxBytes.zip, null)
    if (zip === null) throw new Fault('invalid', `${ecosystem}/all.zip was answered with "not modified", which was not asked`)
    return { kind: 'replace', ...about, files: only(zip.file) }
  }
  return { kind: 'patch', ...about, files: records(ports, ecosystem, changed) }
}

function get(ports: FetchPorts, ecosystem: string, name: string, most: number, etag: string | null): ReturnType<typeof conditionalGet> {
  const path = `/osv-vulnerabilities/${encodeURIComponent(ecosystem)}/${encodeURIComponent(name)}`
  return conditionalGet(ports, { origin, path, file: `${ecosystem}/${name}`, maxBytes: most }, etag)
}

/** The newest change, and the ids that changed after `since`, oldest last; null instead of them where they are too many, or nothing was known. */
async function changesSince(list: FeedFile, since: string | null): Promise<{ readonly newest: string; readonly changed: readonly string[] | null }> {
  let newest: string | null = null
  const changed: string[] = []
  for await (const { line, number, isWhole } of linesOf(list.open(), list.path)) {
    const change = isWhole ? changeOf(line) : null
    if (change === null) throw new Fault('invalid', `${list.path}:${number} is not a time and an id`)
    newest ??= change.modified
    // The list is broken off here on purpose, which closes the connection. A record of the very same time may be new, a record that is known is the same again.
    if (since === null || changed.length > mostChanges) return { newest, changed: null }
    if (Date.parse(change.modified) < Date.parse(since)) break
    if (change.modified !== since) changed.push(change.id)
  }
  if (newest === null) throw new Fault('invalid', `${list.path} is empty`)
  return { newest, changed }
}

/** Oldest first, so that what was read before a fault is a whole past state. */
async function* records(ports: FetchPorts, ecosystem: string, ids: readonly string[]): AsyncIterable<FeedFile> {
  for (const id of ids.toReversed()) {
    try {
      const record = await get(ports, ecosystem, `${id}.json`, maxBytes.record, null)
      if (record !== null) yield record.file
    } catch (error) {
      if (!(error instanceof Fault) || error.kind !== 'missing') throw error
      yield { path: `${ecosystem}/${id}${goneSuffix}`, open: nothing }
    }
  }
}

async function* nothing(): AsyncIterable<Uint8Array> {}
