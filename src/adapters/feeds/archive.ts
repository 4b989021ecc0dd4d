/** Archives that feeds are published in: the files inside of zip, and of tar under any compression, one by one and within bounds. */
import { createWriteStream } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import tar from 'tar-stream'
import yauzl from 'yauzl'
import { Fault, isFault } from '../../domain/fault.ts'
import type { FeedFile } from '../../ports/feeds.ts'
import { plainBytes } from './decompress.ts'

export type ArchiveLimits = {
  /** Files in the archive; 2,000,000 without it (OSV's largest export has some 600,000). */
  readonly maxEntries?: number
  /** Bytes of one unpacked file; 64 MB without it. */
  readonly maxEntryBytes?: number
  /** Bytes of the archive as published; 4 GB without it. */
  readonly maxArchiveBytes?: number
}

const defaults = { maxEntries: 2_000_000, maxEntryBytes: 64_000_000, maxArchiveBytes: 4_000_000_000 }

/**
 * The files of a zip archive, in its own order; each is to be read before the next is asked for. A zip is read by the directory at its end, so it is spooled
 * to a temporary file first, which is gone when the iteration ends. Raises `invalid`, beginning with the archive's path, where it is cut off, damaged or
 * beyond `limits`; a damaged or oversized file inside raises when it is read, under its own path.
 */
export async function* zipEntries(archive: FeedFile, limits: ArchiveLimits = {}): AsyncIterable<FeedFile> {
  const { maxEntries, maxEntryBytes, maxArchiveBytes } = { ...defaults, ...limits }
  const folder = await mkdtemp(path.join(tmpdir(), 'underpin-feed-'))
  try {
    const spooled = path.join(folder, 'archive.zip')
    await pipeline(atMost(archive.open(), maxArchiveBytes, archive.path), createWriteStream(spooled, { mode: 0o600 }))
    const zip = await yauzl.openPromise(spooled, { autoClose: false }).catch((error: unknown) => {
      throw damaged(archive.path, error)
    })
    try {
      let entries = 0
      const walk = zip.eachEntry()
      for (;;) {
        const next = await walk.next().catch((error: unknown) => {
          throw damaged(archive.path, error)
        })
        if (next.done === true) return
        const entry = next.value
        entries += 1
        if (entries > maxEntries) throw new Fault('invalid', `${archive.path} holds more than ${maxEntries} files; gave up`)
        if (entry.fileName.endsWith('/')) continue
        yield { path: entry.fileName, open: () => zipEntry(zip, entry, maxEntryBytes) }
      }
    } finally {
      zip.close()
    }
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

async function* zipEntry(zip: yauzl.ZipFile, entry: yauzl.Entry, maxBytes: number): AsyncIterable<Uint8Array> {
  if (entry.uncompressedSize > maxBytes) throw new Fault('invalid', `${entry.fileName} is larger than ${maxBytes} bytes when unpacked; gave up`)
  const stream = await zip.openReadStreamPromise(entry).catch((error: unknown) => {
    throw damaged(entry.fileName, error)
  })
  try {
    for await (const chunk of stream) yield chunk as Uint8Array
  } catch (error) {
    throw damaged(entry.fileName, error)
  } finally {
    stream.destroy()
  }
}

/**
 * The regular files of a tar archive, compressed or not, in its own order; each must be read before the next is asked for, what is not read is passed over.
 * Faults as of `zipEntries`; nothing is written to disk.
 */
export async function* tarEntries(archive: FeedFile, limits: ArchiveLimits = {}): AsyncIterable<FeedFile> {
  const { maxEntries, maxEntryBytes, maxArchiveBytes } = { ...defaults, ...limits }
  const bounded: FeedFile = { path: archive.path, open: () => atMost(archive.open(), maxArchiveBytes, archive.path) }
  const extract = tar.extract()
  const source = Readable.from(wholeTar(plainBytes(bounded, { maxBytes: 32_000_000_000 }), archive.path), { objectMode: false })
  source.once('error', (error) => extract.destroy(error))
  source.pipe(extract)
  let entries = 0
  try {
    for await (const entry of extract) {
      entries += 1
      if (entries > maxEntries) throw new Fault('invalid', `${archive.path} holds more than ${maxEntries} files; gave up`)
      if (entry.header.type === 'file' || entry.header.type === 'contiguous-file') {
        const name = entry.header.name
        yield { path: name.replace(/^(\.\/)+/, ''), open: () => atMost(entry as AsyncIterable<Uint8Array>, maxEntryBytes, name) }
      }
      entry.resume()
    }
  } catch (error) {
    throw damaged(archive.path, error)
  } finally {
    source.destroy()
    extract.destroy()
  }
}

/** A tar ends with two blocks of zeros: without them it was cut between two files, which tar-stream takes for its end. */
async function* wholeTar(bytes: AsyncIterable<Uint8Array>, where: string): AsyncIterable<Uint8Array> {
  let zeros = 0
  for await (const chunk of bytes) {
    const tail = chunk.subarray(-1024)
    let end = tail.length
    while (end > 0 && tail[end - 1] === 0) end -= 1
    zeros = end === 0 ? zeros + tail.length : tail.length - end
    yield chunk
  }
  if (zeros < 1024) throw new Fault('invalid', `${where} is cut off`)
}

async function* atMost(bytes: AsyncIterable<Uint8Array>, maxBytes: number, where: string): AsyncIterable<Uint8Array> {
  let size = 0
  for await (const chunk of bytes) {
    size += chunk.length
    if (size > maxBytes) throw new Fault('invalid', `${where} is larger than ${maxBytes} bytes; gave up`)
    yield chunk
  }
}

const damaged = (where: string, error: unknown): unknown =>
  isFault(error) ? error : new Fault('invalid', `${where} is cut off or damaged (${error instanceof Error ? error.message : 'unknown'})`, { cause: error })
