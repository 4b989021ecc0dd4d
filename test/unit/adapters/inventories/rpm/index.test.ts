/** Rpm databases of the three kinds, from the synthetic writers in `test/support/rpm`: what they hold, what is damaged, and bytes that nobody meant. */
import { describe, expect, it } from 'vitest'
import { readRpmDatabase } from '../../../../../src/adapters/inventories/rpm/index.ts'
import type { RpmFiles } from '../../../../../src/domain/package/rpm-database.ts'
import { writeBdb } from '../../../../support/rpm/bdb.ts'
import { madeUpPackages, packageBlob } from '../../../../support/rpm/header.ts'
import { writeNdb } from '../../../../support/rpm/ndb.ts'
import { sqlitePageSize, writeSqlitePages, writeWal } from '../../../../support/rpm/sqlite.ts'

const packages = madeUpPackages(40)
/** Short ones, such as fill a page, and such as go over three. */
const blobs = packages.map((header, index) => packageBlob(header, [0, 700, 9_000][index % 3]))
const byName = (a: { readonly name: string }, b: { readonly name: string }): number => a.name.localeCompare(b.name)
const sqlite = (main: Uint8Array, wal: Uint8Array | null = null): RpmFiles => ({ kind: 'sqlite', main, wal })

const databases: Readonly<Record<string, RpmFiles>> = {
  sqlite: sqlite(Buffer.concat(writeSqlitePages(blobs))),
  ndb: { kind: 'ndb', main: writeNdb(blobs) },
  'bdb of a little-endian machine': { kind: 'bdb', main: writeBdb(blobs, 'little-endian') },
  'bdb of a big-endian machine': { kind: 'bdb', main: writeBdb(blobs, 'big-endian') },
}

describe.each(Object.entries(databases))('%s', (_name, files) => {
  it('gives every package, field for field', () => {
    const read = readRpmDatabase(files)

    expect(read.unseen).toEqual([])
    expect([...read.packages].sort(byName)).toEqual([...packages].sort(byName))
  })

  it('cut off anywhere, it is never taken for a complete one', () => {
    for (const part of [0, 0.001, 0.01, 0.1, 0.5, 0.9, 0.99]) {
      const read = readRpmDatabase({ ...files, main: files.main.subarray(0, Math.floor(files.main.length * part)) })

      expect(read.unseen, `${part}`).not.toEqual([])
    }
  })

  it('of bytes that are no database says so', () => {
    expect(readRpmDatabase({ ...files, main: Buffer.alloc(10_000, 'x') })).toEqual({
      packages: [],
      unseen: [expect.stringMatching(/^(rpmdb\.sqlite|Packages(\.db)?): it /)],
    })
  })

  it('1,250 mutations give packages or a reason, and nothing else', () => {
    const random = seeded(files.main.length)
    for (let round = 0; round < 1_250; round += 1) {
      const read = readRpmDatabase({ ...files, main: mutated(files.main, random) })

      expect(read.packages.length).toBeLessThanOrEqual(packages.length + 1)
      expect(read.unseen.length).toBeLessThanOrEqual(21)
    }
  })
})

describe('damage', () => {
  it('to one header of an ndb costs that header only', () => {
    const main = Buffer.from(databases['ndb']!.main)
    main.write('XXX', main.indexOf('made-up-1\0'))

    const read = readRpmDatabase({ kind: 'ndb', main })

    expect(read.packages).toHaveLength(39)
    expect(read.unseen).toEqual(['Packages.db: header 2: the checksum of its blob is wrong'])
  })

  it('to one header of a Berkeley DB costs that header only', () => {
    const main = Buffer.from(databases['bdb of a little-endian machine']!.main)
    main.fill(0, main.indexOf('made-up-2\0'), main.indexOf('made-up-2\0') + 1)

    const read = readRpmDatabase({ kind: 'bdb', main })

    expect(read.packages).toHaveLength(39)
    expect(read.unseen).toEqual(['Packages: header 3: its header has no name'])
  })

  it('to one leaf of an SQLite file costs its rows only', () => {
    const pages = writeSqlitePages(blobs)
    const leaf = pages.findIndex((page, index) => index > 1 && page[0] === 13)
    const rows = pages[leaf]?.readUInt16BE(3) ?? 0
    pages[leaf]?.writeUInt8(99, 0)

    const read = readRpmDatabase(sqlite(Buffer.concat(pages)))

    expect(rows).toBeGreaterThan(0)
    expect(read.packages).toHaveLength(packages.length - rows)
    expect(read.unseen).toEqual([`rpmdb.sqlite: page ${leaf + 1}: it is of type 99`])
  })

  it('is told once where a tree leads back to itself', () => {
    const pages = writeSqlitePages(blobs)
    pages[1]?.writeUInt32BE(2, 8)

    expect(readRpmDatabase(sqlite(Buffer.concat(pages))).unseen).toEqual(['rpmdb.sqlite: page 2: page 2 is used twice'])
  })

  it('that is everywhere is told in few lines', () => {
    const many = madeUpPackages(60).map((header) => packageBlob({ ...header, name: '' }))

    const read = readRpmDatabase({ kind: 'ndb', main: writeNdb(many) })

    expect(read.packages).toEqual([])
    expect(read.unseen).toHaveLength(21)
    expect(read.unseen.at(-1)).toBe('Packages.db: and 40 more problems')
  })
})

