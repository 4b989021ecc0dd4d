/** Search tag: which tag shows a digest that files name without one. Asked once per image, digest and scope; what the tags show is remembered like any look at them. */
import { type Claim, decideWork } from '../domain/due-work.ts'
import { isFault } from '../domain/fault.ts'
import type { DigestAlone } from '../domain/image/followed-tag.ts'
import type { Digest } from '../domain/image/digest.ts'
import { parseFullImageName } from '../domain/image/reference.ts'
import { type CredentialGrant, scopeFor } from '../domain/image/scope.ts'
import { likelyCarriers } from '../domain/image/tag-search.ts'
import type { DistroTable } from '../domain/package/distro.ts'
import type { DigestSearchStore } from '../ports/digest-search-store.ts'
import type { DueWorkStore } from '../ports/due-work-store.ts'
import type { ObservationStore } from '../ports/observation-store.ts'
import type { Registry } from '../ports/registry.ts'
import type { TagListStore } from '../ports/tag-list-store.ts'
import { parseWanted } from '../ports/wanted-inspection-store.ts'
import type { WantedTagStore } from '../ports/wanted-tag-store.ts'

export type SearchTagPorts = {
  readonly registry: Pick<Registry, 'tagDigest'>
  readonly observations: Pick<ObservationStore, 'observe'>
  readonly tagLists: Pick<TagListStore, 'list'>
  readonly searches: DigestSearchStore
  readonly wantedTags: Pick<WantedTagStore, 'reposWanting'>
  readonly dueWork: Pick<DueWorkStore, 'schedule'>
  readonly distros: DistroTable
  /** Who may use which credential. */
  readonly grants: readonly CredentialGrant[]
}

/** Tags asked in one day, and at all, for one digest. */
const mostADay = 20
const mostAtAll = 100
/** Between two days' questions, ms. */
export const searchEveryMs = 24 * 60 * 60 * 1000
/** A kill between storing an answer and waking the decisions costs this long, ms: they are made due beforehand as well. */
const netMs = 60_000

/** A search by a person at the command line: a day's questions at once, until a tag shows the digest. A fault ends it; what was learnt is remembered. */
export async function lookForTag(
  { registry, observations, tagLists, distros }: Pick<SearchTagPorts, 'registry' | 'observations' | 'tagLists' | 'distros'>,
  { scope, imageName, digest }: DigestAlone,
  asOf: Date,
): Promise<void> {
  const tags = (await tagLists.list(scope, imageName))?.tags ?? []
  for (const tag of likelyCarriers(tags, distros).slice(0, mostADay)) {
    const shown = await registry.tagDigest(scope, parseFullImageName(imageName), tag).catch((error: unknown) => {
      if (!isFault(error)) throw error
      return error.kind
    })
    if (shown === 'missing') continue
    if (!shown.includes(':')) return
    await observations.observe({ scope, imageName, tag }, shown as Digest, asOf)
    if (shown === digest) return
  }
}

/**
 * A day's questions for the digest that the claim names, until a tag shows it; wakes the decisions of those who want to know when one does, or when the
 * search ends without. Gives when to go on; null where nothing is left to ask. Faults of the registry other than `missing` are raised, with what was asked kept.
 */
export async function searchTag(ports: SearchTagPorts, claim: Claim, asOf: Date): Promise<Date | null> {
  const { scope, imageName, manifest: digest } = parseWanted(claim.key)
  const image = parseFullImageName(imageName)
  const wanting = await ports.wantedTags.reposWanting(imageName, null)
  const users = wanting.filter((user) => user.pins.includes(digest) && scopeFor(image, user.installationId, ports.grants) === scope)
  const tags = (await ports.tagLists.list(scope, imageName))?.tags ?? null
  const before = await ports.searches.search(scope, imageName, digest)
  if (users.length === 0 || tags === null || before?.isOver === true) return null
  const wake = (at: Date) => ports.dueWork.schedule(users.map(({ repoId, installationId }) => decideWork(repoId, installationId, at)))
  const asked = new Set(before?.asked ?? [])
  const left = likelyCarriers(tags, ports.distros).filter((tag) => !asked.has(tag))
  const today = left.slice(0, Math.min(mostADay, mostAtAll - asked.size))
  const save = (isOver: boolean) => ports.searches.saveSearch(scope, imageName, digest, { askedAt: asOf, asked: [...asked], isOver })
  for (const tag of today) {
    try {
      const shown = await ports.registry.tagDigest(scope, image, tag)
      const isFound = shown === digest
      if (isFound) await wake(new Date(asOf.getTime() + netMs))
      await ports.observations.observe({ scope, imageName, tag }, shown, asOf)
      if (isFound) {
        await save(true)
        await wake(asOf)
        return null
      }
    } catch (error) {
      if (!isFault(error) || error.kind !== 'missing') {
        if (isFault(error)) await save(false)
        throw error
      }
    }
    asked.add(tag)
  }
  const isOver = left.length === today.length || asked.size >= mostAtAll
  await save(isOver)
  if (isOver) await wake(asOf)
  return isOver ? null : new Date(asOf.getTime() + searchEveryMs)
}
