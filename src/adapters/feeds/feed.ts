/** A feed: how its publisher gives it out, and how its files are read. The interface of every folder beside this file. */
import type { FeedItem } from '../../domain/advisory/advisory.ts'
import type { DistroTable } from '../../domain/package/distro.ts'
import type { FeedFile, FeedPart, FetchedPart } from '../../ports/feeds.ts'
import type { Http } from '../http/index.ts'

export type Feed = {
  /** The name of its folder, here and in a folder given to `match --feed`. */
  readonly name: string
  /** For people: `Debian security tracker`. */
  readonly title: string
  /** Where people read about it. */
  readonly homepage: string
  /** Asks the publisher for what is newer than `known`; null: files of this form are read where they are given, but not fetched, since another feed brings the same. */
  readonly fetch: ((ports: FetchPorts, known: readonly FeedPart[]) => AsyncIterable<FetchedPart>) | null
  /**
   * What a published file says, streamed, by the file's path and content. Null: the file is not of this feed (a README, an index of other files).
   * The iteration raises the fault `invalid` when the file is truncated or not what its name promises; single bad records are `problem` items.
   */
  readonly parse: (file: FeedFile, context: FeedContext) => AsyncIterable<FeedItem> | null
}

/** What parsing needs to know beside the file. */
export type FeedContext = { readonly distros: DistroTable }

export type FetchPorts = FeedContext & {
  readonly http: Http
  /** Replaces the publisher's origin (`https://security-tracker.debian.org`), for mirrors and tests. */
  readonly origin: (publisher: string) => string
}
