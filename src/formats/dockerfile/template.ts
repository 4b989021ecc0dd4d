/** Templates of Dockerfiles: a program fills their holes before anybody builds them, and what stands outside the holes is what will be built. */
import type { Skip } from '../../domain/repo/image-use.ts'
import { byteOf, type Sourced } from '../sourced.ts'

/** Bytes `[start, end)` of the file that are to be filled in. */
export type Hole = { readonly start: number; readonly end: number; readonly text: string }

export type Template = {
  /** As long as the file, with words in the place of the holes; a hole that has its lines to itself is blank. */
  readonly text: string
  readonly holes: readonly Hole[]
}

/** The holes of `text` (latin1): `{{ }}`, `{% %}`, `{# #}`, `<% %>`, `@NAME@`, `%%NAME%%`. Linear. */
export function readTemplate(text: string): Template {
  const holes = holesOf(text)
  const words = new Map<string, number>()
  const pieces: string[] = []
  let at = 0
  for (const { start, end, text: hole } of holes) {
    const number = words.get(hole) ?? words.size
    words.set(hole, number)
    pieces.push(text.slice(at, start), isAlone(text, start, end) ? hole.replace(/[^\n]/g, ' ') : wordFor(number, end - start))
    at = end
  }
  return { text: [...pieces, text.slice(at)].join(''), holes }
}

/** Why `value` is not known before the template is filled in; null where no hole has a part in it. */
export function holeIn({ holes }: Template, value: Sourced, lineOf: (byte: number) => number): Skip | null {
  for (const place of value.at) {
    const byte = byteOf(place)
    const hole = byte === null ? undefined : holes.find(({ start, end }) => byte >= start && byte < end)
    if (hole !== undefined) return holeSkip(hole, lineOf)
  }
  return null
}

/** The words for a hole. */
export function holeSkip({ start, text }: Hole, lineOf: (byte: number) => number): Skip {
  const shown = Buffer.from(text.replace(/\s+/g, ' ').slice(0, 80), 'latin1').toString('utf8')
  return { code: 'template', message: `line ${lineOf(start)}: ${shown} is known only when the template is filled in` }
}

const pairs: readonly (readonly [string, string])[] = [
  ['{{', '}}'],
  ['{%', '%}'],
  ['{#', '#}'],
  ['<%', '%>'],
]
const marks = /@[A-Za-z_][A-Za-z0-9_.-]{0,100}@|%%[A-Za-z0-9_.-]{1,100}%%/y
const mostHoles = 2_000

function holesOf(text: string): readonly Hole[] {
  const holes: Hole[] = []
  const open = new Set(pairs)
  for (let at = nextMark(text, 0); at < text.length && holes.length < mostHoles; at = nextMark(text, at)) {
    const end = holeEnd(text, at, open)
    if (end !== null) holes.push({ start: at, end, text: text.slice(at, end) })
    at = end ?? at + 1
  }
  return holes
}

const mark = /[{<@%]/g

function nextMark(text: string, from: number): number {
  mark.lastIndex = from
  return mark.exec(text)?.index ?? text.length
}

/** Where the hole that starts at `at` ends, or null; a pair whose end does not come any more leaves `open`. */
function holeEnd(text: string, at: number, open: Set<readonly [string, string]>): number | null {
  for (const pair of open) {
    if (!text.startsWith(pair[0], at) || (pair[0] !== '{{' && text[at - 1] === '$')) continue
    let end = text.indexOf(pair[1], at + 2)
    if (end < 0) {
      open.delete(pair)
      continue
    }
    for (end += 2; text[end] === '}' && pair[1] === '}}'; end++);
    return end
  }
  marks.lastIndex = at
  return marks.exec(text) === null ? null : marks.lastIndex
}

/** Whether there is nothing but other holes' room on the lines of a hole. */
function isAlone(text: string, start: number, end: number): boolean {
  const before = text.slice(text.lastIndexOf('\n', start - 1) + 1, start)
  const feed = text.indexOf('\n', end)
  return before.trim() === '' && text.slice(end, feed < 0 ? undefined : feed).trim() === ''
}

/** A word of that length, the same for the same hole: it may be the name of a stage. */
function wordFor(number: number, length: number): string {
  return `x${number.toString(36)}`.padEnd(length, 'x').slice(0, length)
}
