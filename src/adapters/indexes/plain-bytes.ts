/** Index files unpacked: gzip, xz and zstd, within bounds. */
import { Fault } from '../../domain/fault.ts'
import { Damaged } from '../../lib/decompress/damaged.ts'
import { type Compression, decompress } from '../../lib/decompress/decompress.ts'

/** How a file is packed; `none` for plain ones. */
export type Packing = Compression | 'none'

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
    for await (const chunk of packing === 'none' ? slices(bytes) : decompress(packing, slices(bytes))) {
      plain += chunk.length
      if (plain > mostPlain) throw new Fault('invalid', `its index unpacks to more than ${mostPlain} bytes; gave up`)
      yield chunk
    }
  } catch (error) {
    throw error instanceof Damaged ? new Fault('invalid', `its index is no whole ${packing} file (${error.message})`, { cause: error }) : error
  }
}

async function* slices(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < bytes.length; at += 65_536) yield bytes.subarray(at, at + 65_536)
}
