/** Extents: how far an image may move from the tag that a file names. */
import { parseRange } from './tag-range.ts'

/**
 * - `digest`: the tag stays, what it shows is followed
 * - `patch`, `minor`, `major`: also newer tags of the same line whose versions differ in no earlier part
 * - `range`: newer tags of the same line whose version lies in `range`, as `parseRange` reads it
 */
export type Extent = { readonly kind: 'digest' | 'patch' | 'minor' | 'major' } | { readonly kind: 'range'; readonly range: string }

/** The extents that are a word, nearest first. */
export const extentWords = ['digest', 'patch', 'minor', 'major'] as const

/** One of them. */
export type ExtentWord = (typeof extentWords)[number]

/** An extent as a policy file writes it: a word of `extentWords` or a range; null where `text` is neither. */
export function parseExtent(text: string): Extent | null {
  const kind = extentWords.find((word) => word === text)
  if (kind !== undefined) return { kind }
  return parseRange(text).kind === 'invalid' ? null : { kind: 'range', range: text.trim().replace(/ +/g, ' ') }
}

/** The inverse of `parseExtent`. */
export function formatExtent(extent: Extent): string {
  return extent.kind === 'range' ? extent.range : extent.kind
}
