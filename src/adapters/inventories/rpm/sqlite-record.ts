/** Records of an SQLite table (https://www.sqlite.org/fileformat2.html#record_format). */
import { ByteView, Unreadable } from './byte-view.ts'

/** A column: text, a number, bytes, or null. A floating point number, which rpm has none of, is null too. */
export type Column = string | number | Uint8Array | null

/** A number of 1 to 9 bytes at `at`, and where it ends. Above 2^53 it loses precision and fits nothing that it could be compared with. */
export function readVarint(view: ByteView, at: number): readonly [value: number, end: number] {
  let value = 0
  for (let length = 1; length < 9; length += 1) {
    const byte = view.u8(at + length - 1)
    value = value * 128 + (byte & 0x7f)
    if (byte < 0x80) return [value, at + length]
  }
  return [value * 256 + view.u8(at + 8), at + 9]
}

/** The columns of a record, `most` of them at most. */
export function readRecord(bytes: Uint8Array, most: number): readonly Column[] {
  const view = new ByteView(bytes, 'big-endian')
  const columns: Column[] = []
  const [headerEnd, start] = readVarint(view, 0)
  let value = headerEnd
  for (let at = start; at < headerEnd && columns.length < most; ) {
    const [type, next] = readVarint(view, at)
    const length = type >= 12 ? Math.floor((type - 12) / 2) : (lengths[type] ?? 0)
    columns.push(readColumn(view.slice(value, length), type))
    value += length
    at = next
  }
  return columns
}

/** Bytes of the types that are no text and no bytes: null, integers, a floating point number, 0, 1. */
const lengths = [0, 1, 2, 3, 4, 6, 8, 8, 0, 0]

function readColumn(bytes: Uint8Array, type: number): Column {
  if (type >= 12) return type % 2 === 0 ? bytes : new TextDecoder().decode(bytes)
  if (type === 0 || type === 7) return null
  if (type === 8 || type === 9) return type - 8
  if (type > 9) throw new Unreadable(`a column of type ${type}`)
  return bytes.reduce((value, byte, at) => (at === 0 ? (byte << 24) >> 24 : value * 256 + byte), 0)
}
