/**
 * Reads a tar archive that comes in chunks, synchronously and without keeping it. Our own, since tar-stream waits for ever on some impossible sizes and
 * merges up to 4 MiB of global header into every entry; where archives can be read in two ways this one follows Go's archive/tar, which unpacks containers.
 */
import { type PaxRecords, readPaxRecords } from './pax-records.ts'
import { Refusal } from './refusal.ts'
import { blockSize, readTarHeader, type TarType } from './tar-header.ts'

/** One entry with its long names put in. */
export type TarEntry = { readonly name: string; readonly linkName: string; readonly type: TarType; readonly size: number }

/** Takes the content of an entry piece by piece; a piece is valid during the call only. */
export type TarSink = (bytes: Uint8Array) => void

export type TarReader = {
  /** The next bytes of the archive. Raises `Refusal`. */
  write(chunk: Uint8Array): void
  /** There are no more bytes. Raises `Refusal` when an entry is cut off. */
  end(): void
}

/** Bytes of an extended header or a long name that we read at most, as in Go. */
const longestHeader = 1024 * 1024

/** A reader that shows each entry to `visit` in the archive's order; a sink that it returns gets the content, null skips it. What `visit` throws ends the reading. */
export function createTarReader(visit: (entry: TarEntry) => TarSink | null): TarReader {
  const block = Buffer.alloc(blockSize)
  let filled = 0
  let left = 0
  let padding = 0
  let sink: TarSink | null = null
  let ended = false
  let pax: PaxRecords | null = null
  let longName: string | null = null
  let longLink: string | null = null

  /** The end of an entry that speaks of the next one. */
  let atEnd: (() => void) | null = null
  const collect = (size: number, use: (content: Buffer) => void): TarSink => {
    if (size > longestHeader) throw new Refusal('a header of the archive is too long')
    const content = Buffer.alloc(size)
    let at = 0
    atEnd = () => use(content)
    return (bytes) => {
      content.set(bytes, at)
      at += bytes.length
    }
  }
  const textOf = (content: Buffer): string => content.toString('utf8').replace(/\0.*$/s, '')

  const open = (): void => {
    const header = readTarHeader(block)
    if (header === null) {
      ended = true // Go wants a second block of zeros; without it, too, nothing that follows is unpacked
      return
    }
    left = header.size
    if (header.type === 'extended') sink = collect(header.size, (content) => (pax = readPaxRecords(content)))
    else if (header.type === 'long-name') sink = collect(header.size, (content) => (longName = textOf(content)))
    else if (header.type === 'long-link') sink = collect(header.size, (content) => (longLink = textOf(content)))
    else if (header.type === 'comment') sink = null
    else {
      if (header.type === 'sparse' && block[482] !== 0) throw new Refusal('the archive holds a sparse file of the old kind, which we do not read')
      const { path, linkpath, size, isSparse } = pax ?? { isSparse: false }
      const hasContent = header.type === 'file' || header.type === 'unknown' || header.type === 'sparse'
      left = hasContent ? (size ?? header.size) : 0
      sink = visit({
        name: path ?? longName ?? header.name,
        linkName: linkpath ?? longLink ?? header.linkName,
        type: isSparse && header.type === 'file' ? 'sparse' : header.type,
        size: left,
      })
      pax = longName = longLink = null
    }
    padding = (blockSize - (left % blockSize)) % blockSize
    if (left === 0) close()
  }

  const close = (): void => {
    sink = null
    const use = atEnd
    atEnd = null
    use?.()
  }

  return {
    write(chunk) {
      let at = 0
      while (at < chunk.length) {
        if (ended) return
        if (left > 0) {
          const end = Math.min(chunk.length, at + left)
          sink?.(chunk.subarray(at, end))
          left -= end - at
          at = end
          if (left === 0) close()
        } else if (padding > 0) {
          const skipped = Math.min(padding, chunk.length - at)
          padding -= skipped
          at += skipped
        } else {
          const end = Math.min(chunk.length, at + blockSize - filled)
          block.set(chunk.subarray(at, end), filled)
          filled += end - at
          at = end
          if (filled < blockSize) continue
          filled = 0
          open()
        }
      }
    },
    end() {
      if (!ended && (left > 0 || filled > 0)) throw new Refusal('the archive is cut off')
    },
  }
}
