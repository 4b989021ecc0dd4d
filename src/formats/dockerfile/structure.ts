/**
 * Where the instructions of a Dockerfile start and end. Without heredocs that is a matter of lines; with them it is dockerfile-ast's answer in bytes,
 * after what it reads unlike BuildKit is out of its sight.
 */
import type * as DockerfileAst from 'dockerfile-ast'
import { createRequire } from 'node:module'
import type { Span } from '../../lib/span.ts'
import type { Escape } from './escape.ts'
import { Refusal } from '../refusal.ts'

/** One instruction; places count from the start of the text. */
export type Cut = {
  /** What its line is put together from: no continuations, and none of the comments and blank lines between them. */
  readonly pieces: readonly Span[]
  readonly start: number
  /** Where its line ends; heredocs follow. */
  readonly end: number
}

const longestLine = 65_536 // bufio.MaxScanTokenSize, with the line feed
const mostParsed = 4 * 1024 * 1024 // bytes, however often we ask

/** Most files have no heredocs, and loading the library takes longer than reading many of them. */
const library = (): typeof DockerfileAst => createRequire(import.meta.url)('dockerfile-ast')

/**
 * Gives `take` each instruction of `text` (latin1, from byte `offset` of the file) in order and gets the place where its heredocs end.
 * Where the library sees other heredocs than BuildKit (in `echo "a <<b"` one too many, in `3<<EOF` one too few) it is asked again about
 * the rest of the text. Throws `Refusal`.
 */
export function cutInstructions(text: string, offset: number, escape: Escape, take: (cut: Cut) => number): void {
  const mayHoldHeredocs = text.includes('<<')
  const source = legible(text.endsWith('\n') ? text : `${text}\n`, escape, mayHoldHeredocs)
  const lineStarts = [0]
  for (let start = 0, feed = source.indexOf('\n'); feed >= 0; feed = source.indexOf('\n', start)) {
    if (feed + 1 - start > longestLine) throw new Refusal(`a line is longer than ${longestLine - 1} bytes`, offset + start)
    start = feed + 1
    lineStarts.push(start)
  }
  if (!mayHoldHeredocs) return cutLines(source, escape, take)
  const { DockerfileParser } = library()
  const seen = withoutArguments(source, escape)
  const pieces = lineReader(source, escape)
  let parsed = 0
  for (let from = 0, line = 0; from < source.length; ) {
    parsed += source.length - from
    if (parsed > mostParsed) throw new Refusal('too many heredocs that are none, or look like none', 0, 'too-large')
    while ((lineStarts[line] ?? source.length) < from) line++
    const above = line - 1 // the escape directive
    const startOf = (lineBelow: number): number => lineStarts[above + lineBelow] ?? source.length
    from = source.length
    for (const instruction of DockerfileParser.parse([`# escape=${escape}`, ...seen.slice(line)].join('\n')).getInstructions()) {
      const range = instruction.getRange()
      const start = startOf(range.start.line) + range.start.character
      const end = take({ start, ...pieces(start) })
      if (end >= startOf(range.end.line) && (end < startOf(range.end.line + 1) || end === source.length)) continue
      from = source.indexOf('\n', end) + 1 || source.length
      break
    }
  }
}

/** The same for text without heredocs. */
function cutLines(source: string, escape: Escape, take: (cut: Cut) => number): void {
  const pieces = lineReader(source, escape)
  const text = /[^ \t\r\n]/g
  for (let found = text.exec(source); found !== null; found = text.exec(source)) text.lastIndex = take({ start: found.index, ...pieces(found.index) })
}

/**
 * The lines as far as they matter to where instructions end, since the library reads all arguments of an instruction a dozen times before
 * it is asked: the keyword and whether the line goes on, and all of a line with a heredoc.
 * What is left stands where it stood in its line.
 */
function withoutArguments(source: string, escape: Escape): readonly string[] {
  return source.split('\n').map((line) => {
    const start = line.search(/[^ \t\r]/)
    if (start < 0) return ''
    const gap = line.slice(start).search(/[ \t\r]/)
    if (gap < 0 || line.includes('<<')) return line
    const kept = line.slice(0, start + gap)
    return line.trimEnd().endsWith(escape) && !kept.endsWith(escape) ? `${kept} ${escape}` : kept
  })
}

/** The line of the instruction at a place of `source`, up to a line end that is not escaped. */
function lineReader(source: string, escape: Escape): (start: number) => Pick<Cut, 'pieces' | 'end'> {
  const { lineEnd } = forms[escape]
  return (start) => {
    const pieces: Span[] = []
    lineEnd.lastIndex = start
    for (let from = start; ; from = lineEnd.lastIndex) {
      const found = lineEnd.exec(source)
      if (found === null) return { pieces, end: source.length }
      pieces.push([from, found.index])
      if (!found[0].startsWith(escape)) return { pieces, end: found.index }
    }
  }
}

/**
 * `text`, as long as it is, with what the library reads unlike BuildKit or slowly out of its way. Escape characters stay where a line goes on
 * (not behind another one, nor alone on a line: BuildKit reads on there, the library does the opposite); carriage returns that end no line,
 * form feeds and white space of Unicode before a keyword are blanks; comments, which it compares with every stage, are blank;
 * and `$`, whose brace it would look for from each anew, is a letter.
 */
function legible(text: string, escape: Escape, forLibrary: boolean): string {
  const { noContinuation, alone } = forms[escape]
  let plain = text
  if (forLibrary || text.includes(escape + escape)) plain = plain.replace(noContinuation, '_')
  if (/[\r\v\f]/.test(text)) plain = plain.replace(/\r(?!\n)|[\v\f]/g, ' ')
  if (/[\xc2\xe1-\xe3]/.test(text)) plain = plain.replace(indent, blank)
  if (text.includes('#')) plain = plain.replace(/^[ \t]*#[^\r\n]*/gm, blank)
  if (!text.includes(escape)) return plain
  const lastText = plain.trimEnd().length
  return plain.replace(alone, (found, at: number) => (at + found.trimEnd().length < lastText ? blank(found) : found))
}

const blank = (found: string): string => ' '.repeat(found.length)
const indent = /^(?:[ \t]|\xc2[\x85\xa0]|\xe1\x9a\x80|\xe2\x80[\x80-\x8a\xa8\xa9\xaf]|\xe2\x81\x9f|\xe3\x80\x80)+/gm

const forms = {
  '\\': { lineEnd: /\\[ \t]*\r?\n(?:[ \t]*\r?\n)*|\r?\n/g, noContinuation: /(?<=\\)\\|\\(?![ \t]*\r*\n)|\$/g, alone: /^[ \t]*\\[ \t]*$/gm },
  '`': { lineEnd: /`[ \t]*\r?\n(?:[ \t]*\r?\n)*|\r?\n/g, noContinuation: /(?<=`)`|`(?![ \t]*\r*\n)|\$/g, alone: /^[ \t]*`[ \t]*$/gm },
} as const
