/** The write-ahead log of an SQLite database (https://www.sqlite.org/fileformat2.html#the_write_ahead_log): pages that are newer than the file's. */
import { type ByteOrder, ByteView, Unreadable } from './byte-view.ts'

/** Pages by number, and how many pages the database has with them; null where the log committed nothing. */
export type NewerPages = { readonly pages: ReadonlyMap<number, Uint8Array>; readonly pageCount: number | null }

const magicLittleEndian = 0x377f0682
const magicBigEndian = 0x377f0683
const version = 3_007_000
const headerLength = 32
const frameHeaderLength = 24

/**
 * What the log adds to a database of that page size: the frames up to the last commit, each checked by the running checksum. As SQLite does, it ends at the
 * first frame that does not fit: frames of an older log, or of a transaction that was rolled back, may follow. Raises `Unreadable` where it cannot be applied:
 * a damaged header, another page size, a damaged first frame, or a commit that lies behind damage.
 */
export function readWal(wal: Uint8Array, pageSize: number): NewerPages {
  const view = new ByteView(wal, 'big-endian')
  if (view.length < headerLength) throw new Unreadable(`it has ${view.length} bytes, less than its header`)
  const magic = view.u32(0)
  if (magic !== magicLittleEndian && magic !== magicBigEndian) throw new Unreadable('it does not begin as one')
  if (view.u32(4) !== version) throw new Unreadable(`its version is ${view.u32(4)}`)
  if (view.u32(8) !== pageSize) throw new Unreadable(`its pages have ${view.u32(8)} bytes, those of the database ${pageSize}`)
  const order = magic === magicBigEndian ? 'big-endian' : 'little-endian'
  let sum = checksum([0, 0], view.slice(0, 24), order)
  if (!isSum(view, 24, sum)) throw new Unreadable('the checksum of its header is wrong')

  const hasSalt = (at: number): boolean => view.u32(at + 8) === view.u32(16) && view.u32(at + 12) === view.u32(20)
  const pages = new Map<number, Uint8Array>()
  let waiting: [number, Uint8Array][] = []
  let pageCount: number | null = null
  let at = headerLength
  for (; at + frameHeaderLength + pageSize <= view.length; at += frameHeaderLength + pageSize) {
    const page = view.slice(at + frameHeaderLength, pageSize)
    sum = checksum(checksum(sum, view.slice(at, 8), order), page, order)
    if (!hasSalt(at) || !isSum(view, at + 16, sum)) break
    waiting.push([view.u32(at), page])
    const committed = view.u32(at + 4)
    if (committed === 0) continue
    for (const [number, newer] of waiting) pages.set(number, newer)
    waiting = []
    pageCount = committed
  }
  if (at === headerLength) throw new Unreadable('its first frame is damaged')
  // Nothing but damage leaves a commit of this log behind a frame that does not fit: what was rolled back has none.
  for (; at + frameHeaderLength <= view.length; at += frameHeaderLength + pageSize)
    if (hasSalt(at) && view.u32(at + 4) !== 0) throw new Unreadable('a frame before one of its commits is damaged')
  return { pages, pageCount }
}

type Sum = readonly [number, number]

function isSum(view: ByteView, at: number, [first, second]: Sum): boolean {
  return view.u32(at) === first && view.u32(at + 4) === second
}

/** https://www.sqlite.org/fileformat2.html#checksum_algorithm; `bytes` are a multiple of 8. */
function checksum([first, second]: Sum, bytes: Uint8Array, order: ByteOrder): Sum {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  const isLittleEndian = order === 'little-endian'
  let [a, b] = [first, second]
  for (let at = 0; at < bytes.length; at += 8) {
    a = (a + view.getUint32(at, isLittleEndian) + b) >>> 0
    b = (b + view.getUint32(at + 4, isLittleEndian) + a) >>> 0
  }
  return [a, b]
}
