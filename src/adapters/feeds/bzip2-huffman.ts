/** The Huffman codes of a bzip2 block. */
import { type BitReader, damaged } from './bzip2-bits.ts'

/** Longest code that the format allows. */
const maxCodeBits = 20
/** Codes up to this length, which nearly all are, are read at once. */
const fastBits = 10

/** `fast`: for each value of the next ten bits, length times 512 plus symbol; 0 where the code is longer, or none. */
export type HuffmanTable = {
  readonly fast: Uint16Array
  readonly shortest: number
  readonly longest: number
  readonly limit: Int32Array
  readonly base: Int32Array
  readonly symbols: Uint16Array
}

/** Which table each group of 50 symbols is written with, by index. */
export function readSelectors(bits: BitReader, tableCount: number, selectorCount: number, where: string): Uint8Array {
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

/** A table for that many symbols: canonical codes, told by their lengths. */
export function readTable(bits: BitReader, symbolCount: number, where: string): HuffmanTable {
  let length = bits.read(5)
  const lengths = Uint8Array.from({ length: symbolCount }, () => {
    for (;;) {
      if (length < 1 || length > maxCodeBits) throw damaged(where, 'has a damaged bzip2 block')
      if (bits.read(1) === 0) return length
      length += bits.read(1) === 0 ? 1 : -1
    }
  })
  const shortest = Math.min(...lengths)
  const longest = Math.max(...lengths)
  const symbols = Uint16Array.from(lengths.keys()).sort((a, b) => (lengths[a] ?? 0) - (lengths[b] ?? 0) || a - b)
  const limit = new Int32Array(maxCodeBits + 2).fill(-1)
  const base = new Int32Array(maxCodeBits + 2)
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
  return { fast: fastTable(lengths, symbols), shortest, longest, limit, base, symbols }
}

function fastTable(lengths: Uint8Array, symbols: Uint16Array): Uint16Array {
  const fast = new Uint16Array(1 << fastBits)
  let from = 0
  for (const symbol of symbols) {
    const length = lengths[symbol] ?? 0
    if (length > fastBits || from >= fast.length) break
    const to = from + (1 << (fastBits - length))
    fast.fill(length * 512 + symbol, from, to)
    from = to
  }
  return fast
}

/** The next symbol. */
export function readSymbol(bits: BitReader, table: HuffmanTable, where: string): number {
  const entry = table.fast[bits.peek(fastBits)] ?? 0
  if (entry !== 0) {
    bits.drop(entry >>> 9)
    return entry & 511
  }
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
