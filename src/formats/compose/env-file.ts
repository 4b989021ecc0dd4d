/** `.env` files as Compose reads them (https://docs.docker.com/compose/how-tos/environment-variables/variable-interpolation/#env-file-syntax). */
import { byteAt, fromFile, madeFrom, part, type Sourced, SourcedBuilder } from '../sourced.ts'
import { interpolate, type Variables } from './variables.ts'

/** Bytes of one file that are read, and characters of one value. */
const longestFile = 256 * 1024
const longestValue = 4096

const assignment = /(?:export[ \t]+)?([A-Za-z_][\w.-]*)[ \t]*[=:][ \t]*/y

/**
 * The variables of the file, whose byte 0 has the place `start`. The last value of a name counts; lines that say nothing, and files that are
 * larger than any honest one, are left out.
 */
export function readEnvFile(bytes: Uint8Array, start: number): Variables {
  const variables = new Map<string, Sourced>()
  if (bytes.length > longestFile) return variables
  const source = fromFile(Buffer.from(bytes).toString('latin1'), start)
  const { text } = source
  for (let at = text.startsWith('\xef\xbb\xbf') ? 3 : 0; at < text.length; ) {
    while (text[at] === ' ' || text[at] === '\t') at += 1
    assignment.lastIndex = at
    const name = assignment.exec(text)?.[1]
    const lineEnd = endOfLine(text, at)
    if (name === undefined) {
      at = lineEnd + 1
      continue
    }
    const read = valueAt(source, assignment.lastIndex, variables)
    if (read !== null && read.value !== null && read.value.text.length <= longestValue) variables.set(name, read.value)
    at = read === null ? lineEnd + 1 : endOfLine(text, read.end) + 1
  }
  return variables
}

type Value = { /** Null where it names what is not known. */ readonly value: Sourced | null; readonly end: number }

/** Null for a quote that nothing closes. */
function valueAt(source: Sourced, at: number, variables: Variables): Value | null {
  const { text } = source
  const quote = text[at]
  if (quote !== '"' && quote !== "'") {
    const lineEnd = endOfLine(text, at)
    const line = text.slice(at, lineEnd)
    const end = at + line.replace(/^#.*$|[ \t]#.*$/s, '').trimEnd().length
    return { value: known(part(source, at, Math.max(at, end)), variables), end: lineEnd }
  }
  let end = text.indexOf(quote, at + 1)
  while (end > 0 && text[end - 1] === '\\') end = text.indexOf(quote, end + 1)
  if (end < 0) return null
  const inner = part(source, at + 1, end)
  return { value: quote === "'" ? inner : known(unescaped(inner), variables), end }
}

function known(source: Sourced, variables: Variables): Sourced | null {
  const { value, unset } = interpolate(source, variables)
  return unset.size === 0 ? value : null
}

const escapes: Readonly<Record<string, string>> = { n: '\n', r: '\r', t: '\t', '"': '"', '\\': '\\' }

/** A backslash before a dollar sign takes its meaning away, as a second dollar sign does. */
function unescaped(source: Sourced): Sourced {
  if (!source.text.includes('\\')) return source
  const out = new SourcedBuilder()
  let done = 0
  for (const { index, 0: found } of source.text.matchAll(/\\[nrt"\\$]/g)) {
    out.addAll(source, done, index)
    const meant = escapes[found.charAt(1)] ?? '$$'
    out.addAll(madeFrom(meant, byteAt(source, index)))
    done = index + 2
  }
  out.addAll(source, done)
  return out.take()
}

function endOfLine(text: string, at: number): number {
  const feed = text.indexOf('\n', at)
  return feed < 0 ? text.length : feed
}
