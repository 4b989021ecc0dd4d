/** Recalling newer tags: which tag of an image a use may move to by its policy, from the list that is remembered. It asks nobody outside. */
import type { Digest } from '../../domain/image/digest.ts'
import type { TagKey } from '../../domain/image/observation.ts'
import type { Scope } from '../../domain/image/scope.ts'
import type { TagReach } from '../../domain/image/tag-reach.ts'
import { extentWords } from '../../domain/image/extent.ts'
import { successorOf } from '../../domain/image/tag-successor.ts'
import { chooseTag } from '../../domain/image/tag-track.ts'
import type { DistroTable } from '../../domain/package/distro.ts'
import type { Offer } from '../../domain/update.ts'
import type { NewerTag, Upstream, Vanished } from '../../policy/facts.ts'
import type { ObservationStore } from '../../ports/observation-store.ts'
import type { TagList, TagListStore } from '../../ports/tag-list-store.ts'
import { recallUpstream } from './upstream.ts'

/** Lists of tags with the choices made from them, each worked out once: repos share their bases. Make one per batch. */
export type TagChooser = {
  list(scope: Scope, imageName: string): Promise<TagList | null>
  /** The newest tag of the line of `key`'s within the reach, but for those of `without`; null where its own is it. */
  choose(key: TagKey, list: readonly string[], reach: TagReach, without: readonly string[]): string | null
}

/** A chooser on the lists that `tagLists` has now. */
export function createTagChooser(tagLists: Pick<TagListStore, 'list'>, distros: DistroTable): TagChooser {
  const lists = new Map<string, Promise<TagList | null>>()
  const choices = new Map<string, string | null>()
  return {
    list(scope, imageName) {
      const key = `${scope} ${imageName}`
      const list = lists.get(key) ?? tagLists.list(scope, imageName)
      lists.set(key, list)
      return list
    },
    choose({ scope, imageName, tag }, list, reach, without) {
      const key = JSON.stringify([scope, imageName, tag, reach.extent, reach.mayChangeRelease, without])
      const known = choices.get(key)
      if (known !== undefined) return known
      const tags = without.length === 0 ? list : list.filter((one) => !without.includes(one))
      const { candidate } = chooseTag({ current: tag, tags, distros, ...reach })
      choices.set(key, candidate)
      return candidate
    },
  }
}

/** What could take the place of a tag that was there once and is not any more; null where it is there, or never was. */
export async function recallVanished(
  { chooser, distros }: { readonly chooser: TagChooser; readonly distros: DistroTable },
  key: TagKey,
  upstream: Upstream | null,
): Promise<Vanished | null> {
  if (upstream?.kind !== 'fault' || upstream.fault.kind !== 'missing' || (upstream.last === null && upstream.pinned?.kind !== 'fetched')) return null
  const tags = (await chooser.list(key.scope, key.imageName))?.tags ?? null
  if (tags === null) return { isListed: false, proposal: null }
  for (const kind of extentWords) {
    const tag = chooser.choose(key, tags, { extent: { kind }, mayChangeRelease: false }, [])
    if (tag !== null) return { isListed: true, proposal: { tag, follow: kind } }
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
  const { tags, fault } = list
  if (tags === null) return fault === null ? { kind: 'unasked' } : { kind: 'fault', fault }
  const unserved: string[] = []
  for (;;) {
    const tag = chooser.choose(key, tags, reach, unserved)
    const farthest = chooser.choose(key, tags, { ...reach, extent: { kind: 'major' } }, unserved)
    const listed = { kind: 'listed', considered: tags.length, beyond: farthest === tag ? null : farthest, unserved } as const
    if (tag === null) return { ...listed, candidate: null, refused: null }
    if (refused.includes(`tag:${tag}`)) return { ...listed, candidate: null, refused: tag }
    const upstream = await recallUpstream(observations, { ...key, tag }, pin, true)
    if (upstream?.kind !== 'fault' || upstream.fault.kind !== 'missing' || unserved.length === mostUnserved)
      return { ...listed, candidate: { tag, upstream }, refused: null }
    unserved.push(tag)
  }
}
