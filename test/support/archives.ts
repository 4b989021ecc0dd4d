/** Layer archives made in memory, and single tar blocks for those that no tool would write. */
import { gzipSync } from 'node:zlib'
import tar from 'tar-stream'

/** An entry: a file's text or bytes, `null` for a folder, a link, or a header as tar-stream takes it. */
export type Entry =
  | string
  | Uint8Array
  | null
  | { readonly symlink: string }
  | { readonly hardlink: string }
  | { readonly header: Partial<tar.Header>; readonly content?: Uint8Array }

/** A tar of `entries` in their order; a name may come twice. */
export async function archive(entries: readonly (readonly [name: string, entry: Entry])[]): Promise<Buffer> {
  const pack = tar.pack()
  const read = (async () => {
    const chunks: Uint8Array[] = []
    for await (const chunk of pack as AsyncIterable<Uint8Array>) chunks.push(chunk)
    return Buffer.concat(chunks)
  })()
  for (const [name, entry] of entries) {
    if (entry === null) pack.entry({ name, type: 'directory' })
    else if (typeof entry === 'string') pack.entry({ name }, entry)
    else if (entry instanceof Uint8Array) pack.entry({ name }, Buffer.from(entry))
    else if ('symlink' in entry) pack.entry({ name, type: 'symlink', linkname: entry.symlink })
    else if ('hardlink' in entry) pack.entry({ name, type: 'link', linkname: entry.hardlink })
    else pack.entry({ name, ...entry.header }, Buffer.from(entry.content ?? ''))
  }
  pack.finalize()
  return await read
}

/** The same as gzip. */
export async function gzipped(entries: readonly (readonly [name: string, entry: Entry])[]): Promise<Buffer> {
  return gzipSync(await archive(entries))
}

export type RawHeader = {
  readonly name: string
  readonly type?: string
  readonly linkName?: string
  /** As it stands in the field of 12 bytes, or a number. */
  readonly size?: number | Buffer
  readonly magic?: string
}

/** One header block with a right checksum, whatever it says. */
export function rawHeader({ name, type = '0', linkName = '', size = 0, magic = 'ustar\u000000' }: RawHeader): Buffer {
  const block = Buffer.alloc(512)
  block.write(name, 0, 100, 'latin1')
  block.write('0000644\0', 100)
  block.write('0000000\0', 108)
  block.write('0000000\0', 116)
  if (typeof size === 'number') block.write(`${size.toString(8).padStart(11, '0')}\0`, 124)
  else size.copy(block, 124)
  block.write('00000000000\0', 136)
  block.write('        ', 148)
  block.write(type, 156, 1, 'latin1')
  block.write(linkName, 157, 100, 'latin1')
  block.write(magic, 257, 8, 'latin1')
  const sum = block.reduce((total, byte) => total + byte, 0)
  block.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148)
  return block
}

/** `content` filled up to whole blocks. */
export function blocks(content: string | Buffer): Buffer {
  const bytes = Buffer.from(content)
  return Buffer.concat([bytes, Buffer.alloc((512 - (bytes.length % 512)) % 512)])
}

/** The two blocks of zeros that end an archive. */
export const archiveEnd: Buffer = Buffer.alloc(1024)
