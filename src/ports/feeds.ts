/** Security feeds as their publishers give them out. */
import type { FeedItem } from '../domain/advisory/advisory.ts'

/** One published file: a path relative to the feed's root, with `/`, and its bytes as published (compressed files stay so). */
export type FeedFile = { readonly path: string; readonly open: () => AsyncIterable<Uint8Array> }

/** What is known about one part of a feed (`tracker.json`, `v3.20/main.json`, the ecosystem `Debian`): it is fetched, judged and replaced as one. */
export type FeedPart = {
  readonly feed: string
  readonly part: string
  /** Of the last good answer; null where the publisher sends none. */
  readonly etag: string | null
  /** The newest record or publication date in it, RFC 3339; where an incremental fetch goes on from. Null: not told. */
  readonly newest: string | null
  /** Advisories, or notes, that the last good one came to. */
  readonly items: number
  /** Bytes of the last good one as published. */
  readonly bytes: number
  /** sha256 hex of the last good one as published; null after an increment. */
  readonly fingerprint: string | null
  /** When the content last changed, and when the publisher was last asked with success. */
  readonly changedAt: Date
  readonly checkedAt: Date
  /** What was wrong with the newest one, while the last good one is kept; null: nothing. */
  readonly alarm: string | null
}

/** A part as the publisher has it now. `unchanged` costs no body. */
export type FetchedPart =
  | { readonly kind: 'unchanged'; readonly part: string }
  | {
      /** `replace`: all of the part. `patch`: only records that are new, changed or gone since the known `newest`. */
      readonly kind: 'replace' | 'patch'
      readonly part: string
      readonly etag: string | null
      readonly newest: string | null
      /** To be read once; its faults are the fetch's. */
      readonly files: AsyncIterable<FeedFile>
    }
  /** The part could not be had; the other parts go on. */
  | { readonly kind: 'fault'; readonly part: string; readonly message: string }

export interface Feeds {
  /** All names, sorted. */
  readonly names: readonly string[]
  /** Asks for what is newer than `known`. Faults about single parts are values; a host that cannot be reached at all raises `transient`. */
  readonly fetch: (feed: string, known: readonly FeedPart[]) => AsyncIterable<FetchedPart>
  /** What a published file says, in its order, streamed. Raises `invalid` when the file is truncated or not of this feed's form; single bad records are `problem`s. */
  parse(feed: string, file: FeedFile): AsyncIterable<FeedItem>
}
