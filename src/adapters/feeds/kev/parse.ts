/** Reads CISA's catalog of known exploited vulnerabilities. */
import type { FeedItem } from '../../../domain/advisory/advisory.ts'
import { Fault } from '../../../domain/fault.ts'
import type { FeedFile } from '../../../ports/feeds.ts'
import { plainBytes } from '../decompress.ts'
import { jsonMembers } from '../json-members.ts'
import { kevEntry } from './schema.ts'

/** Claims JSON files. */
export function parse(file: FeedFile): AsyncIterable<FeedItem> | null {
  return /\.json(\.gz)?$/.test(file.path) ? parseCatalog(file) : null
}

async function* parseCatalog(file: FeedFile): AsyncIterable<FeedItem> {
  const isList = (path: readonly (string | number)[]): boolean => path.length === 1 && path[0] === 'vulnerabilities'
  let entries = 0
  for await (const { path, value } of jsonMembers(plainBytes(file, { maxBytes: 200_000_000 }), file.path, isList)) {
    if (path[0] !== 'vulnerabilities' || path.length < 2) continue
    entries += 1
    const entry = kevEntry.safeParse(value)
    if (entry.success) yield { kind: 'exploited', vulnerability: entry.data.cveID, since: entry.data.dateAdded }
    else yield { kind: 'problem', where: `${file.path}: entry ${entries}`, message: 'has no CVE id, or no day' }
  }
  if (entries === 0) throw new Fault('invalid', `${file.path} is not the catalog: it lists no vulnerabilities`)
}
