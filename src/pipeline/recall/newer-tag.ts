/** Recalling newer tags: which tag of an image a use may move to by its policy, from the list that is remembered. It asks nobody outside. */
import type { Digest } from '../../domain/image/digest.ts'
import type { TagKey } from '../../domain/image/observation.ts'
import type { Scope } from '../../domain/image/scope.ts'
import type { TagReach } from '../../domain/image/tag-reach.ts'
import { type ExtentWord, extentWords } from '../../domain/image/extent.ts'
import { successorOf } from '../../domain/image/tag-successor.ts'
import { chooseTag, type TagChoiceInput } from '../../domain/image/tag-track.ts'
import type { DistroTable } from '../../domain/package/distro.ts'
import type { Offer } from '../../domain/update.ts'
import type { NewerTag, Upstream, Vanished } from '../../policy/facts.ts'
import type { ObservationStore } from '../../ports/observation-store.ts'
import type { TagList, TagListStore } from '../../ports/tag-list-store.ts'
import { recallUpstream } from './upstream.ts'

/** What a list of tags holds for a tag: the newest of its line within the reach, and the newest that only the policy stands against; null where there is none. */
export type Choice = { readonly candidate: string | null; readonly beyond: string | null }

type Listed = Pick<TagList, 'askedAt'> & { readonly tags: readonly string[] }

/** Choices that are remembered at most. */
const mostChoices = 10_000

/** Lists of tags, each read once, with the choices made from them, each worked out once, since repos share their bases and a list may be long. Make one per batch. */
export type TagChooser = {
  list(scope: Scope, imageName: string): Promise<TagList | null>
  /** What `list` holds for the tag of `key`, but for the tags of `without`. */
  choose(key: TagKey, list: Listed, reach: TagReach, without: readonly string[]): Choice
}

/** A chooser on the lists that `tagLists` has now. `choices` may be kept for the next one. */
export function createTagChooser(tagLists: Pick<TagListStore, 'list'>, distros: DistroTable, choices: Map<string, Choice> = new Map()): TagChooser {
  const lists = new Map<string, Promise<TagList | null>>()
  return {
    list(scope, imageName) {
      const key = `${scope} ${imageName}`
      const list = lists.get(key) ?? tagLists.list(scope, imageName)
      lists.set(key, list)
      return list
    },
    choose({ scope, imageName, tag }, { tags, askedAt }, reach, without) {
      const key = JSON.stringify([scope, imageName, askedAt, tag, reach.extent, reach.mayChangeRelease, without])
      const known = choices.get(key)
      if (known !== undefined) return known
      if (choices.size >= mostChoices) choices.clear()
      const choice = chosen({ current: tag, tags: without.length === 0 ? tags : tags.filter((one) => !without.includes(one)), distros, ...reach })
      choices.set(key, choice)
      return choice
    },
  }
}

function chosen(input: TagChoiceInput): Choice {
  const { candidate, refused } = chooseTag(input)
  const farther = refused.flatMap(({ tag, why }) => (why === 'beyond-policy' ? [tag] : []))
  const beyond = farther.length === 0 ? null : chooseTag({ ...input, tags: farther, extent: { kind: 'major' } }).candidate
  return { candidate, beyond }
}

/** What could take the place of a tag that was there once and is not any more; null where it is there, or never was. */
export async function recallVanished(
  { chooser, distros }: { readonly chooser: TagChooser; readonly distros: DistroTable },
  key: TagKey,
  upstream: Upstream | null,
): Promise<Vanished | null> {
  if (upstream?.kind !== 'fault' || upstream.fault.kind !== 'missing' || (upstream.last === null && upstream.pinned?.kind !== 'fetched')) return null
  const list = await chooser.list(key.scope, key.imageName)
  if (list === null || list.tags === null) return { isListed: false, proposal: null }
  const { tags, askedAt } = list
  const reachOf = (kind: ExtentWord): TagReach => ({ extent: { kind }, mayChangeRelease: false })
  if (chooser.choose(key, { tags, askedAt }, reachOf('major'), []).candidate !== null)
    for (const kind of extentWords) {
      const { candidate } = chooser.choose(key, { tags, askedAt }, reachOf(kind), [])
      if (candidate !== null) return { isListed: true, proposal: { tag: candidate, follow: kind } }
    }
  const successor = successorOf(key.tag, tags, distros)
  return { isListed: true, proposal: successor === null ? null : { tag: successor.tag, follow: null } }
}

/** Candidates that are passed over since the registry lists and does not serve them. */
const mostUnserved = 3

/** What the list of tags says to a use of `key` that is pinned to `pin`; `refused` is what people said no to. Null where the policy follows the digest only. */
export async function recallNewer(
  { observations, chooser }: { readonly observations: ObservationStore; readonly chooser: TagChooser },
  key: TagKey,
  pin: Digest | null,
  reach: TagReach,
  refused: readonly Offer[],
): Promise<NewerTag | null> {
  if (reach.extent.kind === 'digest') return null
  const list = await chooser.list(key.scope, key.imageName)
  if (list === null) return { kind: 'unasked' }
  const { tags, fault, askedAt } = list
  if (tags === null) return fault === null ? { kind: 'unasked' } : { kind: 'fault', fault }
  const unserved: string[] = []
  for (;;) {
    const { candidate: tag, beyond } = chooser.choose(key, { tags, askedAt }, reach, [...unserved])
    const listed = { kind: 'listed', considered: tags.length, beyond, unserved } as const
    if (tag === null) return { ...listed, candidate: null, refused: null }
    if (refused.includes(`tag:${tag}`)) return { ...listed, candidate: null, refused: tag }
    const upstream = await recallUpstream(observations, { ...key, tag }, pin, true)
    if (upstream?.kind !== 'fault' || upstream.fault.kind !== 'missing') return { ...listed, candidate: { tag, upstream }, refused: null }
    unserved.push(tag)
    if (unserved.length > mostUnserved) return { ...listed, candidate: null, refused: null }
  }
}