describe('a write-ahead log', () => {
  const before = writeSqlitePages(blobs.slice(0, 20))
  const after = writeSqlitePages(blobs.slice(0, 30))
  const frames = after.flatMap((page, index) => (before[index]?.equals(page) ? [] : [[index + 1, page] as const]))
  const main = Buffer.concat(before)
  const names = (files: RpmFiles): number => {
    const read = readRpmDatabase(files)
    expect(read.unseen).toEqual([])
    return read.packages.length
  }

  it.each([true, false])('that was committed is applied (big-endian checksums: %s)', (isBigEndian) => {
    expect(names(sqlite(main))).toBe(20)
    expect(names(sqlite(main, new Uint8Array()))).toBe(20)
    expect(names(sqlite(main, writeWal([{ frames, committed: after.length }], { isBigEndian })))).toBe(30)
  })

  it('holds only what was committed', () => {
    expect(names(sqlite(main, writeWal([{ frames, committed: null }])))).toBe(20)
    expect(
      names(
        sqlite(
          main,
          writeWal([
            { frames, committed: after.length },
            { frames: before.map((page, index) => [index + 1, page] as const), committed: null },
          ]),
        ),
      ),
    ).toBe(30)
  })

  it('ends where frames of an older log begin', () => {
    const older = writeWal([{ frames: before.map((page, index) => [index + 1, page] as const), committed: before.length }], { salt: [7, 8] })
    const wal = writeWal([{ frames, committed: after.length }])

    expect(names(sqlite(main, Buffer.concat([wal, older.subarray(32)])))).toBe(30)
  })

  it('may make the database shorter: pages behind its end are gone', () => {
    expect(names(sqlite(Buffer.concat(after), writeWal([{ frames: before.map((page, index) => [index + 1, page] as const), committed: before.length }])))).toBe(
      20,
    )
  })

  it.each<[string, (wal: Buffer) => Uint8Array]>([
    ['it has 5 bytes', (wal) => wal.subarray(0, 5)],
    ['it does not begin as one', (wal) => wal.fill(0, 0, 4)],
    ['its version is 1', (wal) => (wal.writeUInt32BE(1, 4), wal)],
    ['its pages have 512 bytes', (wal) => (wal.writeUInt32BE(512, 8), wal)],
    ['the checksum of its header is wrong', (wal) => wal.fill(9, 12, 16)],
    ['its first frame is damaged', (wal) => wal.fill(9, 32 + 24 + 100, 32 + 24 + 110)],
    ['its first frame is damaged', (wal) => wal.subarray(0, 100)],
    ['a frame before one of its commits is damaged', (wal) => wal.fill(9, 32 + 3 * (24 + sqlitePageSize) + 100, 32 + 3 * (24 + sqlitePageSize) + 110)],
    ['a frame before one of its commits is damaged', (wal) => wal.subarray(0, wal.length - 1)],
  ])('that cannot be applied leaves nothing to believe: %s', (reason, damage) => {
    const read = readRpmDatabase(sqlite(main, damage(writeWal([{ frames, committed: after.length }]))))

    expect(read).toEqual({ packages: [], unseen: [expect.stringContaining(`rpmdb.sqlite: its write-ahead log cannot be applied: ${reason}`)] })
  })
})

/** Numbers in [0, 1), the same for the same seed (mulberry32). */
function seeded(seed: number): () => number {
  let state = seed
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296
  }
}

/** A copy with one to eight changes: bytes, 32-bit numbers that are small, huge or copied from elsewhere, runs; half of them where structures lie dense. */
function mutated(bytes: Uint8Array, random: () => number): Buffer {
  const copy = Buffer.from(bytes)
  const below = (end: number): number => Math.floor(random() * end)
  for (let changes = 1 + below(8); changes > 0; changes -= 1) {
    const at = random() < 0.5 ? below(Math.min(copy.length - 64, 6_000)) : below(copy.length - 64)
    const kind = below(5)
    if (kind === 0) copy[at] = below(256)
    else if (kind === 1) copy.writeUInt32LE(below(200), at)
    else if (kind === 2) copy.writeUInt32BE(0xffffffff - below(3), at)
    else if (kind === 3) copy.copyWithin(at, below(copy.length - 64), below(copy.length))
    else copy[at] = (copy[at] ?? 0) ^ (1 << below(8))
  }
  return copy
}
