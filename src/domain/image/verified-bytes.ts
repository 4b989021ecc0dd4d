/** Content that is hashed while it is read. */
import { createHash } from 'node:crypto'
import type { Digest } from './digest.ts'

/**
 * `chunks` as they come. Throws what `refuse` makes of a sentence ("has more than …") as soon as there are more bytes than `size`, and at the end where
 * size or hash are not the descriptor's: nothing that was read before the end came may be believed.
 */
export async function* verifiedBytes(
  chunks: AsyncIterable<Uint8Array>,
  descriptor: { readonly digest: Digest; readonly size: number },
  refuse: (text: string) => Error,
): AsyncGenerator<Uint8Array, void> {
  const { digest, size } = descriptor
  const [algorithm = '', expected = ''] = digest.split(':')
  const hash = createHash(algorithm)
  let read = 0
  for await (const chunk of chunks) {
    read += chunk.length
    if (read > size) throw refuse(`has more than the ${size} bytes that its descriptor says`)
    hash.update(chunk)
    yield chunk
  }
  if (read < size) throw refuse(`has ${read} bytes, not ${size} as its descriptor says`)
  const found = hash.digest('hex')
  if (found !== expected) throw refuse(`hashes to ${algorithm}:${found}: it is not the content that was asked for`)
}
