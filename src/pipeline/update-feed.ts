/** Update a feed: what its publisher has now is judged and taken in, and whoever uses a package that an advisory changed for is due at once. */
import { refusal } from '../domain/advisory/feed-health.ts'
import { decideWork } from '../domain/due-work.ts'
import { isFault } from '../domain/fault.ts'
import { parseFullImageName } from '../domain/image/reference.ts'
import { type CredentialGrant, scopeFor } from '../domain/image/scope.ts'
import type { AdvisoryStore } from '../ports/advisory-store.ts'
import type { DueWorkStore } from '../ports/due-work-store.ts'
import type { FeedPart, Feeds, FetchedPart } from '../ports/feeds.ts'
import type { InventoryStore } from '../ports/inventory-store.ts'
import type { RepoStore } from '../ports/repo-store.ts'
import { readPart } from './update-feed/feed-reading.ts'

export type FeedPorts = {
  readonly feeds: Pick<Feeds, 'fetch' | 'parse'>
  readonly advisories: Pick<AdvisoryStore, 'parts' | 'save' | 'noteChecked'>
}

export type MatchPorts = {
  readonly advisories: Pick<AdvisoryStore, 'unmatched' | 'noteMatched'>
  readonly inventories: Pick<InventoryStore, 'holding'>
  readonly repos: Pick<RepoStore, 'reposLeadingTo'>
  readonly dueWork: Pick<DueWorkStore, 'schedule'>
  readonly grants: readonly CredentialGrant[]
}

/** What came of one part. `refused` and `fault` are alarms: the last good one is kept. */
export type UpdatedPart = {
  readonly feed: string
  readonly part: string
  readonly outcome: 'unchanged' | 'saved' | 'refused' | 'fault'
  /** What the part holds now. */
  readonly items: number
  /** Packages of which an advisory is new, changed or gone. */
  readonly changed: number
  /** Why it was not taken in, or the first record that could not be read; null: all is well. */
  readonly message: string | null
}

/** Packages that are matched in one go. */
const matchedAtOnce = 500

/**
 * Asks for what is new in the feed and takes it in, part by part; every fault of the publisher about a part is its alarm. A publisher who cannot be reached at all is
 * an alarm of all parts and raised as the fault it is, as are faults of our own memory. `accept`: a person says that what is refused for its size or age is right.
 */
export async function* updateFeed({ feeds, advisories }: FeedPorts, feed: string, asOf: Date, accept = false): AsyncIterable<UpdatedPart> {
  const known = await advisories.parts(feed)
  const fetched = feeds.fetch(feed, known)[Symbol.asyncIterator]()
  try {
    for (let next = await nextOf(fetched, advisories, known, asOf); !next.done; next = await nextOf(fetched, advisories, known, asOf)) {
      const before = known.find(({ part }) => part === next.value.part) ?? null
      yield await updatePart({ feeds, advisories }, feed, next.value, before, accept, asOf)
    }
  } finally {
    await fetched.return?.()
  }
}

/** Wakes the decisions of every repo with a use that leads to an image that holds a changed package; gives how many repos. Inventories are looked up by package, no image is read again. */
export async function matchChanges({ advisories, inventories, repos, dueWork, grants }: MatchPorts, asOf: Date): Promise<number> {
  const woken = new Set<number>()
  for (let changes = await advisories.unmatched(matchedAtOnce); changes.length > 0; changes = await advisories.unmatched(matchedAtOnce)) {
    const users = await repos.reposLeadingTo(await inventories.holding(changes))
    const theirs = users.filter(({ imageName, installationId, scope }) => scopeFor(parseFullImageName(imageName), installationId, grants) === scope)
    await dueWork.schedule(theirs.map(({ repoId, installationId }) => decideWork(repoId, installationId, asOf)))
    for (const { repoId } of theirs) woken.add(repoId)
    await advisories.noteMatched(changes.map(({ change }) => change))
  }
  return woken.size
}

async function nextOf(
  fetched: AsyncIterator<FetchedPart>,
  advisories: FeedPorts['advisories'],
  known: readonly FeedPart[],
  asOf: Date,
): Promise<IteratorResult<FetchedPart>> {
  try {
    return await fetched.next()
  } catch (error) {
    if (isFault(error)) for (const { feed, part } of known) await advisories.noteChecked(feed, part, asOf, error.message)
    throw error
  }
}

async function updatePart(
  { feeds, advisories }: FeedPorts,
  feed: string,
  fetched: FetchedPart,
  before: FeedPart | null,
  accept: boolean,
  asOf: Date,
): Promise<UpdatedPart> {
  const { part } = fetched
  const kept = { feed, part, items: before?.items ?? 0, changed: 0 }
  const alarm = async (outcome: 'refused' | 'fault', message: string): Promise<UpdatedPart> => {
    await advisories.noteChecked(feed, part, asOf, message)
    return { ...kept, outcome, message }
  }
  if (fetched.kind === 'fault') return alarm('fault', fetched.message)
  if (fetched.kind === 'unchanged') {
    await advisories.noteChecked(feed, part, asOf, null)
    return { ...kept, outcome: 'unchanged', message: null }
  }
  const { kind: mode, etag, newest } = fetched
  const reading = readPart(feeds, feed, fetched.files)
  const published = () => ({ bytes: reading.published().bytes, fingerprint: mode === 'patch' ? null : reading.published().fingerprint })
  const last = before === null || before.items === 0 ? null : before
  try {
    const saved = await advisories.save(
      { feed, part, etag, newest, mode, items: reading.items, published },
      (counted) => (accept && counted.read > 0 ? null : refusal(mode, last, counted)),
      asOf,
    )
    if (saved.kind === 'refused') return alarm('refused', withProblem(saved.why, reading.problem()))
    return { ...kept, outcome: 'saved', items: saved.items, changed: saved.changed.length, message: reading.problem() }
  } catch (error) {
    if (!isFault(error) || reading.fault() !== error) throw error
    return alarm('fault', error.message)
  } finally {
    await reading.leave()
  }
}

/** The reason, and the first record that could not be read as an example. */
export function withProblem(why: string, problem: string | null): string {
  return problem === null ? why : `${why} (${problem})`
}
