/** Takes the compression off a layer. */
import { pipeline, Readable } from 'node:stream'
import { createGunzip } from 'node:zlib'
import { Refusal } from './refusal.ts'
import { unzstd } from './unzstd.ts'

/** Inflating 256 KiB at a time takes half as long as Node's 16. */
const gunzipOptions = { chunkSize: 256 * 1024 }

/** First bytes, and what begins with them. zstd may begin with a frame to be skipped. */
const magics: readonly { readonly bytes: RegExp; readonly unpack: ((chunks: AsyncIterable<Uint8Array>) => AsyncIterable<Uint8Array>) | string }[] = [
  { bytes: /^1f8b/, unpack: gunzip },
  { bytes: /^(28b52ffd|5.2a4d18)/, unpack: unzstd },
  { bytes: /^fd377a58/, unpack: 'it is compressed with xz, which layers cannot be' },
  { bytes: /^425a68/, unpack: 'it is compressed with bzip2, which layers cannot be' },
]

/**
 * The archive in `chunks`: by its first bytes gzip (any number of members), zstd or plain, as runtimes decide; one compression only, so what is packed twice is no
 * archive. Raises `Refusal` for broken data and other compressions, and what `chunks` raises. Leaving early leaves `chunks`.
 */
export async function* unpack(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  const iterator = chunks[Symbol.asyncIterator]()
  let head = Buffer.alloc(0)
  while (head.length < 4) {
    const { done, value } = await iterator.next()
    if (done === true) break
    head = Buffer.concat([head, value])
  }
  const rest = async function* (): AsyncGenerator<Uint8Array> {
    yield head
    for (;;) {
      const { done, value } = await iterator.next()
      if (done === true) return
      yield value
    }
  }
  const start = head.toString('hex', 0, 4)
  const known = magics.find(({ bytes }) => bytes.test(start))?.unpack ?? rest
  if (typeof known === 'string') throw new Refusal(known)
  yield* known(rest())
}

async function* gunzip(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  const inflated = pipeline(Readable.from(chunks, { objectMode: false }), createGunzip(gunzipOptions), () => {})
  try {
    for await (const chunk of inflated) yield chunk
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : ''
    throw code.startsWith('Z_') ? new Refusal(`its gzip data is broken or cut off (${error instanceof Error ? error.message : code})`) : error
  }
}
