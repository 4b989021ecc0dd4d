/** Takes bzip2 off a stream, block by block (the format of bzip2 1.0; concatenated streams too). Our own since what npm has loops for ever on a hostile run length. */
import { Fault } from '../../domain/fault.ts'

/** Most code lengths, symbols and Huffman tables that the format allows. */
const limits = { codeBits: 20, tables: 6, group: 50 }
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

const damaged = (where: string, what: string): Fault => new Fault('invalid', `${where} ${what}`)

/** Bits of `bytes`, most significant first. */
class BitReader {
  readonly #bytes: Uint8Array
  readonly #where: string
  #next: number
  #hold = 0
  #held = 0

  /** From byte `at` on, of which only the lowest `left` bits are unread; 0: begins at a byte. */
  constructor(bytes: Uint8Array, at: number, where: string, left = 0) {
    this.#bytes = bytes
    this.#where = where
    this.#next = at
    if (left > 0) {
      this.#hold = (bytes[at] ?? 0) & ((1 << left) - 1)
      this.#held = left
      this.#next = at + 1
    }
  }

  /** Where a reader that goes on would begin: the byte that still has unread bits, else the next one. */
  get position(): number {
    return this.#held > 0 ? this.#next - 1 : this.#next
  }
  get bitsLeft(): number {
    return this.#held
  }
  /** The byte after the one that was read last. */
  get nextByte(): number {
    return this.#next
  }

  read(count: number): number {
    if (count > 16) return this.read(count - 16) * 65_536 + this.read(16)
    while (this.#held < count) {
      if (this.#next >= this.#bytes.length) throw damaged(this.#where, 'is cut off')
      this.#hold = (this.#hold << 8) | (this.#bytes[this.#next] ?? 0)
      this.#next += 1
      this.#held += 8
    }
    this.#held -= count
    const value = this.#hold >>> this.#held
    this.#hold &= (1 << this.#held) - 1
    return value
  }
}

type HuffmanTable = {
  readonly shortest: number
  readonly longest: number
  readonly limit: Int32Array
  readonly base: Int32Array
  readonly symbols: Uint16Array
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
  if (used.length === 0 || tableCount < 2 || tableCount > limits.tables || selectorCount === 0) throw damaged(where, 'has a damaged bzip2 block')
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
    if (read % limits.group === 0) table = tables[selectors[read / limits.group] ?? limits.tables]
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

function readSelectors(bits: BitReader, tableCount: number, selectorCount: number, where: string): Uint8Array {
  const order = [0, 1, 2, 3, 4, 5]
  return Uint8Array.from({ length: selectorCount }, () => {
    let index = 0
    while (bits.read(1) === 1) {
      index += 1
      if (index >= tableCount) throw damaged(where, 'has a damaged bzip2 block')
    }
    const [table = 0] = order.splice(index, 1)
    order.unshift(table)
    return table
  })
}

function readTable(bits: BitReader, symbolCount: number, where: string): HuffmanTable {
  let length = bits.read(5)
  const lengths = Uint8Array.from({ length: symbolCount }, () => {
    for (;;) {
      if (length < 1 || length > limits.codeBits) throw damaged(where, 'has a damaged bzip2 block')
      if (bits.read(1) === 0) return length
      length += bits.read(1) === 0 ? 1 : -1
    }
  })
  const shortest = Math.min(...lengths)
  const longest = Math.max(...lengths)
  const symbols = Uint16Array.from(lengths.keys()).sort((a, b) => (lengths[a] ?? 0) - (lengths[b] ?? 0) || a - b)
  const limit = new Int32Array(limits.codeBits + 2).fill(-1)
  const base = new Int32Array(limits.codeBits + 2)
  let code = 0
  let before = 0
  for (let size = shortest; size <= longest; size += 1) {
    const here = lengths.reduce((sum, other) => sum + (other === size ? 1 : 0), 0)
    base[size] = code - before
    code += here
    limit[size] = code - 1
    before += here
    code <<= 1
  }
  return { shortest, longest, limit, base, symbols }
}

function readSymbol(bits: BitReader, table: HuffmanTable, where: string): number {
  let size = table.shortest
  let code = bits.read(size)
  while (code > (table.limit[size] ?? -1)) {
    size += 1
    if (size > table.longest) throw damaged(where, 'has a damaged bzip2 block')
    code = (code << 1) | bits.read(1)
  }
  const symbol = table.symbols[code - (table.base[size] ?? 0)]
  if (symbol === undefined) throw damaged(where, 'has a damaged bzip2 block')
  return symbol
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
    out.fill(value, size, size + times)
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
