/** Published files as plain bytes: gzip, bzip2, xz and zstd taken off, within bounds. */
import { createRequire } from 'node:module'
import { Readable } from 'node:stream'
import type { ReadableStream as WebStream } from 'node:stream/web'
import zlib from 'node:zlib'
import { ZSTDDecoder } from 'zstddec/stream'
import { Fault, isFault } from '../../domain/fault.ts'
import type { FeedFile } from '../../ports/feeds.ts'
import { bunzip2 } from './bunzip2.ts'
import { wholeFrames } from './zstd-frames.ts'

/** `maxBytes`: of the plain file. `maxRatio`: plain bytes for each published one, counted from the first 8 MB on. */
export type PlainLimits = { readonly maxBytes: number; readonly maxRatio: number }

/** The largest feeds are Red Hat's and SUSE's OVAL, some 700 MB; XML of that kind shrinks up to 120 times. */
const defaults: PlainLimits = { maxBytes: 4_000_000_000, maxRatio: 400 }
/** Small files may shrink further than any ratio says. */
const freeBytes = 8_000_000

type Compression = 'gzip' | 'bzip2' | 'xz' | 'zstd'

const magics: readonly (readonly [Compression, readonly number[]])[] = [
  ['gzip', [0x1f, 0x8b]],
  ['bzip2', [0x42, 0x5a, 0x68]],
  ['xz', [0xfd, 0x37, 0x7a, 0x58, 0x5a, 0x00]],
  ['zstd', [0x28, 0xb5, 0x2f, 0xfd]],
]
const suffixes: readonly (readonly [Compression, RegExp])[] = [
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
  for await (const chunk of compression === null ? whole : decoders[compression](whole, file.path)) {
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

const decoders: Readonly<Record<Compression, (bytes: Bytes, where: string) => AsyncIterable<Uint8Array>>> = {
  gzip: (bytes, where) => throughNode(zlib.createGunzip(), bytes, where),
  bzip2: bunzip2,
  xz: unxz,
  zstd: unzstd,
}

/** Faults of the source pass; every other error is the content's. */
const asFault = (error: unknown, where: string): unknown =>
  isFault(error) ? error : new Fault('invalid', `${where} is cut off or damaged (${error instanceof Error ? error.message : 'unknown'})`, { cause: error })

async function* throughNode(decoder: NodeJS.ReadWriteStream & Readable, bytes: Bytes, where: string): AsyncIterable<Uint8Array> {
  const source = Readable.from(bytes, { objectMode: false })
  source.once('error', (error) => decoder.destroy(error))
  source.pipe(decoder)
  try {
    for await (const chunk of decoder) yield chunk as Uint8Array
  } catch (error) {
    throw asFault(error, where)
  } finally {
    source.destroy()
    decoder.destroy()
  }
}

type XzModule = { readonly XzReadableStream: new (compressed: WebStream<Uint8Array>) => WebStream<Uint8Array> }

/** One xz stream (its dictionary is refused above 64 MB). The module decodes one file at a time, and others wait: leaving early must cancel. */
async function* unxz(bytes: Bytes, where: string): AsyncIterable<Uint8Array> {
  const { XzReadableStream } = createRequire(import.meta.url)('xz-decompress') as XzModule
  const reader = new XzReadableStream(Readable.toWeb(Readable.from(bytes)) as WebStream<Uint8Array>).getReader()
  try {
    for (;;) {
      const next = await reader.read()
      if (next.done) return
      if (next.value.length > 0) yield next.value
    }
  } catch (error) {
    throw asFault(error, where)
  } finally {
    await reader.cancel().catch(() => undefined)
  }
}

/** An empty frame: it pushes out what the decoder still holds when a file ends with its last block. */
const emptyFrame = Buffer.from([0x50, 0x2a, 0x4d, 0x18, 0, 0, 0, 0])

/** By Node's own decoder where it has one (from 22.15 on), else by WebAssembly. */
async function* unzstd(bytes: Bytes, where: string): AsyncIterable<Uint8Array> {
  const create = (zlib as { readonly createZstdDecompress?: () => NodeJS.ReadWriteStream & Readable }).createZstdDecompress
  if (create !== undefined) return yield* throughNode(create(), wholeFrames(bytes, where), where)
  const decoder = new ZSTDDecoder()
  await decoder.init()
  let ahead: Uint8Array | null = null
  let isTaken = true
  const chunks: Iterator<Uint8Array> = {
    next() {
      isTaken = true
      return ahead === null ? { done: true, value: undefined } : { value: ahead }
    },
  }
  const output = decoder.decodeStreaming({ [Symbol.iterator]: () => chunks })
  async function* padded(): Bytes {
    yield* wholeFrames(bytes, where)
    yield emptyFrame
  }
  // The library takes a synchronous source, of which each turn reads one chunk at most: it lies ready before the turn.
  const source = padded()
  try {
    for (let wasSilent = false; ; ) {
      if (isTaken) {
        const next = await source.next()
        ahead = next.done === true ? null : next.value
        isTaken = false
      }
      const turn = output.next()
      if (turn.done === true) return
      // It does not look at libzstd's error codes: after one it gives nothing and takes nothing.
      if (wasSilent && !isTaken) throw new Error('not valid zstd')
      wasSilent = turn.value.length === 0
      if (!wasSilent) yield turn.value
    }
  } catch (error) {
    throw asFault(error, where)
  } finally {
    await source.return()
  }
}
