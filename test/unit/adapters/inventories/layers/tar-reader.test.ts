/** The tar reader sees what tar-stream wrote, however the bytes are cut, and ends on anything. */
import * as fc from 'fast-check'
import tar from 'tar-stream'
import { describe, expect, it } from 'vitest'
import { Refusal } from '../../../../../src/adapters/inventories/layers/refusal.ts'
import { createTarReader, type TarEntry } from '../../../../../src/adapters/inventories/layers/tar-reader.ts'
import { readTarHeader } from '../../../../../src/adapters/inventories/layers/tar-header.ts'
import { archive, archiveEnd, blocks, rawHeader } from '../../../../support/archives.ts'

type Seen = TarEntry & { readonly content: string }

function read(bytes: Uint8Array, chunk: number): Seen[] {
  const seen: Seen[] = []
  const reader = createTarReader((entry) => {
    const pieces: Buffer[] = []
    const at = seen.push({ ...entry, content: '' }) - 1
    return (piece) => {
      pieces.push(Buffer.from(piece))
      seen[at] = { ...entry, content: Buffer.concat(pieces).toString() }
    }
  })
  for (let at = 0; at < bytes.length; at += chunk) reader.write(bytes.subarray(at, at + chunk))
  reader.end()
  return seen
}

const segment = fc.stringMatching(/^[a-zé☃]{1,60}$/)
const name = fc.array(segment, { minLength: 1, maxLength: 8 }).map((parts) => parts.join('/'))

describe('the tar reader', () => {
  it('gives names, links and contents as they were written, however the bytes are cut', async () => {
    const entry = fc.oneof(
      fc.record({ name, content: fc.string({ maxLength: 1_500 }) }),
      fc.record({ name, type: fc.constantFrom('symlink' as const, 'link' as const), linkname: name }),
    )
    await fc.assert(
      fc.asyncProperty(fc.array(entry, { maxLength: 8 }), fc.integer({ min: 1, max: 2_000 }), async (entries, chunk) => {
        const written = entries.map((one) =>
          'content' in one ? ([one.name, one.content] as const) : ([one.name, { header: { type: one.type, linkname: one.linkname } }] as const),
        )
        const seen = read(await archive(written), chunk)

        expect(seen.map((one) => [one.name, one.content, one.linkName])).toEqual(
          entries.map((one) => ('content' in one ? [one.name, one.content, ''] : [one.name, '', one.linkname])),
        )
      }),
      { numRuns: 100 },
    )
  })

  it('reads the long names of GNU', () => {
    const long = 'long/'.repeat(60)
    const bytes = Buffer.concat([
      rawHeader({ name: '././@LongLink', type: 'L', size: long.length + 1, magic: 'ustar  \0' }),
      blocks(`${long}\0`),
      rawHeader({ name: '././@LongLink', type: 'K', size: long.length + 1, magic: 'ustar  \0' }),
      blocks(`${long}\0`),
      rawHeader({ name: 'cut', type: '2', linkName: 'cut', magic: 'ustar  \0' }),
      rawHeader({ name: 'short', magic: 'ustar  \0' }),
      archiveEnd,
    ])
    expect(read(bytes, 100).map((entry) => [entry.name, entry.linkName])).toEqual([
      [long, long],
      ['short', ''],
    ])
  })

  it('unpacks nothing after the end, gives links no content, and counts a global header for nothing', () => {
    const comment = '27 path=not/what/it/claims\n'
    const bytes = Buffer.concat([
      rawHeader({ name: 'pax', type: 'g', size: comment.length }),
      blocks(comment),
      rawHeader({ name: 'link', type: '2', linkName: 'x', size: 512 }),
      rawHeader({ name: 'file', size: 2 }),
      blocks('hi'),
      archiveEnd,
      rawHeader({ name: 'behind the end' }),
    ])
    expect(read(bytes, 512).map((entry) => [entry.name, entry.content])).toEqual([
      ['link', ''],
      ['file', 'hi'],
    ])
  })

  it('ends on any bytes, and with a refusal at most', async () => {
    const sound = await archive([
      ['a', 'content'],
      ['b'.repeat(200), 'more'],
      ['c', { symlink: 'd' }],
    ])
    fc.assert(
      fc.property(
        fc.array(fc.record({ at: fc.nat(sound.length - 1), byte: fc.nat(255) }), { maxLength: 6 }),
        fc.integer({ min: 100, max: 3_000 }),
        (edits, chunk) => {
          const bytes = Buffer.from(sound)
          for (const { at, byte } of edits) bytes[at] = byte
          try {
            read(bytes, chunk)
          } catch (error) {
            expect(error).toBeInstanceOf(Refusal)
          }
        },
      ),
      { numRuns: 500 },
    )
  })

  it('reads each header as tar-stream does, where both take it', async () => {
    const extract = tar.extract()
    const theirs: unknown[] = []
    const bytes = await archive([
      ['./x', 'abc'],
      ['y/', null],
      ['z', { symlink: '/q' }],
    ])
    extract.on('entry', (header, stream, next) => {
      theirs.push([header.name, header.type, header.size])
      stream.resume()
      next()
    })
    await new Promise<void>((resolve) => extract.on('finish', resolve).end(bytes))
    expect(read(bytes, 77).map((entry) => [entry.name, entry.type, entry.size])).toEqual(theirs)
    expect(readTarHeader(Buffer.alloc(512))).toBeNull()
  })
})
