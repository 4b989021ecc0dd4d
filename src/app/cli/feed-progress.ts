/** Progress of downloads of feeds, on stderr: bytes that count up on a terminal, one line per part elsewhere. */
import type { FeedFile, Feeds, FetchedPart } from '../../ports/feeds.ts'

/** Bytes between two lines on a terminal. */
const everyBytes = 256 * 1024

/** `feeds` with every byte of a part told while it is read. */
export function withProgress(feeds: Feeds, out: NodeJS.WriteStream = process.stderr): Feeds {
  async function* told(feed: string, part: string, files: AsyncIterable<FeedFile>): AsyncIterable<FeedFile> {
    let bytes = 0
    let shown = 0
    if (!out.isTTY) out.write(`fetching ${feed} ${part}\n`)
    const show = () => {
      shown = bytes
      out.write(`\r${feed} ${part}: ${(bytes / 1e6).toFixed(1)} MB`)
    }
    async function* counted(chunks: AsyncIterable<Uint8Array>) {
      for await (const chunk of chunks) {
        bytes += chunk.length
        if (out.isTTY && bytes - shown >= everyBytes) show()
        yield chunk
      }
    }
    try {
      for await (const file of files) yield { path: file.path, open: () => counted(file.open()) }
    } finally {
      if (out.isTTY) {
        show()
        out.write('\n')
      }
    }
  }
  async function* fetched(feed: string, parts: AsyncIterable<FetchedPart>): AsyncIterable<FetchedPart> {
    for await (const part of parts) yield 'files' in part ? { ...part, files: told(feed, part.part, part.files) } : part
  }
  return { ...feeds, fetch: (feed, known) => fetched(feed, feeds.fetch(feed, known)) }
}
