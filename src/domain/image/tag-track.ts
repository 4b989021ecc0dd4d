/** Tag tracks: which tags count as the same line, and which of them an image moves to. */
import type { DistroTable } from '../package/distro.ts'
import { isOrdered, parseTag, type Tag } from './tag-parts.ts'
import { compareTags, compareText } from './tag-order.ts'
import { fixedParts, type TagReach, withinReach } from './tag-reach.ts'

/**
 * Why a tag is not taken; where several are true the first in this order: `not-a-version` (nothing in it can be ordered against the current tag),
 * `other-suffix` and `other-prefix` (another variant, or a release of a distribution that may not change), `lower` (older, or the same by another name),
 * `pre-release`, `coarser` and `finer` (fewer or more parts), `beyond-policy`.
 */
export type TagRefusal = 'other-suffix' | 'other-prefix' | 'lower' | 'pre-release' | 'coarser' | 'finer' | 'beyond-policy' | 'not-a-version'

export type TagChoiceInput = TagReach & { readonly current: string; readonly tags: Iterable<string>; readonly distros: DistroTable }

/** A tag that is not taken, and why. */
export type RefusedTag = { readonly tag: string; readonly why: TagRefusal }

export type TagChoice = {
  /** Null where the tag stays. */
  readonly candidate: string | null
  /** How many different tags there were. */
  readonly considered: number
  /** In the order given. Neither the current tag nor those that could be taken but are older than the candidate. */
  readonly refused: readonly RefusedTag[]
}

/** The newest tag of the current one's line that the reach allows. Linear in the number of tags. A range that is none holds no version. */
export function chooseTag({ current, tags, distros, ...reach }: TagChoiceInput): TagChoice {
  const from = parseTag(current, distros)
  const within = withinReach(from, reach.extent, distros)
  const refused: RefusedTag[] = []
  const all = new Set(tags)
  let best: Tag | null = null
  for (const text of all) {
    if (text === current) continue
    const tag = parseTag(text, distros)
    const why = refusalOf(from, tag, reach.mayChangeRelease) ?? (within(tag) ? null : 'beyond-policy')
    if (why !== null) refused.push({ tag: text, why })
    else if (best === null || (compareTags(best, tag) || compareText(tag.text, best.text)) < 0) best = tag
  }
  return { candidate: best?.text ?? null, considered: all.size, refused }
}

/** What speaks against moving from one tag to another whatever the policy; null where nothing does: the same line, and newer. */
export function refusalOf(from: Tag, to: Tag, mayChangeRelease: boolean): Exclude<TagRefusal, 'beyond-policy'> | null {
  if (!isOrdered(to) || (from.versions.length > 0 && to.versions.length === 0)) return 'not-a-version'
  if (!isOrdered(from)) return 'finer'
  if (to.suffix !== from.suffix) return 'other-suffix'
  if (to.prefix !== from.prefix) return 'other-prefix'
  if (to.versions.length > 0 && from.versions.length === 0) return 'not-a-version'
  const releaseSteps = from.releases.map(({ rank }, at) => (to.releases[at]?.rank ?? rank) - rank)
  if (!mayChangeRelease && releaseSteps.some((step) => step !== 0)) return from.releaseIn === 'suffix' ? 'other-suffix' : 'other-prefix'
  if (releaseSteps.some((step) => step < 0) || from.versions.some((version, at) => isBelow(to.versions[at] ?? [], version))) return 'lower'
  const isSameShape = to.shape === from.shape
  if (isSameShape && compareTags(to, from) <= 0) return 'lower'
  if (to.preRelease !== null && (from.preRelease === null || !isEqual(to.versions, from.versions))) return 'pre-release'
  // `9.0-preview` floats over `9.0-preview.7`.
  const [floats, floated] = [to.preRelease?.numbers.length === 0, from.preRelease?.numbers.length === 0]
  if (to.preRelease !== null && floats !== floated) return floats ? 'coarser' : 'finer'
  if (isSameShape) return null
  const more = to.versions.flat().length - from.versions.flat().length || to.rebuilds.length - from.rebuilds.length
  return more === 0 ? 'other-suffix' : more < 0 ? 'coarser' : 'finer'
}

/** Whether one tag is of the other's line and newer. */
export function isNewer(tag: string, than: string, distros: DistroTable): boolean {
  return refusalOf(parseTag(than, distros), parseTag(tag, distros), false) === null
}

/**
 * The line that a tag is on, as a key for grouping: equal for all tags that the reach could lead to from one another. Without a reach all versions of one
 * variant are a line; with one, the parts that it may not change are in the key.
 */
export function trackOf(tag: string, distros: DistroTable, reach: TagReach = { extent: { kind: 'major' }, mayChangeRelease: false }): string {
  const { extent, mayChangeRelease } = reach
  const parsed = parseTag(tag, distros)
  if (extent.kind === 'digest' || !isOrdered(parsed)) return tag
  const fixed = parsed.versions.map((version) => version.slice(0, fixedParts(extent)).join('.'))
  const releases = mayChangeRelease ? [] : parsed.releases.map(({ release }) => release)
  return [parsed.shape, ...fixed.filter((text) => text !== ''), ...releases].join(' ')
}

/** Whether a version is older in the parts that both have. */
function isBelow(version: readonly number[], than: readonly number[]): boolean {
  for (const [at, part] of than.entries()) {
    const other = version[at]
    if (other === undefined) return false
    if (other !== part) return other < part
  }
  return false
}

const isEqual = (a: readonly (readonly number[])[], b: readonly (readonly number[])[]): boolean =>
  a.length === b.length && a.every((list, at) => list.length === b[at]?.length && list.every((part, index) => part === b[at]?.[index]))
