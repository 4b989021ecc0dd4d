/** A tar archive as stored files: looked through once for where each file begins, never extracted. */
import { open, stat } from 'node:fs/promises'
import path from 'node:path'
import { pipeline } from 'node:stream/promises'
import tar, { type Header } from 'tar-stream'
import { Fault, isFault } from '../../domain/fault.ts'
import { Damaged } from '../../lib/decompress/damaged.ts'
import { decompress } from '../../lib/decompress/decompress.ts'
import { fileChunks } from './folder.ts'
import type { StoredFiles } from './stored-files.ts'

/** Where an entry's content lies in the archive, unpacked. */
type Place = { readonly start: number; readonly size: number }

const mostEntries = 100_000
/** Bytes of the archive, unpacked, that we go through at most: each look at a file in a compressed archive unpacks all that lies before it. */
const longestArchive = 32 * 1024 * 1024 * 1024

/**
 * Opens a tar archive, plain or compressed with gzip. Faults: `missing` where there is no such file, `invalid` where it is no tar archive, is cut off, or is
 * larger than we go through. A link stands for the regular file of the archive that it names, as `docker save` writes layers that repeat.
 */
export async function openArchive(file: string, label: string): Promise<StoredFiles> {
  const found = await stat(file).catch((cause: unknown) => {
    throw new Fault('missing', `${label}: there is no file ${file}, or we may not read it`, { cause })
  })
  if (!found.isFile()) throw new Fault('invalid', `${label}: ${file} is not a file; a folder is named oci:DIR`)
  const isPacked = await isGzip(file)
  const bytes = () => (isPacked ? unpacked(fileChunks(file, 0, found.size, label), label) : fileChunks(file, 0, found.size, label))
  const { places, links } = await listEntries(bytes(), label)
  for (const [link, target] of links) {
    const place = places.get(target)
    if (place !== undefined && !places.has(link)) places.set(link, place)
  }
  return {
    label,
    paths: [...places.keys()],
    async open(name) {
      const place = places.get(name)
      if (place === undefined) return null
      return { size: place.size, chunks: isPacked ? part(bytes(), place) : fileChunks(file, place.start, place.size, label) }
    },
  }
}

async function listEntries(bytes: AsyncIterable<Uint8Array>, label: string): Promise<{ places: Map<string, Place>; links: Map<string, string> }> {
  const invalid = (text: string, cause?: unknown) => new Fault('invalid', `${label} ${text}`, { cause })
  const places = new Map<string, Place>()
  const links = new Map<string, string>()
  const reader = tar.extract()
  let entries = 0
  let end = 0
  let length = 0
  reader.on('entry', (header: Header & { readonly byteOffset?: number }, content, next) => {
    entries += 1
    if (entries > mostEntries) return next(invalid(`has more than ${mostEntries} entries`))
    const name = path.posix.normalize(header.name)
    const place = { start: header.byteOffset ?? 0, size: header.size ?? 0 }
    end = Math.max(end, place.start + place.size)
    if (header.type === 'file' || header.type === 'contiguous-file') places.set(name, place)
    if (header.type === 'link') links.set(name, path.posix.normalize(header.linkname ?? ''))
    if (header.type === 'symlink') links.set(name, path.posix.join(path.posix.dirname(name), header.linkname ?? ''))
    content.on('end', next)
    // The archive's error is its entry's as well, and unheard it would end the process.
    content.on('error', () => {})
    content.resume()
    return undefined
  })
  async function* counted() {
    for await (const chunk of bytes) {
      length += chunk.length
      if (length > longestArchive) throw invalid(`unpacks to more than ${longestArchive / 1024 ** 3} GiB; we do not go through that much`)
      yield chunk
    }
  }
  try {
    await pipeline(counted, reader)
  } catch (error) {
    throw isFault(error) ? error : invalid('is not a tar archive that can be read to its end; save the image again', error)
  }
  if (entries === 0) throw invalid('is not a tar archive, or an empty one')
  if (end > length) throw invalid('is cut off; save the image again')
  return { places, links }
}

/** The content of one entry out of the whole archive. */
async function* part(bytes: AsyncIterable<Uint8Array>, { start, size }: Place): AsyncGenerator<Uint8Array, void> {
  let at = 0
  for await (const chunk of bytes) {
    const from = Math.max(0, start - at)
    const to = Math.min(chunk.length, start + size - at)
    if (to > from) yield chunk.subarray(from, to)
    at += chunk.length
    if (at >= start + size) return
  }
}

async function isGzip(file: string): Promise<boolean> {
  const handle = await open(file)
  try {
    const { buffer, bytesRead } = await handle.read(Buffer.alloc(2), 0, 2, 0)
    return bytesRead === 2 && buffer[0] === 0x1f && buffer[1] === 0x8b
  } finally {
    await handle.close()
  }
}

async function* unpacked(packed: AsyncIterable<Uint8Array>, label: string): AsyncGenerator<Uint8Array, void> {
  try {
    yield* decompress('gzip', packed)
  } catch (error) {
    throw error instanceof Damaged ? new Fault('invalid', `${label} is compressed with gzip and broken: ${error.message}`, { cause: error }) : error
  }
}
