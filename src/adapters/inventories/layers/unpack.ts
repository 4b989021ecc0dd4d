/** Takes the compression off a layer. */
import { Damaged } from '../../../lib/decompress/damaged.ts'
import { type Compression, decompress } from '../../../lib/decompress/decompress.ts'
import { Refusal } from './refusal.ts'

/** First bytes, and what begins with them. zstd may begin with a frame to be skipped. */
const magics: readonly { readonly bytes: RegExp; readonly is: Compression | 'bzip2' }[] = [
  { bytes: /^1f8b/, is: 'gzip' },
  { bytes: /^(28b52ffd|5.2a4d18)/, is: 'zstd' },
  { bytes: /^fd377a58/, is: 'xz' },
  { bytes: /^425a68/, is: 'bzip2' },
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
  const compression = magics.find(({ bytes }) => bytes.test(start))?.is ?? null
  if (compression === 'xz' || compression === 'bzip2') throw new Refusal(`it is compressed with ${compression}, which layers cannot be`)
  if (compression === null) return yield* rest()
  try {
    yield* decompress(compression, rest())
  } catch (error) {
    throw error instanceof Damaged ? new Refusal(`its ${compression} data is broken or cut off (${error.message})`) : error
  }
}
