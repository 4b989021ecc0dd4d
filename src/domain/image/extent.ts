/** Extents: how far an image may move from the tag that a file names. */

/**
 * - `digest`: the tag stays, what it shows is followed
 * - `patch`, `minor`, `major`: also newer tags of the same line whose versions differ in no earlier part
 * - `range`: newer tags of the same line whose version lies in `range`, as `parseRange` reads it
 */
export type Extent = { readonly kind: 'digest' | 'patch' | 'minor' | 'major' } | { readonly kind: 'range'; readonly range: string }

/** The extents that are a word, nearest first. */
export const extentWords = ['digest', 'patch', 'minor', 'major'] as const

/** One condition of a range: the version's numbers, compared part by part, a missing part counting as zero. */
export type Comparator = { readonly operator: '<' | '<=' | '>' | '>=' | '='; readonly version: readonly number[] }

const longestRange = 100
const mostComparators = 8

/**
 * The conditions of a range such as `>=3.11 <4`, all of which must hold, or null where `range` is none: at most 8 comparators between spaces, each `<`, `<=`,
 * `>`, `>=` or `=` before a version of at most six numbers with dots between them.
 */
export function parseRange(range: string): readonly Comparator[] | null {
  if (range.length > longestRange) return null
  const parts = range.trim().split(/ +/)
  if (parts.length > mostComparators) return null
  const comparators = parts.map(parseComparator)
  return comparators.every((one) => one !== null) ? comparators : null
}

function parseComparator(text: string): Comparator | null {
  const [, operator, version] = /^(<=?|>=?|=)([0-9]{1,14}(?:\.[0-9]{1,14}){0,5})$/.exec(text) ?? []
  if (operator === undefined || version === undefined) return null
  return { operator: operator as Comparator['operator'], version: version.split('.').map(Number) }
}

/** An extent as a policy file writes it: a word of `extentWords` or a range; null where `text` is neither. */
export function parseExtent(text: string): Extent | null {
  const kind = extentWords.find((word) => word === text)
  if (kind !== undefined) return { kind }
  return parseRange(text) === null ? null : { kind: 'range', range: text.trim().replace(/ +/g, ' ') }
}

/** The inverse of `parseExtent`. */
export function formatExtent(extent: Extent): string {
  return extent.kind === 'range' ? extent.range : extent.kind
}
