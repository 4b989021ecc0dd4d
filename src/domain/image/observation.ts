/** Observations: what a tag showed, to whom, from when to when. */
import type { Digest } from './digest.ts'
import type { Scope } from './scope.ts'

/** A tag of an image as one scope sees it: the unit of every upstream question. */
export type TagKey = {
  readonly scope: Scope
  /** In full: `docker.io/library/python`. */
  readonly imageName: string
  readonly tag: string
}

/** One interval during which a tag showed a digest. */
export type Observation = TagKey & {
  readonly digest: Digest
  /** When we first saw it there; a publisher cannot backdate this. */
  readonly firstSeen: Date
  readonly lastSeen: Date
  /** When we first saw another digest in its place, or null while it is current. */
  readonly leftAt: Date | null
  /** The digest that came next, or null. */
  readonly next: Digest | null
}

/** Equal tag keys give equal text. */
export function formatTagKey(key: TagKey): string {
  return `${key.scope} ${key.imageName}:${key.tag}`
}

/** The inverse of `formatTagKey`. Throws on text that it did not print. */
export function parseTagKey(text: string): TagKey {
  const space = text.indexOf(' ')
  const colon = text.lastIndexOf(':')
  if (space < 1 || colon < space) throw new Error(`not a tag key: ${text}`)
  return { scope: text.slice(0, space), imageName: text.slice(space + 1, colon), tag: text.slice(colon + 1) }
}
