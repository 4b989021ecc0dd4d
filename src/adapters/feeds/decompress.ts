/** Published files as plain bytes: gzip, bzip2, xz and zstd taken off, within bounds. */
import { Fault } from '../../domain/fault.ts'
import { Damaged } from '../../lib/decompress/damaged.ts'
import { type Compression, decompress } from '../../lib/decompress/decompress.ts'
import type { FeedFile } from '../../ports/feeds.ts'
import { bunzip2 } from './bunzip2.ts'

/** `maxBytes`: of the plain file. `maxRatio`: plain bytes for each published one, counted from the first 8 MB on. */
export type PlainLimits = { readonly maxBytes: number; readonly maxRatio: number }

/** The largest feeds are Red Hat's and SUSE's OVAL, some 700 MB; XML of that kind shrinks up to 120 times. */
const defaults: PlainLimits = { maxBytes: 4_000_000_000, maxRatio: 400 }
/** Small files may shrink further than any ratio says. */
const freeBytes = 8_000_000

type Packing = Compression | 'bzip2'

const magics: readonly (readonly [Packing, readonly number[]])[] = [
  ['gzip', [0x1f, 0x8b]],
  ['bzip2', [0x42, 0x5a, 0x68]],
  ['xz', [0xfd, 0x37, 0x7a, 0x58, 0x5a, 0x00]],
  ['zstd', [0x28, 0xb5, 0x2f, 0xfd]],
]
const suffixes: readonly (readonly [Packing, RegExp])[] = [
  ['gzip', /\.t?gz$/],
  ['bzip2', /\.t?bz2$/],
  ['xz', /\.t?xz$/],
  ['zstd', /\.t?zst$/],
]

/**
 * The plain bytes of a published file, at the reader's pace. What is compressed is told by its first bytes, and must be where the name says so. Raises
 * `invalid`, beginning with the file's path, where it is cut off, damaged or larger than `limits` allow; the faults of `file.open()` pass as they are.
 */
export async function* plainBytes(file: FeedFile, limits: Partial<PlainLimits> = {}): AsyncIterable<Uint8Array> {
  const { maxBytes, maxRatio } = { ...defaults, ...limits }
  const published = { bytes: 0 }
  const [head, whole] = await peek(counted(file.open(), published))
  const compression = magics.find(([, magic]) => magic.every((byte, at) => head[at] === byte))?.[0] ?? null
  const promised = suffixes.find(([, suffix]) => suffix.test(file.path))?.[0]
  if (promised !== undefined && promised !== compression) {
    await whole.return?.()
    throw new Fault('invalid', `${file.path} is not ${promised}, as its name says`)
  }
  let plain = 0
  for await (const chunk of compression === null ? whole : unpacked(compression, whole, file.path)) {
    plain += chunk.length
    if (plain > maxBytes) throw new Fault('invalid', `${file.path} is larger than ${maxBytes} bytes when unpacked; gave up`)
    if (plain > freeBytes && plain > published.bytes * maxRatio) {
      throw new Fault('invalid', `${file.path} unpacks to more than ${maxRatio} times its size; gave up`)
    }
    yield chunk
  }
}

/** The plain text of a file of at most `maxBytes`; for feeds whose files are small. Faults as `plainBytes`, and `invalid` where it is not UTF-8. */
export async function plainText(file: FeedFile, maxBytes: number): Promise<string> {
  const chunks: Uint8Array[] = []
  for await (const chunk of plainBytes(file, { maxBytes })) chunks.push(chunk)
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(Buffer.concat(chunks))
  } catch (cause) {
    throw new Fault('invalid', `${file.path} is not UTF-8 text`, { cause })
  }
}

type Bytes = AsyncGenerator<Uint8Array, void, undefined>

async function* counted(bytes: AsyncIterable<Uint8Array>, count: { bytes: number }): Bytes {
  for await (const chunk of bytes) {
    count.bytes += chunk.length
    yield chunk
  }
}

/** The first six bytes, or fewer where there are no more, and all of the bytes. */
async function peek(bytes: Bytes): Promise<[Uint8Array, Bytes]> {
  let head: Uint8Array = new Uint8Array(0)
  while (head.length < 6) {
    const next = await bytes.next()
    if (next.done === true) break
    head = head.length === 0 ? next.value : Buffer.concat([head, next.value])
  }
  async function* whole(): Bytes {
    try {
      if (head.length > 0) yield head
      yield* bytes
    } finally {
      await bytes.return()
    }
  }
  return [head, whole()]
}

/** What is in the file decompressed. Faults of the source pass. */
async function* unpacked(compression: Packing, bytes: Bytes, where: string): AsyncIterable<Uint8Array> {
  if (compression === 'bzip2') return yield* bunzip2(bytes, where)
  try {
    yield* decompress(compression, bytes)
  } catch (error) {
    throw error instanceof Damaged ? new Fault('invalid', `${where} is cut off or damaged (${error.message})`, { cause: error }) : error
  }
}
