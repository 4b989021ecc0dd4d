/** Takes the compression off a stream of bytes, at the reader's pace. How much of it is too much is for the reader to say: each chunk is bounded, their number is not. */
import { createRequire } from 'node:module'
import { Readable } from 'node:stream'
import type { ReadableStream as WebStream } from 'node:stream/web'
import { createGunzip } from 'node:zlib'
import { Damaged } from './damaged.ts'
import { unzstd } from './unzstd.ts'

/** What is understood: gzip and zstd of any number of members or frames, one xz stream. */
export type Compression = 'gzip' | 'xz' | 'zstd'

/** `bytes` decompressed. Raises `Damaged` where they are not whole, and what `bytes` raises. Leaving early ends `bytes`. */
export async function* decompress(compression: Compression, bytes: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array, void, undefined> {
  const failures: unknown[] = []
  async function* source(): AsyncGenerator<Uint8Array, void, undefined> {
    try {
      yield* bytes
    } catch (error) {
      failures.push(error)
      throw error
    }
  }
  try {
    yield* decoders[compression](source())
  } catch (error) {
    // Decoders tell of a source that broke in words of their own.
    if (failures.length > 0) throw failures[0]
    throw error instanceof Damaged ? error : new Damaged(error instanceof Error ? error.message : 'unknown', { cause: error })
  }
}

const decoders: Readonly<Record<Compression, (bytes: AsyncIterable<Uint8Array>) => AsyncIterable<Uint8Array>>> = { gzip: gunzip, xz: unxz, zstd: unzstd }

/** Inflating 256 KiB at a time takes half as long as Node's 16. */
const gunzipOptions = { chunkSize: 256 * 1024 }

async function* gunzip(bytes: AsyncIterable<Uint8Array>): AsyncIterable<Uint8Array> {
  const decoder = createGunzip(gunzipOptions)
  const source = Readable.from(bytes, { objectMode: false })
  source.once('error', (error) => decoder.destroy(error))
  source.pipe(decoder)
  try {
    for await (const chunk of decoder) yield chunk as Uint8Array
  } finally {
    source.destroy()
    decoder.destroy()
  }
}

type XzModule = { readonly XzReadableStream: new (compressed: WebStream<Uint8Array>) => WebStream<Uint8Array> }

/** Its dictionary is refused above 64 MB. The module decodes one stream at a time, and others wait: leaving early must cancel. */
async function* unxz(bytes: AsyncIterable<Uint8Array>): AsyncIterable<Uint8Array> {
  const { XzReadableStream } = createRequire(import.meta.url)('xz-decompress') as XzModule
  const reader = new XzReadableStream(Readable.toWeb(Readable.from(bytes)) as WebStream<Uint8Array>).getReader()
  try {
    for (let next = await reader.read(); !next.done; next = await reader.read()) if (next.value.length > 0) yield next.value
  } finally {
    await reader.cancel().catch(() => undefined)
  }
}
