/** Watching: what a repo's decisions need to hear from registries is remembered as wanted, and made due. */
import { type Claim, type Work, work } from '../../domain/due-work.ts'
import { formatTagKey, type TagKey } from '../../domain/image/observation.ts'
import { pinOf } from '../../domain/repo/image-use.ts'
import type { TagChooser } from '../../pipeline/recall/newer-tag.ts'
import type { RecalledUse } from '../../pipeline/recall.ts'
import { searchEveryMs } from '../../pipeline/search-tag.ts'
import type { Upstream } from '../../policy/facts.ts'
import type { DigestSearchStore } from '../../ports/digest-search-store.ts'
import type { DueWorkStore } from '../../ports/due-work-store.ts'
import type { ObservationStore } from '../../ports/observation-store.ts'
import { formatListKey } from '../../ports/tag-list-store.ts'
import { formatWanted } from '../../ports/wanted-inspection-store.ts'
import type { WantedTag, WantedTagStore } from '../../ports/wanted-tag-store.ts'

export type WatchPorts = {
  readonly observations: Pick<ObservationStore, 'history'>
  readonly wantedTags: Pick<WantedTagStore, 'replaceWanted'>
  readonly dueWork: Pick<DueWorkStore, 'schedule'>
  readonly chooser: Pick<TagChooser, 'list'>
  readonly searches: Pick<DigestSearchStore, 'search'>
  /** Between two looks at a tag, and at a list of tags, ms. */
  readonly resolveEveryMs: number
  readonly tagsEveryMs: number
}

/**
 * Remembers what the uses want beside their own tags, and schedules all that they want: now where nobody looked yet, else when its turn comes, also when
 * nobody had followed it for a while. False, with nothing scheduled, where somebody else decides the repo by now.
 */
export async function watch(ports: WatchPorts, claim: Claim, repoId: number, uses: readonly RecalledUse[], asOf: Date): Promise<boolean> {
  const wanted = new Map<string, WantedTag>()
  const due: Work[] = []
  for (const { use, tag: key, alone, upstream, newer, vanished } of uses) {
    if (key === null && alone !== null) {
      const searching = await searchWork(ports, alone, asOf)
      if (searching.length > 0) wanted.set(JSON.stringify(alone), { imageName: alone.imageName, tag: null, pin: alone.digest })
      due.push(...searching)
    }
    if (key === null) continue
    due.push(await tagWork(ports, key, upstream, asOf))
    const want = (tag: string | null) => {
      const one: WantedTag = { imageName: key.imageName, tag, pin: tag === null ? null : pinOf(use) }
      wanted.set(JSON.stringify([one.imageName, one.tag, one.pin]), one)
    }
    // A digest alone is no use of the tag that it is known by.
    if (alone !== null) want(key.tag)
    if (newer === null && vanished === null) continue
    want(null)
    due.push(await listWork(ports, key, asOf))
    if (newer?.kind !== 'listed') continue
    if (newer.candidate !== null) {
      const { tag, upstream: said } = newer.candidate
      want(tag)
      due.push(await tagWork(ports, { ...key, tag }, said, asOf))
    }
    for (const tag of newer.unserved) {
      want(tag)
      due.push(work('resolve', formatTagKey({ ...key, tag }), new Date(asOf.getTime() + ports.resolveEveryMs)))
    }
  }
  if (!(await ports.wantedTags.replaceWanted(claim, repoId, [...wanted.values()]))) return false
  await ports.dueWork.schedule(due)
  return true
}

async function listWork({ chooser, tagsEveryMs }: WatchPorts, key: Pick<TagKey, 'scope' | 'imageName'>, asOf: Date): Promise<Work> {
  const list = await chooser.list(key.scope, key.imageName)
  return work('tags', formatListKey(key), list === null ? asOf : new Date(list.askedAt.getTime() + tagsEveryMs))
}

/** What finds the tag of a digest that stands alone: the list of tags, then questions about some of them. Nothing once the search is over. */
async function searchWork(ports: WatchPorts, alone: NonNullable<RecalledUse['alone']>, asOf: Date): Promise<readonly Work[]> {
  const { scope, imageName, digest } = alone
  const search = await ports.searches.search(scope, imageName, digest)
  if (search?.isOver === true) return []
  const list = await listWork(ports, alone, asOf)
  if ((await ports.chooser.list(scope, imageName))?.tags == null) return [list]
  const dueAt = search === null ? asOf : new Date(search.askedAt.getTime() + searchEveryMs)
  return [list, work('search', formatWanted({ scope, imageName, manifest: digest }), dueAt)]
}

async function tagWork({ observations, resolveEveryMs }: WatchPorts, key: TagKey, upstream: Upstream | null, asOf: Date): Promise<Work> {
  const [newest] = await observations.history(key, 1)
  const looked = upstream?.kind === 'fault' ? asOf : newest?.lastSeen
  return work('resolve', formatTagKey(key), upstream === null || looked === undefined ? asOf : new Date(looked.getTime() + resolveEveryMs))
}
