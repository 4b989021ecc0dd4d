/** The text of YAML scalars, each character with its byte: quotes and escapes (YAML 1.2.2 §7.3), folded lines (§6.5) and block scalars (§8.1). */
import { byteAt, madeFrom, part, readFrom, type Sourced, SourcedBuilder } from '../sourced.ts'

const [feed, carriage, space, tab, backslash] = [10, 13, 32, 9, 92]

/** A plain scalar at `[start, end)` of `source`. */
export function plainText(source: Sourced, start: number, end: number): Sourced {
  const feedAt = source.text.indexOf('\n', start)
  return feedAt < 0 || feedAt >= end ? emptyOr(source, start, end) : between(source, start, end, folded(source, start, end))
}

/** A quoted scalar, with its quotes at `[start, end)` of `source`. */
export function quotedText(source: Sourced, start: number, end: number): Sourced {
  const [from, to] = [start + 1, Math.max(start + 1, end - 1)]
  const raw = source.text.slice(from, to)
  if (source.text.charAt(start) === '"') {
    if (raw.includes('\\')) return between(source, from, to, unescaped(source, from, to))
    return raw.includes('\n') ? between(source, from, to, folded(source, from, to)) : emptyOr(source, from, to)
  }
  const lines = raw.includes('\n') ? folded(source, from, to) : part(source, from, to)
  return lines.text.includes("''") ? between(source, from, to, withoutDoubled(lines)) : raw.includes('\n') ? lines : emptyOr(source, from, to)
}

/** Where a block scalar stands: its header (`|2-`), the bytes of its lines, and the indentation of what holds it (-1 at the root). */
export type Block = { readonly header: string; readonly start: number; readonly end: number; readonly indent: number }

/** A literal or folded block scalar. */
export function blockText(source: Sourced, { header, start, end, indent }: Block): Sourced {
  const lines = linesOf(source.text, start, end)
  const explicit = Number(/[1-9]/.exec(header)?.[0] ?? 0)
  const isBlank = (line: Line | undefined): boolean => line !== undefined && line.from + line.indent >= line.to
  let chomped = lines.length
  while (chomped > 0 && isBlank(lines[chomped - 1])) chomped -= 1
  const keeps = header.includes('+')
  if (chomped === 0)
    return readFrom(madeFrom(keeps && lines.length > 0 ? '\n'.repeat(Math.max(1, lines.length - 1)) : '', byteAt(source, start)), [
      byteAt(source, start),
      byteAt(source, end),
    ])
  const first = lines.findIndex((line) => !isBlank(line))
  const trim = explicit > 0 ? indent + explicit : (lines[first]?.indent ?? 0)
  for (let i = lines.length - 1; i >= chomped; i--) if ((lines[i]?.indent ?? 0) > trim) chomped = i + 1
  const text = new SourcedBuilder()
  const addBreak = (line: Line): void => text.addAll(source, line.from - 1, line.from)
  const addLine = (line: Line): void => text.addAll(source, line.from + Math.min(line.indent, trim), line.to)
  for (const [i, line] of lines.slice(0, first).entries()) {
    addLine(line)
    addBreak(lines[i + 1] ?? line)
  }
  if (header.startsWith('|')) {
    for (const [i, line] of lines.slice(first, chomped).entries()) {
      if (i > 0) addBreak(line)
      addLine(line)
    }
  } else foldBlock(source, lines.slice(first, chomped), trim, text)
  if (!header.includes('-')) {
    const rest = keeps ? lines.slice(chomped) : lines.slice(chomped, chomped + 1)
    for (const line of rest) {
      addBreak(line)
      if (keeps) addLine(line)
    }
    if (rest.length === 0) text.addAll(madeFrom('\n', byteAt(source, end)))
  }
  return text.take()
}

/** `indent` counts spaces; `to` is the end without the line break. */
type Line = { readonly from: number; readonly indent: number; readonly to: number }

function linesOf(text: string, start: number, end: number): readonly Line[] {
  const lines: Line[] = []
  if (start === end) return lines
  for (let from = start; from <= end; ) {
    const found = text.indexOf('\n', from)
    const stop = found < 0 || found >= end ? end : found
    let indent = 0
    while (from + indent < stop && text.charCodeAt(from + indent) === space) indent += 1
    lines.push({ from, indent, to: text.charCodeAt(stop - 1) === carriage && stop > from ? stop - 1 : stop })
    from = stop + 1
  }
  return lines
}

/** Lines of one indentation become one, blank lines become line breaks; lines that are indented further stay as they are. */
function foldBlock(source: Sourced, lines: readonly Line[], trim: number, text: SourcedBuilder): void {
  let between = ''
  let wasFurther = false
  for (const { from, indent, to } of lines) {
    const start = from + Math.min(indent, trim)
    const isFurther = indent > trim || source.text.charCodeAt(start) === tab
    if (!isFurther && start >= to) {
      if (between === '\n') text.addAll(madeFrom('\n', byteAt(source, from - 1)))
      else between = '\n'
      continue
    }
    if (isFurther) between = between === ' ' ? '\n' : !wasFurther && between === '\n' ? '\n\n' : between
    text.addAll(madeFrom(between, byteAt(source, from - 1)))
    text.addAll(source, start, to)
    between = isFurther ? '\n' : ' '
    wasFurther = isFurther
  }
}

