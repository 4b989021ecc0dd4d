/**
 * A synthetic writer of `Packages` (a Berkeley DB hash of version 9), from the page layouts in Berkeley DB's dbinc/db_page.h. Debian's rpm reads such files and
 * cannot write them: `test/real/rpm.test.ts` has it read these.
 */

const pageSize = 4096
const buckets = 4

/**
 * A database of these headers, numbered from 1. Buckets 0 and 1 come first, then the overflow pages, then buckets 2 and 3, as a file that grew has them.
 * Headers of less than 1,000 bytes stay on the bucket's page.
 */
export function writeBdb(blobs: readonly Uint8Array[], order: 'little-endian' | 'big-endian'): Buffer {
  const isLittle = order === 'little-endian'
  const u32 = (bytes: Buffer, at: number, value: number): number => (isLittle ? bytes.writeUInt32LE(value, at) : bytes.writeUInt32BE(value, at))
  const u16 = (bytes: Buffer, at: number, value: number): number => (isLittle ? bytes.writeUInt16LE(value, at) : bytes.writeUInt16BE(value, at))
  const key = (number: number): Buffer => {
    const bytes = Buffer.alloc(5, 1)
    u32(bytes, 1, number)
    return bytes
  }
  const newPage = (number: number, type: number): Buffer => {
    const page = Buffer.alloc(pageSize)
    u32(page, 8, number)
    page.writeUInt8(type, 25)
    return page
  }
  const numberOf = (page: Buffer): number => (isLittle ? page.readUInt32LE(8) : page.readUInt32BE(8))

  const between: Buffer[] = []
  const add = (type: number): Buffer => {
    const page = newPage(3 + between.length, type)
    between.push(page)
    return page
  }
  const offPage = (blob: Uint8Array): Buffer => {
    const item = Buffer.alloc(12)
    item.writeUInt8(3, 0)
    u32(item, 8, blob.length)
    let previous: Buffer | null = null
    for (let at = 0; at < blob.length; at += pageSize - 26) {
      const part = blob.subarray(at, at + pageSize - 26)
      const page = add(7)
      page.set(part, 26)
      u16(page, 22, part.length)
      u16(page, 20, 1)
      if (previous === null) u32(item, 4, numberOf(page))
      else u32(previous, 16, numberOf(page))
      previous = page
    }
    return item
  }

  const pairs: (readonly [Buffer, Buffer])[][] = Array.from({ length: buckets }, () => [])
  const put = (number: number, value: Buffer): void => void pairs[hash(key(number).subarray(1)) % buckets]?.push([key(number), value])
  put(0, key(blobs.length))
  for (const [index, blob] of blobs.entries()) put(index + 1, blob.length < 1000 ? Buffer.concat([Buffer.from([1]), blob]) : offPage(blob))

  const heads = pairs.map((bucket) => {
    const head = newPage(0, 13)
    let page = head
    let [items, free] = [0, pageSize]
    for (const [name, value] of bucket) {
      if (free - name.length - value.length < 26 + 2 * (items + 2)) {
        const next = add(13)
        u32(page, 16, numberOf(next))
        page = next
        ;[items, free] = [0, pageSize]
      }
      for (const item of [name, value]) {
        free -= item.length
        page.set(item, free)
        u16(page, 26 + 2 * items, free)
        items += 1
      }
      u16(page, 20, items)
      u16(page, 22, free)
    }
    return head
  })
  const numbers = [1, 2, 3 + between.length, 4 + between.length]
  for (const [bucket, head] of heads.entries()) u32(head, 8, numbers[bucket] ?? 0)

  const meta = newPage(0, 8)
  const fields: readonly (readonly [number, number])[] = [
    [12, 0x061561],
    [16, 9],
    [20, pageSize],
    [32, 4 + between.length],
    [40, blobs.length + 1],
    [44, blobs.length + 1],
    [72, buckets - 1],
    [76, buckets - 1],
    [80, buckets / 2 - 1],
    [88, blobs.length + 1],
    [96, 1],
    [100, 1],
    [104, 1 + between.length],
  ]
  for (const [at, value] of fields) u32(meta, at, value)
  const [first, second, ...rest] = heads
  return Buffer.concat([meta, first!, second!, ...between, ...rest])
}

/** The hash that Berkeley DB uses unless it is given another (FNV). */
function hash(bytes: Uint8Array): number {
  return bytes.reduce((value, byte) => (Math.imul(value, 16_777_619) ^ byte) >>> 0, 0)
}
