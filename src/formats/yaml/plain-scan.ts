/** Where plain and quoted texts of one line start and end, for the reader of plain documents. */

/** Thrown at what is left to the full parser. */
export class Beyond extends Error {}

/** The one that is thrown: where does not matter, and a stack is dear. */
export const beyond: Beyond = new Beyond('left to the full parser')

const [feed, space, tab, hash, colon, backslash] = [10, 32, 9, 35, 58, 92]

/** Whether a key, a dash or a text may end before this character. */
export function isBreak(code: number): boolean {
  return code === space || code === feed || Number.isNaN(code)
}

/** Whether a plain text may start at `at`, and no indicator. */
export function isPlainStart(text: string, at: number): boolean {
  const first = text.charAt(at)
  if (first === '-') return !isBreak(text.charCodeAt(at + 1)) && text.charCodeAt(at + 1) !== tab
  return first !== '' && !'?:,[]{}#&*!|>\'"%@`\t\n '.includes(first)
}

/** Where the plain text from `start` ends within its line, before a comment and the space before it. Something like a key is beyond. */
export function plainEnd(text: string, start: number, lineEnd: number): number {
  for (let at = start; at < lineEnd; at++) {
    const code = text.charCodeAt(at)
    if (code === hash && text.charCodeAt(at - 1) === space) return trimmed(text, start, at)
    if (code === tab || (code === colon && isBreak(text.charCodeAt(at + 1)))) throw beyond
  }
  return trimmed(text, start, lineEnd)
}

/** Where the colon behind the plain key at `start` stands, or -1 where there is none in its line. */
export function plainKeyEnd(text: string, start: number): number {
  for (let at = start; at < text.length; at++) {
    const code = text.charCodeAt(at)
    if (code === feed || code === tab || (code === hash && text.charCodeAt(at - 1) === space)) return -1
    if (code === colon && isBreak(text.charCodeAt(at + 1))) return at
  }
  return -1
}

/** Behind the closing quote of the text at `start`; one of several lines is beyond. */
export function quoteEnd(text: string, start: number): number {
  const quote = text.charCodeAt(start)
  const isDouble = quote === 34
  for (let at = start + 1; at < text.length; at++) {
    const code = text.charCodeAt(at)
    if (code === feed) throw beyond
    if (isDouble && code === backslash) {
      if (!/[0abefnrtv"\\/ NLP_]|x[\da-f]{2}|u[\da-f]{4}/iy.test(text.slice(at + 1, at + 6))) throw beyond
      at += 1
    } else if (code === quote) {
      if (isDouble || text.charCodeAt(at + 1) !== quote) return at + 1
      at += 1
    }
  }
  throw beyond
}

/** `end` less the space before it. */
export function trimmed(text: string, start: number, end: number): number {
  let at = end
  while (at > start && text.charCodeAt(at - 1) === space) at -= 1
  return at
}
