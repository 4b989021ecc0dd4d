/** Variables in Compose files (https://github.com/compose-spec/compose-spec/blob/main/12-interpolation.md). */
import { nothing, part, type Sourced, SourcedBuilder } from '../sourced.ts'
import type { Resolved } from '../use-reader.ts'

/** The values that are known; of a name that is not in it the value is not known. */
export type Variables = ReadonlyMap<string, Sourced>

/** Characters of one value: more is what only hostile files expand to. */
const longest = 64 * 1024
const deepest = 16

/** `source` with variables replaced; one that has neither value nor default is `unset`, and stays as it is written where `keepsUnset`. */
export function interpolate(source: Sourced, variables: Variables, keepsUnset = false): Resolved {
  if (!source.text.includes('$')) return { value: source, unset: new Set() }
  const reading = { source, variables, keepsUnset, closing: closingBraces(source.text), out: new SourcedBuilder(), unset: new Set<string>() }
  expand(reading, 0, source.text.length, 0)
  return { value: reading.out.take(), unset: reading.unset }
}

type Reading = {
  readonly source: Sourced
  readonly variables: Variables
  readonly keepsUnset: boolean
  readonly closing: ReadonlyMap<number, number>
  readonly out: SourcedBuilder
  readonly unset: Set<string>
}

/** Of each `${` that is closed, where: in one pass, since there may be many. */
function closingBraces(text: string): ReadonlyMap<number, number> {
  const closing = new Map<number, number>()
  const open: number[] = []
  for (let i = 0; i < text.length; i++) {
    if (text[i] === '$' && text[i + 1] === '$') i += 1
    else if (text[i] === '$' && text[i + 1] === '{') open.push(i++)
    else if (text[i] === '}') {
      const start = open.pop()
      if (start !== undefined) closing.set(start, i)
    }
  }
  return closing
}

const name = /[A-Za-z_]\w*/y

function expand(reading: Reading, start: number, end: number, depth: number): void {
  const { source, out, closing } = reading
  const { text } = source
  for (let i = start; i < end; ) {
    const found = text.indexOf('$', i)
    const stop = found < 0 || found >= end ? end : found
    out.addAll(source, i, stop)
    if (stop === end) return
    const isBraced = text[stop + 1] === '{'
    name.lastIndex = stop + (isBraced ? 2 : 1)
    const variable = name.exec(text)?.[0]
    const close = isBraced ? closing.get(stop) : name.lastIndex
    if (text[stop + 1] === '$') {
      out.add(source, stop)
      i = stop + 2
    } else if (variable === undefined || close === undefined || close > end || depth > deepest || out.length > longest) {
      out.add(source, stop)
      i = stop + 1
    } else {
      const after = stop + (isBraced ? 2 : 1) + variable.length
      if (isBraced) braced(reading, variable, { at: stop, after, close }, depth)
      else put(reading, variable, stop, close)
      i = isBraced ? close + 1 : close
    }
  }
}

/** `${name}` and its forms with `-`, `?` and `+`, each with or without a colon: with it, an empty value is none. */
function braced(reading: Reading, variable: string, { at, after, close }: { at: number; after: number; close: number }, depth: number): void {
  const { source, variables, out } = reading
  const operator = /^:?[-?+]/.exec(source.text.slice(after, Math.min(close, after + 2)))?.[0] ?? ''
  const value = variables.get(variable)
  const isSet = value !== undefined && (value.text !== '' || !operator.startsWith(':'))
  const word = [after + operator.length, close] as const
  if (operator.endsWith('+')) {
    if (isSet) expand(reading, ...word, depth + 1)
  } else if (isSet) out.addAll(value)
  else if (operator.endsWith('-')) expand(reading, ...word, depth + 1)
  else put(reading, variable, at, close + 1)
}

function put({ source, variables, keepsUnset, out, unset }: Reading, variable: string, start: number, end: number): void {
  const value = variables.get(variable)
  if (value === undefined) unset.add(variable)
  out.addAll(value ?? (keepsUnset ? part(source, start, end) : nothing))
}
