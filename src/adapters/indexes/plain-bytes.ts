/** Index files unpacked: gzip, xz and zstd, within bounds. */
import { createRequire } from 'node:module'
import { Readable } from 'node:stream'
import type { ReadableStream as WebStream } from 'node:stream/web'
import { setImmediate as nextTurn } from 'node:timers/promises'
import { createGunzip } from 'node:zlib'
import { ZSTDDecoder } from 'zstddec/stream'
import { Fault, isFault } from '../../domain/fault.ts'

/** How a file is packed; `none` for plain ones. */
export type Packing = 'gzip' | 'xz' | 'zstd' | 'none'

/** Fedora's primary.xml, the largest we know, has some 200 MB. */
const mostPlain = 600_000_000

/** The packing that the ending of a path promises. */
export function packingOf(path: string): Packing {
  return /\.t?gz$/.test(path) ? 'gzip' : path.endsWith('.xz') ? 'xz' : path.endsWith('.zst') ? 'zstd' : 'none'
}

/** The plain bytes, chunk by chunk at the reader's pace. Raises `invalid` where `bytes` are not packed like that, are cut off, or unpack to more than 600 MB. */
export async function* plainBytes(bytes: Uint8Array, packing: Packing): AsyncIterable<Uint8Array> {
  let plain = 0
  try {
    for await (const chunk of unpackers[packing](bytes)) {
      plain += chunk.length
      if (plain > mostPlain) throw new Fault('invalid', `its index unpacks to more than ${mostPlain} bytes; gave up`)
      yield chunk
    }
  } catch (error) {
    if (isFault(error)) throw error
    throw new Fault('invalid', `its index is no whole ${packing} file (${error instanceof Error ? error.message : 'unknown error'})`, { cause: error })
  }
}

const unpackers: Readonly<Record<Packing, (bytes: Uint8Array) => AsyncIterable<Uint8Array>>> = {
  none: slices,
  gzip: gunzip,
  xz: unxz,
  zstd: unzstd,
}

async function* slices(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < bytes.length; at += 65_536) yield bytes.subarray(at, at + 65_536)
}

/** Also of several members, one after the other, as apk's are. */
async function* gunzip(bytes: Uint8Array): AsyncIterable<Uint8Array> {
  const decoder = createGunzip({ chunkSize: 262_144 })
  decoder.end(bytes)
  for await (const chunk of decoder) yield chunk as Uint8Array
}

type XzModule = { readonly XzReadableStream: new (packed: WebStream<Uint8Array>) => WebStream<Uint8Array> }

/** The module unpacks one file at a time, and others wait: leaving early must cancel. */
async function* unxz(bytes: Uint8Array): AsyncIterable<Uint8Array> {
  const { XzReadableStream } = createRequire(import.meta.url)('xz-decompress') as XzModule
  const reader = new XzReadableStream(Readable.toWeb(Readable.from(slices(bytes))) as WebStream<Uint8Array>).getReader()
  try {
    for (let next = await reader.read(); !next.done; next = await reader.read()) yield next.value
  } finally {
    await reader.cancel().catch(() => undefined)
  }
}

/** On damaged bytes the module gives empty chunks for ever. */
const mostEmpty = 64

async function* unzstd(bytes: Uint8Array): AsyncIterable<Uint8Array> {
  const decoder = new ZSTDDecoder()
  await decoder.init()
  let empty = 0
  for (const chunk of decoder.decodeStreaming([bytes])) {
    empty = chunk.length === 0 ? empty + 1 : 0
    if (empty > mostEmpty) throw new Error('not valid zstd')
    if (empty === 0) yield chunk
    // It unpacks in our thread: others want a turn too.
    await nextTurn()
  }
}
