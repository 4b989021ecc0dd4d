/** `rpmdb.sqlite`: the rows of one table of an SQLite file, read only, its write-ahead log applied (https://www.sqlite.org/fileformat2.html). */
import { ByteView, reasonOf, Unreadable } from './byte-view.ts'
import { readRecord, readVarint } from './sqlite-record.ts'
import { type NewerPages, readWal } from './sqlite-wal.ts'
import type { Report, StoredHeader } from './stored-header.ts'

const interiorPage = 5
const leafPage = 13
/** A table of 2^32 rows is less deep. */
const deepest = 20

/**
 * The rows of `Packages` (hnum, blob) in order. A damaged row or page is reported; a file that is none, or a log that cannot be applied, raises `Unreadable`:
 * without the log the file says what was true before.
 */
export function* sqliteHeaders(main: Uint8Array, wal: Uint8Array | null, report: Report): Generator<StoredHeader> {
  const pages = openPages(main, wal)
  let root: number | null = null
  for (const { record } of rows(pages, 1, report)) {
    const [type, name, , rootPage] = readRecord(record, 4)
    if (type === 'table' && name === 'Packages' && typeof rootPage === 'number') root = rootPage
  }
  if (root === null) throw new Unreadable('it has no table "Packages"')
  for (const { rowId, record } of rows(pages, root, report)) {
    const blob = readRecord(record, 2)[1]
    if (blob instanceof Uint8Array) yield { number: rowId, blob }
    else report(`header ${rowId}: it is not stored as bytes`)
  }
}

type Pages = {
  /** Bytes of a page that are used. */
  readonly usable: number
  /** The page of that number. No page is given twice: none belongs to two places of a tree or to two trees. */
  page(number: number): ByteView
}

function openPages(main: Uint8Array, wal: Uint8Array | null): Pages {
  const file = new ByteView(main, 'big-endian')
  if (new TextDecoder().decode(file.slice(0, 16)) !== 'SQLite format 3\0') throw new Unreadable('it is no SQLite database')
  const size = file.u16(16) === 1 ? 65_536 : file.u16(16)
  if (size < 512 || (size & (size - 1)) !== 0) throw new Unreadable(`its pages have ${size} bytes`)
  const newer = wal === null || wal.length === 0 ? { pages: new Map<number, Uint8Array>(), pageCount: null } : newerPages(wal, size)
  const count = newer.pageCount ?? Math.floor(file.length / size)
  const stored = (number: number): ByteView => new ByteView(newer.pages.get(number) ?? file.slice((number - 1) * size, size), 'big-endian')
  const first = stored(1)
  if (first.u32(56) > 1) throw new Unreadable('its text is not in UTF-8')
  const seen = new Set<number>()
  return {
    usable: size - first.u8(20),
    page: (number) => {
      if (number < 1 || number > count) throw new Unreadable(`it names page ${number} of ${count}`)
      if (seen.has(number)) throw new Unreadable(`page ${number} is used twice`)
      seen.add(number)
      return stored(number)
    },
  }
}

function newerPages(wal: Uint8Array, pageSize: number): NewerPages {
  try {
    return readWal(wal, pageSize)
  } catch (error) {
    throw new Unreadable(`its write-ahead log cannot be applied: ${reasonOf(error)}`)
  }
}

type Row = { readonly rowId: number; readonly record: Uint8Array }

/** The rows of the table whose tree begins at page `number`, by row id. */
function* rows(pages: Pages, number: number, report: Report, depth = 0): Generator<Row> {
  try {
    const page = pages.page(number)
    const start = number === 1 ? 100 : 0
    const kind = page.u8(start)
    if (kind !== interiorPage && kind !== leafPage) throw new Unreadable(`it is of type ${kind}`)
    if (depth > deepest) throw new Unreadable('it lies too deep')
    const cells = start + (kind === interiorPage ? 12 : 8)
    for (let index = 0; index < page.u16(start + 3); index += 1) {
      const at = page.u16(cells + 2 * index)
      if (kind === leafPage) yield* rowAt(page, at, pages, (problem) => report(`page ${number}, row ${index}: ${problem}`))
      else yield* rows(pages, page.u32(at), report, depth + 1)
    }
    if (kind === interiorPage) yield* rows(pages, page.u32(start + 8), report, depth + 1)
  } catch (error) {
    report(`page ${number}: ${reasonOf(error)}`)
  }
}

/** A cell of a leaf: length, row id, as much of the record as the page keeps, and the page on which it goes on. */
function* rowAt(page: ByteView, at: number, pages: Pages, report: Report): Generator<Row> {
  try {
    const [length, afterLength] = readVarint(page, at)
    const [rowId, start] = readVarint(page, afterLength)
    const kept = keptOnPage(length, pages.usable)
    const parts = [page.slice(start, kept)]
    let next = kept < length ? page.u32(start + kept) : 0
    for (let left = length - kept; left > 0; ) {
      const overflow = pages.page(next)
      const part = overflow.slice(4, Math.min(left, pages.usable - 4))
      parts.push(part)
      left -= part.length
      next = overflow.u32(0)
    }
    yield { rowId, record: parts.length === 1 && parts[0] !== undefined ? parts[0] : Buffer.concat(parts) }
  } catch (error) {
    report(reasonOf(error))
  }
}

/** How much of a record of that length stays in a leaf cell (https://www.sqlite.org/fileformat2.html#b_tree_pages, "X", "M" and "K"). */
function keptOnPage(length: number, usable: number): number {
  const most = usable - 35
  if (length <= most) return length
  const least = Math.floor(((usable - 12) * 32) / 255) - 23
  const fitting = least + ((length - least) % (usable - 4))
  return fitting <= most ? fitting : least
}
