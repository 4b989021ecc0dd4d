/**
 * `Packages` as a Berkeley DB hash, as rpm wrote it up to RHEL 8: buckets of pages that hold a number and a header in turns, headers mostly on overflow pages
 * (page layouts: Berkeley DB's dbinc/db_page.h). In the byte order of the machine that wrote it.
 */
import { type ByteOrder, ByteView, reasonOf, Unreadable } from './byte-view.ts'
import type { Report, StoredHeader } from './stored-header.ts'

const magic = { hash: 0x061561, btree: 0x053162 }
const pageHeaderLength = 26
/** P_HASH_UNSORTED and P_HASH. */
const hashPages = [2, 13]
const overflowPage = 7
const itemOnPage = 1
const itemOffPage = 3

/** The headers, bucket by bucket. A damaged header or bucket is reported; damage to the metadata raises `Unreadable`. */
export function* bdbHeaders(file: Uint8Array, report: Report): Generator<StoredHeader> {
  const database = openBdb(file)
  for (let bucket = 0; bucket <= database.maxBucket; bucket += 1) {
    try {
      for (let number = database.pageOfBucket(bucket); number !== 0; ) {
        const page = database.page(number, hashPages)
        yield* headersOn(page, database, report)
        number = page.u32(16)
      }
    } catch (error) {
      report(`bucket ${bucket}: ${reasonOf(error)}`)
    }
  }
}

type Bdb = {
  readonly maxBucket: number
  pageOfBucket(bucket: number): number
  /** The page of that number, which must be of one of these types. No page is given twice: none belongs to two chains. */
  page(number: number, types: readonly number[]): ByteView
}

function openBdb(file: Uint8Array): Bdb {
  const isHash = (order: ByteOrder): boolean => new ByteView(file, order).u32(12) === magic.hash
  if (new ByteView(file, 'little-endian').u32(12) === magic.btree || new ByteView(file, 'big-endian').u32(12) === magic.btree)
    throw new Unreadable('it is a Berkeley DB b-tree, which rpm never used for packages')
  const order = isHash('little-endian') ? 'little-endian' : 'big-endian'
  if (!isHash(order)) throw new Unreadable('it is no Berkeley DB hash')
  const meta = new ByteView(file, order)
  const [version, pageSize, lastPage, maxBucket] = [meta.u32(16), meta.u32(20), meta.u32(32), meta.u32(72)]
  if (version < 8 || version > 10) throw new Unreadable(`its version is ${version}`)
  if (meta.u8(24) !== 0) throw new Unreadable('it is encrypted')
  if (meta.u8(26) !== 0) throw new Unreadable('its pages have checksums or it is part of a set, which rpm never used')
  if (pageSize < 512 || pageSize > 65_536 || (pageSize & (pageSize - 1)) !== 0) throw new Unreadable(`its pages have ${pageSize} bytes`)
  if ((lastPage + 1) * pageSize > meta.length) throw new Unreadable('it is cut off')
  if (maxBucket > lastPage) throw new Unreadable(`it has ${maxBucket} buckets in ${lastPage} pages`)
  const seen = new Set<number>()
  return {
    maxBucket,
    // Buckets are made in doublings; `spares` holds for each doubling how many other pages lie before it.
    pageOfBucket: (bucket) => bucket + meta.u32(96 + 4 * (32 - Math.clz32(bucket))),
    page: (number, types) => {
      if (number === 0 || number > lastPage) throw new Unreadable(`it names page ${number} of ${lastPage}`)
      if (seen.has(number)) throw new Unreadable(`page ${number} is used twice`)
      seen.add(number)
      const page = new ByteView(meta.slice(number * pageSize, pageSize), order)
      if (page.u32(8) !== number || !types.includes(page.u8(25))) throw new Unreadable(`page ${number} is not what it should be`)
      return page
    },
  }
}

/** The pairs on a hash page: places of keys and values in turns, filled from the page's end. */
function* headersOn(page: ByteView, database: Bdb, report: Report): Generator<StoredHeader> {
  const items = page.u16(20)
  const place = (index: number): number => (index === 0 ? page.length : page.u16(pageHeaderLength + 2 * (index - 1)))
  const item = (index: number): ByteView => {
    const at = place(index + 1)
    return new ByteView(page.slice(at, place(index) - at), page.order)
  }
  for (let index = 0; index + 1 < items; index += 2) {
    const key = item(index)
    if (key.u8(0) !== itemOnPage || key.length !== 5) throw new Unreadable('a key is no number of a header')
    const number = key.u32(1)
    if (number === 0) continue // the highest number so far, not a header
    try {
      yield { number, blob: valueOf(item(index + 1), database) }
    } catch (error) {
      report(`header ${number}: ${reasonOf(error)}`)
    }
  }
}

function valueOf(item: ByteView, database: Bdb): Uint8Array {
  const kind = item.u8(0)
  if (kind === itemOnPage) return item.slice(1, item.length - 1)
  if (kind !== itemOffPage) throw new Unreadable(`it is stored in a way that rpm does not use (${kind})`)
  const parts: Uint8Array[] = []
  let left = item.u32(8)
  for (let number = item.u32(4); left > 0; ) {
    const page = database.page(number, [overflowPage])
    const part = page.slice(pageHeaderLength, page.u16(22))
    if (part.length === 0 || part.length > left) throw new Unreadable(`page ${number} holds ${part.length} of ${left} bytes`)
    parts.push(part)
    left -= part.length
    number = page.u32(16)
  }
  return Buffer.concat(parts)
}
