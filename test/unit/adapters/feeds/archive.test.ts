/** Archives are read file by file, whole or not at all, and leave nothing behind. */
import { readdirSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { gzipSync } from 'node:zlib'
import { describe, expect, it } from 'vitest'
import { type ArchiveLimits, tarEntries, zipEntries } from '../../../../src/adapters/feeds/archive.ts'
import { fileOf } from '../../../contract/feeds.ts'
import { archive } from '../../../support/archives.ts'
import { zipOf } from '../../../support/zip.ts'

const files = { 'a/one.json': '{"id":"one"}', 'two.json': 'x'.repeat(3_000), 'empty.json': '' }
const tarred = await archive([
  ['./folder', null],
  ['./a/one.json', files['a/one.json']],
  ['two.json', files['two.json']],
  ['link', { symlink: 'two.json' }],
  ['empty.json', ''],
])

type Read = (path: string, bytes: Uint8Array, limits?: ArchiveLimits) => Promise<Record<string, string>>
const reader =
  (entries: typeof zipEntries): Read =>
  async (path, bytes, limits) => {
    const found: Record<string, string> = {}
    for await (const { path: name, open } of entries(fileOf(path, bytes, 1_000), limits)) {
      const chunks: Uint8Array[] = []
      for await (const chunk of open()) chunks.push(chunk)
      found[name] = Buffer.concat(chunks).toString()
    }
    return found
  }

describe.each([
  ['x.zip', reader(zipEntries), zipOf(files)],
  ['x.tar', reader(tarEntries), tarred],
  ['x.tar.gz', reader(tarEntries), gzipSync(tarred)],
])('%s', (path, read, bytes) => {
  it('gives its regular files by their names', async () => {
    expect(await read(path, bytes)).toEqual(files)
  })

  it('is refused where it is cut off', async () => {
    // The last padding of a tar is more than its end.
    const step = path === 'x.tar' ? 512 : 7
    for (let size = 0; size < (path === 'x.tar' ? tarred.length - 1_024 : bytes.length); size += step) {
      await expect(read(path, bytes.subarray(0, size)), `${size} bytes`).rejects.toMatchObject({ kind: 'invalid' })
    }
  })

  it('is bounded in files, in bytes of a file and in bytes of its own', async () => {
    await expect(read(path, bytes, { maxEntries: 2 })).rejects.toMatchObject({ kind: 'invalid', message: expect.stringContaining('more than 2 files') })
    await expect(read(path, bytes, { maxEntryBytes: 2_000 })).rejects.toMatchObject({ kind: 'invalid', message: expect.stringContaining('larger than 2000') })
    await expect(read(path, bytes, { maxArchiveBytes: 50 })).rejects.toMatchObject({ kind: 'invalid', message: expect.stringContaining('larger than 50') })
  })

  it('leaves no temporary file behind, not even where the reader leaves early', async () => {
    const before = readdirSync(tmpdir()).filter((name) => name.startsWith('underpin-feed-'))
    const entries = path === 'x.zip' ? zipEntries : tarEntries
    for await (const _ of entries(fileOf(path, bytes))) break

    expect(readdirSync(tmpdir()).filter((name) => name.startsWith('underpin-feed-') && !before.includes(name))).toEqual([])
  })
})
