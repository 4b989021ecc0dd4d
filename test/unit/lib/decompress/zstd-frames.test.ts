/** Frames of zstd are followed to their end, whatever they hold. */
import { expect, test } from 'vitest'
import { Damaged } from '../../../../src/lib/decompress/damaged.ts'
import { wholeFrames } from '../../../../src/lib/decompress/zstd-frames.ts'
import { readAll } from '../../../support/read-all.ts'
import { zstdCompressed, zstdFrame, zstdZeros } from '../../../support/zstd.ts'

async function* inPieces(bytes: Uint8Array, size: number): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size)
}

const skipped = Buffer.from([0x53, 0x2a, 0x4d, 0x18, 4, 0, 0, 0, 1, 2, 3, 4])
const frames = [zstdFrame(Buffer.from('first')), skipped, zstdZeros(2), zstdCompressed(Buffer.from('last'))]
const whole = Buffer.concat(frames)

test('whole frames pass as they are, however they are cut', async () => {
  for (const size of [1, 3, whole.length]) expect((await readAll(wholeFrames(inPieces(whole, size)))).equals(whole)).toBe(true)
})

test('what ends inside of a frame is damaged, at every byte', async () => {
  const ends = new Set(frames.map((_, at) => Buffer.concat(frames.slice(0, at + 1)).length))
  for (let size = 0; size < whole.length; size += 1) {
    const read = await readAll(wholeFrames(inPieces(whole.subarray(0, size), 50))).catch((error: unknown) => error)
    if (ends.has(size)) expect(read).toBeInstanceOf(Buffer)
    else expect(read, `${size} bytes`).toBeInstanceOf(Damaged)
  }
})

test('what follows a frame must be one', async () => {
  await expect(readAll(wholeFrames(inPieces(Buffer.concat([whole, Buffer.from('none')]), 50)))).rejects.toThrow(Damaged)
})
