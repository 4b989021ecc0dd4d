/** Takes bzip2 off a stream, block by block (the format of bzip2 1.0; concatenated streams too). Our own since what npm has loops for ever on a hostile run length. */
import { BitReader, damaged } from './bzip2-bits.ts'
import { readSelectors, readSymbol, readTable } from './bzip2-huffman.ts'

/** Tables that a block may have, and symbols that are written with one before the next is chosen. */
const [maxTables, groupSymbols] = [6, 50]
/** Decompressed bytes given out at once: a block of 900 kB may stand for 46 MB. */
const chunkBytes = 65_536

/**
 * The plain bytes of `bytes`, in chunks of 64 kB at most. Holds one block: 4 MB. Raises `invalid`, beginning with `where`, for what is no bzip2, is cut off,
 * or fails its checksums.
 */
export async function* bunzip2(bytes: AsyncIterable<Uint8Array>, where: string): AsyncIterable<Uint8Array> {
  const source = bytes[Symbol.asyncIterator]()
  let held: Uint8Array = new Uint8Array(0)
  let at = 0
  let isAtEnd = false
  try {
    /** At least `least` bytes from `at` on, unless the source ends; read well ahead, so that bytes are moved rarely. */
    const fill = async (least: number): Promise<void> => {
      if (held.length - at >= least || isAtEnd) return
      const parts = [held.subarray(at)]
      let size = held.length - at
      while (size < least + 1_000_000 && !isAtEnd) {
        const next = await source.next()
        if (next.done === true) isAtEnd = true
        else {
          parts.push(next.value)
          size += next.value.length
        }
      }
      held = Buffer.concat(parts)
      at = 0
    }
    for (let streams = 0; ; streams += 1) {
      await fill(4)
      if (held.length - at === 0 && streams > 0) return
      const level = (held[at + 3] ?? 0) - 0x30
      if (held[at] !== 0x42 || held[at + 1] !== 0x5a || held[at + 2] !== 0x68 || level < 1 || level > 9) throw damaged(where, 'is not bzip2')
      const most = level * 100_000
      const block = new Uint32Array(most)
      let bits = new BitReader(held, at + 4, where)
      let streamCrc = 0
      for (;;) {
        // A block may begin inside a byte. No compressor makes a block larger than its content and its tables.
        const [position, bit] = [bits.position, bits.bitsLeft]
        at = position
        await fill(Math.floor(most * 1.25) + 65_536)
        bits = new BitReader(held, at, where, bit)
        const magic = bits.read(24) * 0x1000000 + bits.read(24)
        const crc = bits.read(32)
        if (magic === 0x177245385090) {
          if (crc !== streamCrc) throw damaged(where, 'fails its checksum')
          at = bits.nextByte
          break
        }
        if (magic !== 0x314159265359) throw damaged(where, 'has a damaged bzip2 block')
        streamCrc = (((streamCrc << 1) | (streamCrc >>> 31)) ^ crc) >>> 0
        const start = readBlock(bits, block, where)
        let blockCrc = 0xffffffff
        for (const chunk of unrun(block, start.count, start.origin)) {
          blockCrc = crc32(blockCrc, chunk)
          yield chunk
        }
        if (~blockCrc >>> 0 !== crc) throw damaged(where, 'fails its checksum')
      }
    }
  } finally {
    await source.return?.()
  }
}

