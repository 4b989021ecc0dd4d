/** What takes the place of a tag that vanished, and which tag a digest without one follows. */
import type { DistroTable } from '../package/distro.ts'
import { compareNumbers, compareTags, compareText } from './tag-order.ts'
import { isOrdered, parseTag, type Tag } from './tag-parts.ts'
import { refusalOf } from './tag-track.ts'

/** `next`: the oldest newer tag of the same line; `coarser`: no such tag is left, but one that says less and covers it (`3.12-slim` for `3.12.4-slim`). */
export type Successor = { readonly kind: 'next' | 'coarser'; readonly tag: string }

/** What to propose where the registry no longer has a tag: the nearest that is left, or null. Releases of distributions do not change. */
export function successorOf(vanished: string, tags: Iterable<string>, distros: DistroTable): Successor | null {
  const from = parseTag(vanished, distros)
  let next: Tag | null = null
  let coarser: Tag | null = null
  for (const text of new Set(tags)) {
    const tag = parseTag(text, distros)
    const why = text === vanished ? 'lower' : refusalOf(from, tag, false)
    if (why === null && (next === null || (compareTags(tag, next) || compareText(text, next.text)) < 0)) next = tag
    if (why === 'coarser' && covers(tag, from) && (coarser === null || (partsOf(tag) - partsOf(coarser) || compareText(coarser.text, text)) > 0)) coarser = tag
  }
  if (next !== null) return { kind: 'next', tag: next.text }
  return coarser === null ? null : { kind: 'coarser', tag: coarser.text }
}

/**
 * Which of the tags that carry (or carried) a digest a pin without a tag follows: one with a version before one without, a release before a pre-release, one
 * that moves (no date, no build counter) before one that does not, then the one that says most: the most parts, then the longest variant. So a pin is
 * never led farther than its author could have meant. Null where there is no tag.
 */
export function tagOfDigest(carriers: Iterable<string>, distros: DistroTable): string | null {
  const tags = [...new Set(carriers)].map((text) => parseTag(text, distros))
  return tags.sort((a, b) => compareNumbers(standing(b), standing(a)) || compareText(a.text, b.text))[0]?.text ?? null
}

function standing(tag: Tag): readonly number[] {
  return [
    tag.versions.length > 0 ? 1 : 0,
    isOrdered(tag) ? 1 : 0,
    tag.preRelease === null ? 1 : 0,
    -tag.rebuilds.length,
    tag.versions.flat().length,
    tag.suffix.length + tag.prefix.length,
  ]
}

function covers(coarse: Tag, fine: Tag): boolean {
  return coarse.versions.every((version, at) => version.every((part, index) => part === fine.versions[at]?.[index]))
}

const partsOf = ({ versions, rebuilds }: Tag): number => versions.flat().length + rebuilds.length