/** Lines of a flow scalar as one: a line break becomes a space, blank lines become line breaks. */
function folded(source: Sourced, start: number, end: number): Sourced {
  const { text } = source
  const out = new SourcedBuilder()
  let breaks = 0
  let brokenAt = start
  for (let from = start; from <= end; ) {
    const found = text.indexOf('\n', from)
    const isLast = found < 0 || found >= end
    const stop = isLast ? end : found
    const left = from === start ? start : skipSpace(text, from, stop)
    const right = isLast ? stop : trimmedEnd(text, left, stop)
    if (from === start || isLast || right > left) {
      if (from > start) out.addAll(madeFrom(breaks > 1 ? '\n'.repeat(breaks - 1) : ' ', byteAt(source, brokenAt)))
      out.addAll(source, left, right)
      breaks = 0
      brokenAt = stop
    }
    breaks += 1
    from = stop + 1
  }
  return out.take()
}

function skipSpace(text: string, from: number, end: number): number {
  let at = from
  while (at < end && isSpace(text.charCodeAt(at))) at += 1
  return at
}

function trimmedEnd(text: string, start: number, end: number): number {
  let at = end > start && text.charCodeAt(end - 1) === carriage ? end - 1 : end
  while (at > start && isSpace(text.charCodeAt(at - 1))) at -= 1
  return at
}

const isSpace = (code: number): boolean => code === space || code === tab

function withoutDoubled(source: Sourced): Sourced {
  const out = new SourcedBuilder()
  let done = 0
  for (let at = source.text.indexOf("''"); at >= 0; at = source.text.indexOf("''", at + 2)) {
    out.addAll(source, done, at + 1)
    done = at + 2
  }
  out.addAll(source, done)
  return out.take()
}

const escapes: Readonly<Record<string, string>> = {
  0: '\0',
  a: '\x07',
  b: '\b',
  e: '\x1b',
  f: '\f',
  n: '\n',
  r: '\r',
  t: '\t',
  v: '\v',
  N: '\x85',
  _: '\xa0',
  L: '\u2028',
  P: '\u2029',
  ' ': ' ',
  '"': '"',
  '/': '/',
  '\\': '\\',
  '\t': '\t',
}
const codeLengths: Readonly<Record<string, number>> = { x: 2, u: 4, U: 8 }

/** A double-quoted text with escapes; those that YAML does not know stay as they are. */
function unescaped(source: Sourced, start: number, end: number): Sourced {
  const { text } = source
  const out = new SourcedBuilder()
  let done = start
  const replace = (from: number, to: number, by: string): void => {
    out.addAll(source, done, from)
    out.addAll(madeFrom(Buffer.from(by, 'utf8').toString('latin1'), byteAt(source, from)))
    done = to
  }
  for (let i = start; i < end; i++) {
    const code = text.charCodeAt(i)
    if (code === feed) {
      const from = trimmedEnd(text, done, i)
      let to = i + 1
      let breaks = 0
      for (; to < end && (isSpace(text.charCodeAt(to)) || text.charCodeAt(to) === feed || text.charCodeAt(to) === carriage); to++)
        if (text.charCodeAt(to) === feed) breaks += 1
      replace(from, to, breaks > 0 ? '\n'.repeat(breaks) : ' ')
      i = to - 1
    } else if (code === backslash) {
      const next = text.charAt(i + 1)
      const escaped = next === '\r' && text.charAt(i + 2) === '\n' ? '\r\n' : next
      const known = Object.hasOwn(escapes, next) ? escapes[next] : undefined
      const length = Object.hasOwn(codeLengths, next) ? (codeLengths[next] ?? 0) : 0
      if (known !== undefined) replace(i, i + 2, known)
      else if (escaped.endsWith('\n')) replace(i, skipSpace(text, i + 1 + escaped.length, end), '')
      else if (length > 0) {
        const point = Number.parseInt(text.slice(i + 2, i + 2 + length), 16)
        replace(i, Math.min(end, i + 2 + length), point <= 0x10ffff ? String.fromCodePoint(point) : '')
      } else {
        i += 1
        continue
      }
      i = done - 1
    }
  }
  out.addAll(source, done, end)
  return out.take()
}

/** Text that is as it stands; where it is empty, its place has to be said. */
const emptyOr = (source: Sourced, start: number, end: number): Sourced =>
  start < end ? part(source, start, end) : between(source, start, end, part(source, start, end))

function between(source: Sourced, start: number, end: number, text: Sourced): Sourced {
  return readFrom(text, [byteAt(source, start), byteAt(source, end)])
}
