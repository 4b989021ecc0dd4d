/** Compressions of layers: gzip, zstd, none, and what is refused. */
import { gzipSync } from 'node:zlib'
import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { Refusal } from '../../../../../src/adapters/inventories/layers/refusal.ts'
import { unpack } from '../../../../../src/adapters/inventories/layers/unpack.ts'
import { readAll } from '../../../../support/read-all.ts'
import { zstdCompressed, zstdFrame, zstdZeros } from '../../../../support/zstd.ts'

async function* inChunks(bytes: Uint8Array, size: number): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size)
}
const unpacked = async (bytes: Uint8Array, size = 64 * 1024): Promise<Buffer> => await readAll(unpack(inChunks(bytes, size)))
const content = Buffer.from(Array.from({ length: 300_000 }, (_, index) => (index * 7919) % 251))
const skipped = Buffer.from([0x53, 0x2a, 0x4d, 0x18, 4, 0, 0, 0, 1, 2, 3, 4])

describe('unpack', () => {
  const packed: Readonly<Record<string, Buffer>> = {
    'no compression': content,
    gzip: gzipSync(content),
    'gzip of several members': Buffer.concat([gzipSync(content.subarray(0, 1000)), gzipSync(content.subarray(1000, 1000)), gzipSync(content.subarray(1000))]),
    zstd: zstdFrame(content),
    'zstd of several frames, some to be skipped': Buffer.concat([
      skipped,
      zstdFrame(content.subarray(0, 200_000)),
      skipped,
      zstdFrame(content.subarray(200_000)),
      skipped,
    ]),
  }

  it.each(Object.entries(packed))('%s, however the bytes are cut into chunks', async (_name, bytes) => {
    for (const size of [1_000, 65_536, bytes.length]) expect((await unpacked(bytes, size)).equals(content)).toBe(true)
    expect((await unpacked(Buffer.concat([bytes.subarray(0, 3), bytes.subarray(3)]), 100_000)).equals(content)).toBe(true)
  })

  it('gives all of what a few bytes of zstd stand for', async () => {
    for (const size of [1, 7, 1_000]) expect(await unpacked(zstdZeros(9), size)).toHaveLength(100 + 9 * 128 * 1024)
  })

  it('waits for a block of zstd that comes in a thousand pieces', async () => {
    const block = content.subarray(0, 100_000)
    expect((await unpacked(zstdCompressed(block), 100)).equals(block)).toBe(true)
  })

  it('refuses what is cut off or broken, and other compressions, with a reason', async () => {
    const refused: readonly (readonly [Buffer, RegExp])[] = [
      [gzipSync(content).subarray(0, -20), /gzip.*broken or cut off/],
      [Buffer.concat([gzipSync(content).subarray(0, 500), Buffer.alloc(500, 0xff)]), /gzip.*broken or cut off/],
      [zstdFrame(content).subarray(0, -20), /zstd.*broken or cut off/],
      [zstdZeros(3, true), /zstd.*broken or cut off/],
      [Buffer.concat([zstdFrame(content), Buffer.from('no frame at all')]), /zstd.*broken or cut off/],
      [Buffer.from('fd377a585a0000', 'hex'), /xz/],
      [Buffer.from('BZh91AY&SY'), /bzip2/],
    ]
    for (const [bytes, why] of refused) {
      const refusal = await unpacked(bytes).catch((error: unknown) => error)
      expect(refusal).toBeInstanceOf(Refusal)
      expect(String(refusal)).toMatch(why)
    }
  })

  it('passes on what the source raises', async () => {
    async function* broken(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
      yield bytes
      throw new RangeError('the connection broke')
    }
    for (const bytes of Object.values(packed)) await expect(readAll(unpack(broken(bytes.subarray(0, 5_000))))).rejects.toThrow('the connection broke')
  })

  it('ends on any bytes', { timeout: 60_000 }, async () => {
    const magic = fc.constantFrom([0x1f, 0x8b, 8, 0], [0x28, 0xb5, 0x2f, 0xfd], [0x50, 0x2a, 0x4d, 0x18], [])
    await fc.assert(
      fc.asyncProperty(magic, fc.uint8Array({ maxLength: 400 }), async (start, rest) => {
        await unpacked(Buffer.from([...start, ...rest]), 50).catch((error: unknown) => expect(error).toBeInstanceOf(Refusal))
      }),
      { numRuns: 25 },
    )
  })
})
