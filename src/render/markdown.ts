/** Markdown for GitHub out of text that strangers wrote: nothing in it mentions, links, embeds or formats. */
import { shortened, spelledOut, visible } from '../lib/visible.ts'

/** Bytes of a body that we send; GitHub refuses more than 65,536 characters. */
export const longestBody = 60_000

/** Longer pieces say nothing more to a person. */
const longestSpan = 1_000
const longestProse = 500

/**
 * `text` as a code span, in which GitHub neither mentions nor links (https://spec.commonmark.org/0.31.2/#code-spans): the fence is longer than
 * any run of backticks inside, and a `|` is spelled out since a table would split there.
 */
export function code(text: string): string {
  const shown = shortened(visible(text.slice(0, 2 * longestSpan)).replaceAll('|', spelledOut), longestSpan)
  if (shown.trim() === '') return '(empty)'
  const runs = shown.match(/`+/g) ?? []
  const fence = '`'.repeat(1 + Math.max(0, ...runs.map((run) => run.length)))
  const pad = /^[` ]|[` ]$/.test(shown) ? ' ' : ''
  return `${fence}${pad}${shown}${pad}${fence}`
}

/**
 * `text` as a sentence: plain words stay words, and everything that could mean something to GitHub (names, digests, numbers with signs,
 * what stands in backticks) becomes a code span.
 */
export function prose(text: string): string {
  const shown = visible(text.slice(0, 2 * longestProse).replace(/\s+/g, ' '))
  const pieces = shortened(shown, longestProse).split('`')
  const tokens = pieces.flatMap((piece, index) => {
    const isQuoted = index % 2 === 1 && index < pieces.length - 1
    return isQuoted
      ? [code(piece)]
      : piece
          .split(/\s+/)
          .filter((word) => word !== '')
          .map(proseWord)
  })
  return tokens.reduce((sentence, token) => (sentence === '' || /^[.,;:!?)]+$/.test(token) ? `${sentence}${token}` : `${sentence} ${token}`), '')
}

/** A word as it stands, or in a code span with the punctuation around it outside. */
function proseWord(word: string): string {
  let [start, end] = [0, word.length]
  while (start < end && word[start] === '(') start += 1
  while (end > start && '.,;:!?)'.includes(word[end - 1] ?? '')) end -= 1
  const core = word.slice(start, end)
  const isPlain = core === '' || /^[A-Za-z]+(?:['’-][A-Za-z]+)*$/.test(core) || /^[0-9]{1,6}$/.test(core) || /^[0-9]{4}-[0-9]{2}-[0-9]{2}$/.test(core)
  return `${word.slice(0, start)}${isPlain ? core : code(core)}${word.slice(end)}`
}

/** A table of `rows`; the cells are Markdown without line breaks and without a bare `|`. */
export function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]) => `| ${cells.join(' | ')} |`
  return [line(head), line(head.map(() => '---')), ...rows.map(line)].join('\n')
}

/** `compose` of as many items as fit into `longestBody` bytes; it is told how many it gets, and says itself how many are missing. */
export function fitted(items: number, compose: (shown: number) => string): string {
  let shown = items
  let body = compose(shown)
  while (shown > 0 && Buffer.byteLength(body) > longestBody) {
    shown = Math.floor(shown * Math.min(0.9, longestBody / Buffer.byteLength(body)))
    body = compose(shown)
  }
  return body
}
