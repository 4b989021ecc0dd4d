/** zstd frames written by hand, since Node 20 has no encoder: blocks as they are, or one byte repeated (https://www.rfc-editor.org/rfc/rfc8878#name-zstandard-frames). */

/** Bytes of a block at most. */
const longestBlock = 128 * 1024

/** The frame's head: magic, no checksum, no size, a window of 8 MiB. */
const head = Buffer.from([0x28, 0xb5, 0x2f, 0xfd, 0x00, 0x68])

const blockTypes = { raw: 0, repeated: 1, compressed: 2 } as const

/** One block; `isLast` ends the frame. */
function block(type: keyof typeof blockTypes, isLast: boolean, size: number, content: Uint8Array): Buffer {
  const header = Buffer.alloc(3)
  header.writeUIntLE((size << 3) | (blockTypes[type] << 1) | (isLast ? 1 : 0), 0, 3)
  return Buffer.concat([header, content])
}

/** `bytes` as one frame of raw blocks. */
export function zstdFrame(bytes: Uint8Array): Buffer {
  const blocks: Buffer[] = []
  for (let at = 0; at === 0 || at < bytes.length; at += longestBlock) {
    const content = bytes.subarray(at, at + longestBlock)
    blocks.push(block('raw', at + longestBlock >= bytes.length, content.length, content))
  }
  return Buffer.concat([head, ...blocks])
}

/** At most 100,000 `bytes` as one compressed block, of which nothing can be read before all of it is there: literals as they are, and no sequences. */
export function zstdCompressed(bytes: Uint8Array): Buffer {
  const literals = Buffer.alloc(3)
  literals.writeUIntLE((bytes.length << 4) | (3 << 2), 0, 3)
  const content = Buffer.concat([literals, bytes, Buffer.alloc(1)])
  return Buffer.concat([head, block('compressed', true, content.length, content)])
}

/** A frame that unpacks to 100 zeros and `count` times 128 KiB of them, four bytes each; without an end when `isEndless`. */
export function zstdZeros(count: number, isEndless = false): Buffer {
  const zeros = Buffer.alloc(1)
  const repeated = Array.from({ length: count }, (_, index) => block('repeated', !isEndless && index === count - 1, longestBlock, zeros))
  return Buffer.concat([head, block('raw', false, 100, Buffer.alloc(100)), ...repeated])
}
