/** Advisories that were fetched, and the state of the feeds they came from. */
import type { Advisory, FeedItem } from '../domain/advisory/advisory.ts'
import type { PartCount } from '../domain/advisory/feed-health.ts'
import type { ReleaseKey } from '../domain/package/distro.ts'
import type { FeedPart } from './feeds.ts'
import type { AdvisedPackage } from './inventory-store.ts'

/** What CISA and FIRST know about a vulnerability. */
export type ExploitNote = { readonly kev: boolean; readonly epss: number | null }

/** What an update came to: the packages of which an advisory is new, changed or gone; or why nothing was changed. */
export type SavedPart =
  | { readonly kind: 'saved'; readonly items: number; readonly changed: readonly AdvisedPackage[] }
  | { readonly kind: 'refused'; readonly why: string }

/** A part as it is taken in: `replace` makes `items` all that it holds, `patch` adds, changes and removes by record. */
export type FeedUpdate = Pick<FeedPart, 'feed' | 'part' | 'etag' | 'newest'> & {
  readonly mode: 'replace' | 'patch'
  /** Read once. What it raises is the caller's: nothing is changed then. */
  readonly items: AsyncIterable<FeedItem>
  /** Known, and asked for, once the last item was read. */
  readonly published: () => Pick<FeedPart, 'bytes' | 'fingerprint'>
}

export interface AdvisoryStore {
  /** The state of every part of a feed; of all feeds without `feed`. */
  parts(feed?: string): Promise<readonly FeedPart[]>
  /**
   * Takes in a part in one transaction. Nothing is changed when `update.items` raises or `judge`, told what was counted, gives a reason: the last good
   * one is kept. `changed` names only what is different from before. No connection is held while items are waited for.
   * Faults: `conflict` when somebody else changed the part meanwhile.
   */
  save(update: FeedUpdate, judge: (counted: PartCount) => string | null, at: Date): Promise<SavedPart>
  /**
   * Packages that `save` named as changed and whose users nobody has woken yet, oldest first: a kill between taking in and waking loses nothing.
   * `change` is for `noteMatched`; one package may stand there several times.
   */
  unmatched(limit: number): Promise<readonly (AdvisedPackage & { readonly change: number })[]>
  /** The users of these packages are woken. */
  noteMatched(changes: readonly number[]): Promise<void>
  /** Notes that the publisher was asked: nothing new, or (`alarm`) nothing that could be used; then `checkedAt` stays, but for a part that is not known yet. */
  noteChecked(feed: string, part: string, at: Date, alarm: string | null): Promise<void>
  /** Advisories that speak of packages by these names in that release. */
  about(release: ReleaseKey, packageNames: readonly string[]): Promise<readonly Advisory[]>
  /** Whether any advisory speaks of that release: without one, that nothing was found says nothing. */
  speaksOf(release: ReleaseKey): Promise<boolean>
  /** What is noted about these vulnerabilities; those without a note are absent. */
  notes(vulnerabilities: readonly string[]): Promise<ReadonlyMap<string, ExploitNote>>
}
