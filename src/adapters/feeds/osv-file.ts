/** Files of OSV records: one record, or a zip or tar archive of many. */
import type { FeedItem } from '../../domain/advisory/advisory.ts'
import { Fault, isFault } from '../../domain/fault.ts'
import type { FeedFile } from '../../ports/feeds.ts'
import { tarEntries, zipEntries } from './archive.ts'
import { plainText } from './decompress.ts'
import { type OsvContext, osvItems } from './osv-record.ts'

/** Ubuntu's kernel notices reach 20 MB. */
const maxRecordBytes = 64_000_000
/** Lists of records, and OSV's own descriptions. */
const noRecord = /(^|\/)(all|schema|ecosystems|index)\.json$/

/**
 * Claims `<id>.json`, and `.zip`, `.tar.gz`, `.tar.xz`, `.tar.zst`, `.tar.bz2`, `.tar` with such files inside. Raises `invalid` where the file, or the
 * archive, is cut off or none; a record of an archive that cannot be read is a problem that names it.
 */
export function parseOsvFile(file: FeedFile, context: OsvContext): AsyncIterable<FeedItem> | null {
  if (file.path.endsWith('.zip')) return parseArchive(zipEntries(file, { maxEntryBytes: maxRecordBytes }), file, context)
  if (/\.(tar(\.(gz|xz|zst|bz2))?|tgz|txz)$/.test(file.path)) return parseArchive(tarEntries(file, { maxEntryBytes: maxRecordBytes }), file, context)
  return isRecordName(file.path) ? parseRecord(file, context) : null
}

const isRecordName = (path: string): boolean => path.endsWith('.json') && !noRecord.test(path)

async function* parseArchive(entries: AsyncIterable<FeedFile>, archive: FeedFile, context: OsvContext): AsyncIterable<FeedItem> {
  let records = 0
  for await (const entry of entries) {
    if (!isRecordName(entry.path)) continue
    records += 1
    const where = `${archive.path}/${entry.path}`
    const read = await recordIn({ ...entry, path: where })
    if (isFault(read)) yield { kind: 'problem', where, message: read.message }
    else yield* osvItems(read, where, context)
  }
  if (records === 0) throw new Fault('invalid', `${archive.path} has no OSV records in it`)
}

async function* parseRecord(file: FeedFile, context: OsvContext): AsyncIterable<FeedItem> {
  const read = await recordIn(file)
  if (isFault(read)) throw read
  if (typeof read !== 'object' || read === null || !('id' in read)) throw new Fault('invalid', `${file.path} is no OSV record`)
  yield* osvItems(read, file.path, context)
}

/** The parsed content, or what is wrong with it; faults of the network pass. */
async function recordIn(file: FeedFile): Promise<unknown> {
  try {
    return JSON.parse(await plainText(file, maxRecordBytes)) as unknown
  } catch (cause) {
    if (isFault(cause) && cause.kind !== 'invalid') throw cause
    return isFault(cause) ? cause : new Fault('invalid', `${file.path} is cut off, or is no JSON`, { cause })
  }
}
