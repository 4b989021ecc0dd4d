/** Published files are unpacked by what they are, within bounds, and never end early in silence. */
import { gzipSync } from 'node:zlib'
import { describe, expect, it } from 'vitest'
import { type PlainLimits, plainBytes, plainText } from '../../../../src/adapters/feeds/decompress.ts'
import { Fault } from '../../../../src/domain/fault.ts'
import { fileOf } from '../../../contract/feeds.ts'

const text = `${'Feeds are published in many ways. '.repeat(3)}\n`
/** That text as gzip, bzip2, xz and zstd write it on Debian 12. */
const packed = {
  gz: 'H4sIAAAAAAACA3NLTU0pVkgsSlUoKE3KySzOSE1RyMxTyE3Mq1QoT6ws1lNwo4IKLgBj0wZLZwAAAA==',
  bz2: 'QlpoOTFBWSZTWbsdT40AAAxVgAAQQAEBADZnWqAgAEFf6qnqDTQ002oUyYmQZGaQwqusls4pX1CUq0SwhdZVl8hllDR8w2S3ZcPxdyRThQkLsdT40A==',
  xz: '/Td6WFoAAATm1rRGAgAhARYAAAB0L+Wj4ABmACpdACMZbMhzEBOGsQLOijUW7f8+IYGrPK1yvzZZlHqxnjHOTGATQ5yy9w9YAAAAAOThUfiAD/jMAAFGZ1Opc1UftvN9AQAAAAAEWVo=',
  zst: 'KLUv/QRYXQEANAJGZWVkcyBhcmUgcHVibGlzaGVkIGluIG1hbnkgd2F5cy4gCgEAioKqJ8uTP2g=',
}
const kinds = Object.entries(packed).map(([suffix, base64]) => [suffix, Buffer.from(base64, 'base64')] as const)

async function sizeOf(path: string, bytes: Uint8Array, limits?: Partial<PlainLimits>): Promise<number> {
  let size = 0
  for await (const chunk of plainBytes(fileOf(path, bytes), limits)) size += chunk.length
  return size
}

describe.each(kinds)('%s', (suffix, bytes) => {
  // A thread for each file takes its time; frames are cut at every byte in the test of `wholeFrames`.
  const step = suffix === 'zst' ? 7 : 1
  it('is taken off, in whatever pieces it comes, and also where the name does not tell', async () => {
    for (const [path, chunk] of [
      [`x.${suffix}`, 65_536],
      [`x.${suffix}`, 1],
      ['x', 5],
    ] as const) {
      expect(await plainText(fileOf(path, bytes, chunk), 1_000)).toBe(text)
    }
  })

  it('is refused where it is cut off, at every byte', async () => {
    for (let size = 0; size < bytes.length; size += step) {
      await expect(sizeOf(`x.${suffix}`, bytes.subarray(0, size)), `${size} bytes`).rejects.toMatchObject({
        kind: 'invalid',
        message: expect.stringMatching(new RegExp(`^x\\.${suffix} is `)),
      })
    }
  })

  it('is refused where a byte of it is another, or comes to the same', async () => {
    for (let at = 0; at < bytes.length; at += step) {
      const damaged = Uint8Array.from(bytes)
      damaged[at] = (damaged[at] ?? 0) ^ 0x55
      const read = await plainText(fileOf(`x.${suffix}`, damaged), 1_000).catch((error: unknown) => error)
      // A time stamp or an unused flag may be anything.
      if (read !== text) expect(read, `byte ${at}`).toMatchObject({ kind: 'invalid' })
    }
  })

  it('may be asked for by the name only if it is so', async () => {
    await expect(sizeOf(`x.${suffix}`, Buffer.from('<html>no such file</html>'))).rejects.toMatchObject({ kind: 'invalid' })
  })

  it('passes the faults of the source as they are', async () => {
    const broken = {
      path: `x.${suffix}`,
      async *open() {
        yield bytes.subarray(0, 20)
        throw new Fault('transient', 'the line was cut')
      },
    }

    await expect(plainText(broken, 1_000)).rejects.toMatchObject({ kind: 'transient', message: 'the line was cut' })
  })

  it('closes the source when the reader leaves early', async () => {
    let isClosed = false
    const watched = {
      path: `x.${suffix}`,
      async *open() {
        try {
          yield bytes
          yield bytes
        } finally {
          isClosed = true
        }
      },
    }
    for await (const _ of plainBytes(watched)) break

    expect(isClosed).toBe(true)
  })
})

describe('bounds', () => {
  it('of the unpacked size hold', async () => {
    await expect(sizeOf('x.gz', gzipSync(Buffer.alloc(2_000_000)), { maxBytes: 1_000_000 })).rejects.toMatchObject({
      message: expect.stringContaining('larger than'),
    })
  })

  it('of the ratio hold for gzip and bzip2 bombs', async () => {
    // Sixty million zeros as bzip2 writes them.
    const zeros = Buffer.from('QlpoOTFBWSZTWQ4J4t8BX45AAMAAAAggADCATUZCoCWpCoCXMUFZJlNZpertMgBsAOAAwAAAEAAIIAAwzAUppoAKWwgBS8XckU4UJC5+SiMA', 'base64')

    await expect(sizeOf('x.bz2', zeros)).rejects.toMatchObject({ message: expect.stringContaining('times its size') })
    expect(await sizeOf('x.bz2', zeros, { maxRatio: 1e9 })).toBe(60_000_000)
    await expect(sizeOf('x.gz', gzipSync(Buffer.alloc(20_000_000)))).rejects.toMatchObject({ message: expect.stringContaining('times its size') })
  })

  it('of a block hold: a run length of sixty digits ends in a fault, not in a loop', async () => {
    const bits = [
      ...[0x314159, 0x265359].map((word) => word.toString(2).padStart(24, '0')),
      '0'.repeat(32 + 1 + 24),
      '1000000000000000',
      '1000000000000000',
      '010',
      '000000000000010',
      '00',
      '00010000'.repeat(2),
      '01'.repeat(60),
    ].join('')
    const block = Uint8Array.from({ length: Math.ceil(bits.length / 8) }, (_, at) => Number.parseInt(bits.slice(at * 8, at * 8 + 8).padEnd(8, '0'), 2))

    await expect(sizeOf('x.bz2', Buffer.concat([Buffer.from('BZh1'), block, Buffer.alloc(100)]))).rejects.toMatchObject({ kind: 'invalid' })
  })
})

it('several streams one after the other are one file', async () => {
  for (const suffix of ['gz', 'bz2', 'zst'] as const) {
    const one = Buffer.from(packed[suffix], 'base64')

    expect(await plainText(fileOf(`x.${suffix}`, Buffer.concat([one, one])), 1_000)).toBe(text + text)
  }
})
