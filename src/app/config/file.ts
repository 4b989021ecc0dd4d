/** The operator's file over the defaults, with mistakes told by line. */
import { type Document, isMap, isNode, isScalar, LineCounter, parse, parseDocument } from 'yaml'
import type { z } from 'zod'
import type { ConfigProblem } from './problem.ts'
import { type FileSettings, fileSchema } from './schema.ts'

type Plain = { readonly [key: string]: unknown }

/** `defaults` and `operator` are YAML; `name` is how messages call the operator's file. Gives the settings or what is wrong. */
export function readSettings(
  defaults: string,
  operator: string,
  name: string,
): { settings: FileSettings; problems: [] } | { settings: null; problems: readonly ConfigProblem[] } {
  const lines = new LineCounter()
  const document = parseDocument(operator, { lineCounter: lines })
  const syntax = document.errors.map((error) => ({
    where: `${name}:${error.linePos?.[0].line ?? 1}`,
    message: error.message.split('\n')[0] ?? error.message,
    fix: 'Correct the YAML',
  }))
  if (syntax.length > 0) return { settings: null, problems: syntax }
  const own: unknown = document.toJS({ maxAliasCount: 100 }) ?? {}
  if (!isPlain(own))
    return { settings: null, problems: [{ where: `${name}:1`, message: 'expected settings by name', fix: 'Write them as in config/default.yml' }] }
  const merged = merge(parse(defaults) as Plain, own)
  const parsed = fileSchema.safeParse(merged)
  if (parsed.success) return { settings: parsed.data, problems: [] }
  return { settings: null, problems: parsed.error.issues.flatMap((issue) => describe(issue, { document, lines, name, merged })) }
}

type Place = { readonly document: Document; readonly lines: LineCounter; readonly name: string; readonly merged: unknown }

function describe(issue: z.core.$ZodIssue, place: Place): readonly ConfigProblem[] {
  const path = issue.path.filter((step): step is string | number => typeof step !== 'symbol')
  if (issue.code !== 'unrecognized_keys') {
    return [{ where: `${place.name}:${lineOf(place, path)}`, message: `${path.join('.')}: ${issue.message}`, fix: 'See config/default.yml for what it means' }]
  }
  return issue.keys.map((key) => {
    const near = nearest(key, knownKeys(path))
    return {
      where: `${place.name}:${lineOf(place, [...path, key])}`,
      message: `unknown setting ${[...path, key].join('.')}`,
      fix: near ? `Did you mean ${near}?` : 'Remove it; config/default.yml lists all settings',
    }
  })
}

/** The line of the key or list item at `path`, or of the nearest thing around it that stands in the file. */
function lineOf({ document, lines }: Place, path: readonly (string | number)[]): number {
  for (let length = path.length; length > 0; length--) {
    const step = path[length - 1]
    const parent: unknown = length === 1 ? document.contents : document.getIn(path.slice(0, length - 1), true)
    const pair = isMap(parent) ? parent.items.find(({ key }) => isScalar(key) && key.value === step) : undefined
    const node: unknown = pair ? pair.key : document.getIn(path.slice(0, length), true)
    if (isNode(node) && node.range) return lines.linePos(node.range[0]).line
  }
  return 1
}

/** The keys that the schema knows at `path`. */
function knownKeys(path: readonly (string | number)[]): readonly string[] {
  let at: unknown = fileSchema
  for (const step of path) at = typeof step === 'number' ? (at as { element?: unknown }).element : (at as { shape?: Plain }).shape?.[step]
  return Object.keys((at as { shape?: Plain } | undefined)?.shape ?? {})
}

function nearest(word: string, known: readonly string[]): string | null {
  const best = known
    .map((candidate) => ({ candidate, distance: editDistance(word.toLowerCase(), candidate.toLowerCase()) }))
    .sort((a, b) => a.distance - b.distance)[0]
  return best && best.distance <= Math.max(2, word.length / 3) ? best.candidate : null
}

function editDistance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, i) => i)
  for (let i = 1; i <= a.length; i++) {
    const next = [i]
    for (let j = 1; j <= b.length; j++) next[j] = Math.min((row[j] ?? 0) + 1, (next[j - 1] ?? 0) + 1, (row[j - 1] ?? 0) + (a[i - 1] === b[j - 1] ? 0 : 1))
    row = next
  }
  return row[b.length] ?? 0
}

function merge(under: Plain, over: Plain): Plain {
  const entries = Object.entries(over).map(([key, value]) => {
    const below = Object.hasOwn(under, key) ? under[key] : undefined
    return [key, isPlain(below) && isPlain(value) ? merge(below, value) : value] as const
  })
  return { ...under, ...Object.fromEntries(entries) }
}

function isPlain(value: unknown): value is Plain {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
