/** Reading a part of a feed: its files as items, with what was seen on the way. */
import { createHash } from 'node:crypto'
import type { FeedItem } from '../../domain/advisory/advisory.ts'
import type { FeedFile, FeedPart, Feeds } from '../../ports/feeds.ts'

/** A part on its way; the fields are filled while `items` is read, which is once. */
export type FeedReading = {
  readonly items: AsyncIterable<FeedItem>
  /** What the publisher's files, or reading them, failed with: tells his faults from those of whoever takes the items. */
  fault(): unknown
  /** The first record that could not be read, for people; null: none. */
  problem(): string | null
  /** Bytes as published, and their sha256 in the order in which they were read. */
  published(): Pick<FeedPart, 'bytes'> & { readonly fingerprint: string }
  /** Ends the publisher's answer where nobody has begun to read `items`: it is on the wire since it was asked for. */
  leave(): Promise<void>
}

/** The items of `files` of that feed, file by file. */
export function readPart(feeds: Pick<Feeds, 'parse'>, feed: string, files: AsyncIterable<FeedFile>): FeedReading {
  const hash = createHash('sha256')
  let bytes = 0
  let fault: unknown = null
  let problem: string | null = null
  let isBegun = false
  async function* measured(chunks: AsyncIterable<Uint8Array>) {
    for await (const chunk of chunks) {
      hash.update(chunk)
      bytes += chunk.length
      yield chunk
    }
  }
  async function* reading(): AsyncIterable<FeedItem> {
    isBegun = true
    try {
      for await (const file of files) {
        for await (const item of feeds.parse(feed, { path: file.path, open: () => measured(file.open()) })) {
          if (item.kind === 'problem') problem ??= `${item.where}: ${item.message}`
          yield item
        }
      }
    } catch (error) {
      fault = error
      throw error
    }
  }
  const leave = async (): Promise<void> => {
    if (isBegun) return
    try {
      for await (const file of files) return void (await file.open()[Symbol.asyncIterator]().return?.())
    } catch {
      // What was asked for is not wanted any more.
    }
  }
  return { items: reading(), leave, fault: () => fault, problem: () => problem, published: () => ({ bytes, fingerprint: hash.copy().digest('hex') }) }
}
