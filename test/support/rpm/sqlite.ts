/** A synthetic writer of `rpmdb.sqlite` and its write-ahead log, from https://www.sqlite.org/fileformat2.html: one tree of two levels, overflow pages, no indexes. */
import { words } from './header.ts'

/** Small, so that headers overflow. */
export const sqlitePageSize = 1024

/** The pages of a database whose table `Packages` holds these headers, numbered from 1, as many on a leaf as fit. */
export function writeSqlitePages(blobs: readonly Uint8Array[]): readonly Buffer[] {
  const pages: Buffer[] = [Buffer.alloc(sqlitePageSize), Buffer.alloc(sqlitePageSize)]
  const leaves: { readonly page: number; readonly lastRow: number }[] = []
  let cells: Buffer[] = []
  for (const [index, blob] of blobs.entries()) {
    cells.push(cell(index + 1, record([null, blob]), pages))
    const next = blobs[index + 1]
    const free = sqlitePageSize - cells.reduce((sum, { length }) => sum + length + 2, 8)
    if (next !== undefined && Math.min(next.length + 20, sqlitePageSize) < free) continue
    pages.push(treePage(13, cells))
    leaves.push({ page: pages.length, lastRow: index + 1 })
    cells = []
  }
  const last = leaves.at(-1)
  const root = treePage(
    last === undefined ? 13 : 5,
    leaves.slice(0, -1).map(({ page, lastRow }) => Buffer.concat([words(page), varint(lastRow)])),
    0,
    last?.page,
  )
  const schema = treePage(13, [cell(1, record(['table', 'Packages', 'Packages', 2, 'CREATE TABLE …']), pages)], 100)
  schema.write('SQLite format 3\0', 0)
  schema.writeUInt16BE(sqlitePageSize, 16)
  schema.set([2, 2, 0, 64, 32, 32], 18)
  schema.set(words(pages.length), 28)
  schema.set(words(1), 56)
  pages.splice(0, 2, schema, root)
  return pages
}

/** A write-ahead log in the given order of checksums: one transaction a list of frames, its last frame the commit, or none where it is not `committed`. */
export function writeWal(
  transactions: readonly { readonly frames: readonly (readonly [page: number, bytes: Uint8Array])[]; readonly committed: number | null }[],
  { isBigEndian = false, salt = [1, 2] as readonly [number, number] } = {},
): Buffer {
  const header = words(isBigEndian ? 0x377f0683 : 0x377f0682, 3_007_000, sqlitePageSize, 0, ...salt)
  let sum = checksum([0, 0], header, isBigEndian)
  const parts = [header, words(...sum)]
  for (const { frames, committed } of transactions)
    for (const [index, [page, bytes]] of frames.entries()) {
      const start = words(page, index === frames.length - 1 && committed !== null ? committed : 0)
      sum = checksum(checksum(sum, start, isBigEndian), bytes, isBigEndian)
      parts.push(start, words(...salt, ...sum), Buffer.from(bytes))
    }
  return Buffer.concat(parts)
}

function checksum(sum: readonly [number, number], bytes: Uint8Array, isBigEndian: boolean): [number, number] {
  const buffer = Buffer.from(bytes)
  const read = (at: number): number => (isBigEndian ? buffer.readUInt32BE(at) : buffer.readUInt32LE(at))
  let [a, b] = sum
  for (let at = 0; at < buffer.length; at += 8) {
    a = (a + read(at) + b) >>> 0
    b = (b + read(at + 4) + a) >>> 0
  }
  return [a, b]
}

function treePage(type: number, cells: readonly Buffer[], start = 0, rightMost?: number): Buffer {
  const page = Buffer.alloc(sqlitePageSize)
  page.writeUInt8(type, start)
  page.writeUInt16BE(cells.length, start + 3)
  if (rightMost !== undefined) page.writeUInt32BE(rightMost, start + 8)
  let free = sqlitePageSize
  for (const [index, bytes] of cells.entries()) {
    free -= bytes.length
    page.set(bytes, free)
    page.writeUInt16BE(free, start + (type === 5 ? 12 : 8) + 2 * index)
  }
  page.writeUInt16BE(free, start + 5)
  return page
}

/** A cell of a leaf; what does not fit is put on overflow pages at the end of `pages`. */
function cell(row: number, bytes: Buffer, pages: Buffer[]): Buffer {
  const head = Buffer.concat([varint(bytes.length), varint(row)])
  if (bytes.length <= sqlitePageSize - 35) return Buffer.concat([head, bytes])
  const least = Math.floor(((sqlitePageSize - 12) * 32) / 255) - 23
  const fitting = least + ((bytes.length - least) % (sqlitePageSize - 4))
  const kept = fitting <= sqlitePageSize - 35 ? fitting : least
  const first = pages.length + 1
  for (let at = kept; at < bytes.length; at += sqlitePageSize - 4) {
    const page = Buffer.alloc(sqlitePageSize)
    page.writeUInt32BE(at + sqlitePageSize - 4 < bytes.length ? pages.length + 2 : 0, 0)
    page.set(bytes.subarray(at, at + sqlitePageSize - 4), 4)
    pages.push(page)
  }
  return Buffer.concat([head, bytes.subarray(0, kept), words(first)])
}

function record(columns: readonly (null | number | string | Uint8Array)[]): Buffer {
  const types = columns.map((column) => {
    if (column === null) return varint(0)
    if (typeof column === 'number') return varint(1)
    return varint(typeof column === 'string' ? 13 + 2 * Buffer.byteLength(column) : 12 + 2 * column.length)
  })
  const header = Buffer.concat(types)
  const values = columns.map((column) =>
    column === null ? Buffer.alloc(0) : typeof column === 'number' ? Buffer.from([column]) : Buffer.from(column as string),
  )
  return Buffer.concat([varint(header.length + 1), header, ...values])
}

function varint(value: number): Buffer {
  const bytes = [value % 128]
  for (let rest = Math.floor(value / 128); rest > 0; rest = Math.floor(rest / 128)) bytes.unshift((rest % 128) + 128)
  return Buffer.from(bytes)
}
