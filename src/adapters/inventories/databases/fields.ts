/** Fields of package databases: what counts as a name, a version, an architecture, so that nothing odd goes further. */

/** Packages of one database that are kept; no image has so many. */
export const mostPackages = 50_000
/** Sentences about one file; what is wrong a thousand times is said a few times, and counted. */
const mostSentences = 20

/** `text` as a package's name or version: printable ASCII without spaces, at most 256 characters, never empty; else null. */
export function plainWord(text: string | null | undefined): string | null {
  return text !== null && text !== undefined && /^[!-~]{1,256}$/.test(text) ? text : null
}

/** `text` as a line for people: a vendor, an origin; null where there is none. */
export function plainLine(text: string | null | undefined): string | null {
  const line = (text ?? '')
    .replace(/[\p{C}\p{Zl}\p{Zp}]/gu, ' ')
    .trim()
    .slice(0, 256)
  return line === '' ? null : line
}

/** At most the first of `sentences`, and how many more there were. */
export function firstSentences(path: string, sentences: readonly string[]): readonly string[] {
  if (sentences.length <= mostSentences) return sentences
  return [...sentences.slice(0, mostSentences), `${path}: ${sentences.length - mostSentences} more entries could not be read`]
}
