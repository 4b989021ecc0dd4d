/** The values of a policy for the terminal, and as a policy file that says the same without another. */
import type { PolicyValue } from '../domain/repo/policy.ts'
import type { Json } from '../lib/json.ts'
import { visible } from '../lib/visible.ts'
import { columns, painter } from './paint.ts'

/** One line a value: its path, itself, and `file:line:column` or `default`. `name` is that of the file that was read. Ends with a line break. */
export function renderPolicyValues(values: readonly PolicyValue[], name: string, { colour }: { readonly colour: boolean }): string {
  const rows = values.map(({ path, value, from }) => [path, shown(value), from === null ? 'default' : `${from.file ?? name}:${from.at.line}:${from.at.column}`])
  return `${columns(
    ['field', 'value', 'from'],
    rows.map((row) => row.map(visible)),
    painter(colour),
  )}\n`
}

/** As a person would write it in YAML, more or less: quotes only where there would be doubt. */
function shown(value: Json): string {
  if (value === null) return '-'
  if (typeof value === 'string') return value
  if (Array.isArray(value)) return `[${value.map(inner).join(', ')}]`
  if (typeof value === 'object')
    return `{${Object.entries(value)
      .map(([key, item]) => `${key}: ${inner(item as Json)}`)
      .join(', ')}}`
  return String(value)
}

function inner(value: Json): string {
  return typeof value === 'string' && !/^[A-Za-z0-9._/-]+$/.test(value) ? JSON.stringify(value) : shown(value)
}

type Tree = Map<string, Tree | Json>

/** What is in force as the content of a policy file that extends nothing: `images.0` is the first of a list, and what has no value is left out. */
export function policyFileOf(values: readonly PolicyValue[]): Json {
  const file: Tree = new Map()
  for (const { path, value } of values) {
    const isEmpty = value === null || (typeof value === 'object' && !Array.isArray(value) && Object.keys(value).length === 0)
    if (!isEmpty && path !== 'extends') put(file, path.split('.'), value)
  }
  return written(file)
}

function put(tree: Tree, [step = '', ...rest]: readonly string[], value: Json): void {
  if (rest.length === 0) return void tree.set(step, value)
  const there = tree.get(step)
  const below: Tree = there instanceof Map ? there : new Map()
  tree.set(step, below)
  put(below, rest, value)
}

function written(tree: Tree): Json {
  const items = [...tree].map(([step, value]) => [step, value instanceof Map ? written(value) : value] as const)
  return items.every(([step]) => /^\d+$/.test(step)) && items.length > 0 ? items.map(([, value]) => value) : Object.fromEntries(items)
}