/** Reads a block's symbols into `block`, and turns it into the chain that `unrun` follows. */
function readBlock(bits: BitReader, block: Uint32Array, where: string): { readonly count: number; readonly origin: number } {
  if (bits.read(1) === 1) throw damaged(where, 'is randomized, as bzip2 before 0.9.5 did')
  const origin = bits.read(24)
  const used: number[] = []
  const rows = bits.read(16)
  for (let row = 0; row < 16; row += 1) {
    if (((rows >> (15 - row)) & 1) === 0) continue
    const columns = bits.read(16)
    for (let column = 0; column < 16; column += 1) if (((columns >> (15 - column)) & 1) === 1) used.push(row * 16 + column)
  }
  const tableCount = bits.read(3)
  const selectorCount = bits.read(15)
  if (used.length === 0 || tableCount < 2 || tableCount > maxTables || selectorCount === 0) throw damaged(where, 'has a damaged bzip2 block')
  const selectors = readSelectors(bits, tableCount, selectorCount, where)
  const tables = Array.from({ length: tableCount }, () => readTable(bits, used.length + 2, where))

  const front = Uint8Array.from(used)
  const totals = new Uint32Array(256)
  const endOfBlock = used.length + 1
  let count = 0
  let run = 0
  let runUnit = 1
  let table = tables[0]
  for (let read = 0; ; read += 1) {
    if (read % groupSymbols === 0) table = tables[selectors[read / groupSymbols] ?? maxTables]
    if (table === undefined) throw damaged(where, 'has a damaged bzip2 block')
    const symbol = readSymbol(bits, table, where)
    if (symbol < 2) {
      run += runUnit << symbol
      runUnit <<= 1
      // Checked with each digit, so that the sum cannot overflow.
      if (run > block.length - count) throw damaged(where, 'has a damaged bzip2 block')
      continue
    }
    if (run > 0) {
      const byte = front[0] ?? 0
      totals[byte] = (totals[byte] ?? 0) + run
      block.fill(byte, count, count + run)
      count += run
      run = 0
      runUnit = 1
    }
    if (symbol === endOfBlock) break
    if (count >= block.length) throw damaged(where, 'has a damaged bzip2 block')
    const byte = front[symbol - 1] ?? 0
    for (let from = symbol - 2; from >= 0; from -= 1) front[from + 1] = front[from] ?? 0
    front[0] = byte
    totals[byte] = (totals[byte] ?? 0) + 1
    block[count] = byte
    count += 1
  }
  if (origin >= count) throw damaged(where, 'has a damaged bzip2 block')
  let sum = 0
  for (let byte = 0; byte < 256; byte += 1) {
    const total = totals[byte] ?? 0
    totals[byte] = sum
    sum += total
  }
  for (let index = 0; index < count; index += 1) {
    const byte = (block[index] ?? 0) & 0xff
    const place = totals[byte] ?? 0
    totals[byte] = place + 1
    block[place] = (block[place] ?? 0) | (index << 8)
  }
  return { count, origin }
}

/** Follows the chain, and undoes the run lengths of the first stage: four equal bytes are followed by how many more there are. */
function* unrun(block: Uint32Array, count: number, origin: number): Iterable<Uint8Array> {
  let out = new Uint8Array(chunkBytes)
  let size = 0
  let entry = block[origin] ?? 0
  let last = -1
  let equal = 0
  for (let index = 0; index < count; index += 1) {
    entry = block[entry >>> 8] ?? 0
    const byte = entry & 0xff
    const times = equal === 4 ? byte : 1
    const value = equal === 4 ? last : byte
    equal = equal === 4 ? 0 : byte === last ? equal + 1 : 1
    last = equal === 0 ? -1 : byte
    if (size + times > chunkBytes) {
      yield out.subarray(0, size)
      out = new Uint8Array(chunkBytes)
      size = 0
    }
    if (times === 1) out[size] = value
    else out.fill(value, size, size + times)
    size += times
  }
  if (size > 0) yield out.subarray(0, size)
}

/** CRC-32 as bzip2 has it: polynomial 0x04c11db7, not reflected. */
const crcTable = Uint32Array.from({ length: 256 }, (_, byte) => {
  let crc = byte << 24
  for (let bit = 0; bit < 8; bit += 1) crc = crc < 0 ? (crc << 1) ^ 0x04c11db7 : crc << 1
  return crc >>> 0
})

function crc32(crc: number, bytes: Uint8Array): number {
  let sum = crc
  for (const byte of bytes) sum = ((sum << 8) ^ (crcTable[((sum >>> 24) ^ byte) & 0xff] ?? 0)) >>> 0
  return sum
}
