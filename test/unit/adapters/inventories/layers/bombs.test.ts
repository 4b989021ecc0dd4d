/** Archives that are made to hurt: refused with a reason, in little memory, and the other layers count. */
import { readdirSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { gzipSync } from 'node:zlib'
import { describe, expect, it } from 'vitest'
import type { LayerLimits } from '../../../../../src/adapters/inventories/layers/limits.ts'
import { archive, archiveEnd, blocks, gzipped, rawHeader } from '../../../../support/archives.ts'
import { dpkg, inspected, named } from '../../../../support/inspected.ts'
import { zstdFrame, zstdZeros } from '../../../../support/zstd.ts'

const status = 'var/lib/dpkg/status'
const mebibyte = 2 ** 20
const megabyteOfZeros = gzipSync(Buffer.alloc(mebibyte), { level: 9 })
/** `count` MiB of zeros in a few KiB: members may follow each other. */
const zeros = (count: number): Buffer => Buffer.concat(Array.from({ length: count }, () => megabyteOfZeros))
const base256 = (first: number, rest: number): Buffer => Buffer.from([first, ...Array.from({ length: 11 }, () => rest)])
const raw = (...parts: readonly Buffer[]): Buffer => gzipSync(Buffer.concat([...parts, archiveEnd]))
const pax = (records: string): Buffer => Buffer.concat([rawHeader({ name: 'pax', type: 'x', size: Buffer.byteLength(records) }), blocks(records)])
const record = (text: string): string => `${text.length + 3} ${text}\n`

const bombs: Readonly<Record<string, () => Promise<Buffer> | Buffer>> = {
  'gzip that unpacks a thousandfold': () => Buffer.concat([gzipSync(rawHeader({ name: 'zeros', size: 2048 * mebibyte })), zeros(2048)]),
  'gzip in gzip': async () => gzipSync(gzipSync(await archive([[status, dpkg('curl', '8')]]))),
  'gzip in zstd': async () => zstdFrame(await gzipped([[status, dpkg('curl', '8')]])),
  'zstd that unpacks thirty-thousandfold': () => Buffer.concat([zstdFrame(rawHeader({ name: 'zeros', size: 2048 * mebibyte })), zstdZeros(16 * 1024)]),
  'zstd without an end': () => zstdZeros(100, true),
  'a million entries': () => {
    const thousand = gzipSync(Buffer.concat(Array.from({ length: 1000 }, (_, at) => rawHeader({ name: `${at}` }))), { level: 1 })
    return Buffer.concat(Array.from({ length: 1000 }, () => thousand))
  },
  'a name that climbs out': () => raw(rawHeader({ name: `../../${status}` })),
  'a name that climbs out behind a folder': () => raw(rawHeader({ name: `a/../../${status}` })),
  'a hard link that climbs out': () => raw(rawHeader({ name: status, type: '1', linkName: '../../../../etc/shadow' })),
  'a name with NUL in an extended header': () => raw(pax(record(`path=${status}\0/x`)), rawHeader({ name: 'x' })),
  'extended records whose lengths do not fit': () => raw(pax('99999 path=x\n'), rawHeader({ name: 'x' })),
  'an extended header without end': () => raw(rawHeader({ name: 'pax', type: 'x', size: 64 * mebibyte }), Buffer.alloc(mebibyte, 'a')),
  'a long name without end': () => raw(rawHeader({ name: 'long', type: 'L', size: 64 * mebibyte }), Buffer.alloc(mebibyte, 'a')),
  'a size below zero': () => raw(rawHeader({ name: status, size: base256(0xff, 0xff) })),
  'a size beyond all numbers': () => raw(rawHeader({ name: 'x', size: base256(0x80, 0xff) })),
  'a size that is no number': () => raw(rawHeader({ name: 'x', size: Buffer.from('99999999999\0') })),
  'an extended size beyond all numbers': () => raw(pax(record('size=99999999999999999999')), rawHeader({ name: 'x' })),
  'a file that ends before its size': () => gzipSync(Buffer.concat([rawHeader({ name: status, size: 1000 }), Buffer.from('Package: curl\n')])),
  'a header that ends early': () => gzipSync(rawHeader({ name: status }).subarray(0, 300)),
  'a checksum that is wrong': () => gzipSync(Buffer.alloc(512, 'x')),
  'folders that become links again and again': () =>
    raw(
      ...Array.from({ length: 2_100 }, (_, at) =>
        at % 2 === 0 ? rawHeader({ name: 'etc', type: '2', linkName: 'x' }) : rawHeader({ name: 'etc/', type: '5' }),
      ),
    ),
  'more whiteouts than there are packages': () => raw(...Array.from({ length: 20_001 }, (_, at) => rawHeader({ name: `var/lib/dpkg/status.d/.wh.${at}` }))),
  'more links than there are packages': () =>
    raw(...Array.from({ length: 20_001 }, (_, at) => rawHeader({ name: `var/lib/dpkg/status.d/${at}`, type: '2', linkName: 'x'.repeat(99) }))),
  'a sparse file of the old kind with more headers': () => {
    const header = rawHeader({ name: status, type: 'S', size: 512 })
    header[482] = 1
    header.write('        ', 148)
    header.write(
      `${header
        .reduce((sum, byte) => sum + byte, 0)
        .toString(8)
        .padStart(6, '0')}\0 `,
      148,
    )
    return raw(header, Buffer.alloc(512))
  },
}

const mediaType = 'application/vnd.oci.image.layer.v1.tar+gzip'

describe('a layer that is made to hurt', () => {
  it.each(Object.entries(bombs))('%s is refused with a reason, in little memory', async (_name, make) => {
    const below = await gzipped([
      [status, dpkg('base-files', '12')],
      ['etc/os-release', 'ID=debian\n'],
    ])
    const bytes = await make()
    const before = process.memoryUsage.rss()
    let peak = before
    const watch = setInterval(() => {
      peak = Math.max(peak, process.memoryUsage.rss())
    }, 5)

    const found = await inspected([below, { bytes, mediaType }])
    clearInterval(watch)

    expect(found.inventory.unseen).toHaveLength(1)
    expect(found.inventory.unseen[0]).toMatch(/^layer sha256:\w{12} could not be read: .{10}/)
    expect(named(found)).toEqual(['base-files 12'])
    expect((peak - before) / mebibyte).toBeLessThan(150)
  })

  it('is refused at the limits that are set: bytes in, bytes out, bytes kept, entries, time', async () => {
    const files = await gzipped(Array.from({ length: 50 }, (_, at) => [`var/lib/dpkg/status.d/p${at}`, dpkg(`p${at}`, '1').repeat(20)] as const))
    const tight: readonly (readonly [Partial<LayerLimits>, RegExp])[] = [
      [{ compressedBytes: 100 }, /it has \d+ bytes, and at most 100 are read/],
      [{ uncompressedBytes: 10_000 }, /unpacks to more than 10000 bytes/],
      [{ ratio: 3, ratioFromBytes: 1_000 }, /more than 3 times its size/],
      [{ keptBytes: 5_000 }, /package databases have more than 5000 bytes/],
      [{ entries: 50 }, /50 entries or more/],
    ]
    for (const [limits, why] of tight) expect((await inspected([files], { limits })).inventory.unseen[0]).toMatch(why)
    expect((await inspected([files], { limits: { entries: 51 } })).inventory.packages).not.toEqual([])

    let time = 0
    const late = await inspected([files], { limits: { timeMs: 1_000 }, now: () => (time += 900) })
    expect(late.inventory.unseen[0]).toContain('reading it took longer than 1000 ms')
  })

  it('a database that is too long is said, and nothing else is lost', async () => {
    const tooLong = 33 * mebibyte
    const found = await inspected(
      [raw(rawHeader({ name: 'etc/os-release', size: 10 }), blocks('ID=debian\n'), rawHeader({ name: status, size: tooLong }), Buffer.alloc(tooLong, 'a'))],
      {
        limits: { ratio: 100_000 },
      },
    )

    expect(found.inventory.unseen).toEqual([`${status}: has ${tooLong} bytes, and at most ${32 * mebibyte} are read`])
    expect(found.inventory.distro?.id).toBe('debian')
  })

  it('an absolute name lies inside the image like any other', async () => {
    expect(named(await inspected([raw(rawHeader({ name: `/${status}`, size: dpkg('curl', '8').length }), blocks(dpkg('curl', '8')))]))).toEqual(['curl 8'])
  })

  it('is never written anywhere: no file of the reader knows the file system', () => {
    const folder = path.resolve(import.meta.dirname, '../../../../../src/adapters/inventories')
    const files = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((name) => name.endsWith('.ts'))

    expect(files.length).toBeGreaterThan(20)
    expect(files.filter((name) => /['"](node:)?fs(\/|['"])/.test(readFileSync(path.join(folder, name), 'utf8')))).toEqual([])
  })
})
