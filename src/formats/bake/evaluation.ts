/** The values of a bake file: texts with `${…}` in them, of which only names are followed (https://docs.docker.com/build/bake/expressions/). */
import { part, type Sourced, SourcedBuilder, spanOf } from '../sourced.ts'
import type { Tree } from '../tree.ts'
import { at } from '../tree.ts'
import { isKnown, unknown } from '../unknown.ts'
import { scalarText } from '../yaml-number.ts'

/** What a name stands for; null where nothing does. */
export type Names = (name: string) => Tree | null

/** Texts are not read beyond this, since variables can double them. */
const longest = 10_000

/** How evaluated texts are written in the file, with what they compute. */
const written = new WeakMap<Tree, Sourced>()

/** The text that `value` was evaluated from. */
export function writtenText(value: Tree): Sourced | null {
  return written.get(value) ?? (value.kind === 'text' ? value.text : null)
}

/** `tree` with names replaced by what they stand for; what else is computed is an `unknown` text. `isInline`: the text is a Dockerfile. */
export function evaluate(tree: Tree, names: Names, isInline = false): Tree {
  if (tree.kind === 'list') return { ...tree, items: tree.items.map((item) => evaluate(item, names)) }
  if (tree.kind === 'map') return { ...tree, entries: tree.entries.map((entry) => ({ ...entry, value: evaluate(entry.value, names, entry.key === inline) })) }
  if (tree.kind === 'none' || !/[$%]\{/.test(tree.text.text)) return tree
  const value = template(tree, names, isInline)
  const own: Tree = value.kind === 'text' ? { ...value, at: tree.at } : value
  if (own.kind === 'text') written.set(own, tree.text)
  return own
}

function template(tree: Tree & { readonly kind: 'text' }, names: Names, isInline: boolean): Tree {
  const { text } = tree
  const whole = /^\$\{([^{}]*)\}$/.exec(text.text)?.[1]
  if (whole !== undefined) return named(whole, names) ?? { ...tree, text: unknown }
  const out = new SourcedBuilder()
  let done = 0
  for (const found of text.text.matchAll(/\$\$\{|%%\{|\$\{([^{}"]*)\}|[$%]\{/g)) {
    out.addAll(text, done, found.index)
    done = found.index + found[0].length
    if (found[0].length === 3 && found[1] === undefined) out.addAll(text, found.index + 1, done)
    else {
      const value = found[1] === undefined ? null : scalarText(named(found[1], names))
      if (value === null || out.length > longest) return { ...tree, text: unknown }
      out.addAll(isInline ? keptIn(value.text, part(text, found.index, done)) : value)
    }
  }
  out.addAll(text, done)
  return { ...tree, text: out.take(), isTyped: false }
}

/** The Dockerfile in a bake file is a text whose uses stand there: nothing is written to variables from it. */
const inline = 'dockerfile-inline'

/** `value` with the first and the last byte of the expression that it comes from, read only. */
function keptIn(value: string, expression: Sourced): Sourced {
  const [start, end] = spanOf(expression)
  return { text: value, at: Array.from({ length: value.length }, (_, i) => -2 - (i === value.length - 1 ? end - 1 : start)) }
}

/** `NAME`, `name.key`, `name["key"]`, a quoted text. */
function named(expression: string, names: Names): Tree | null {
  const path = expression.trim().replaceAll(/\[\s*"([\w.-]*)"\s*\]|\[\s*(\d+)\s*\]/g, (_, key?: string, index?: string) => `.${key ?? index}`)
  const [name = '', ...keys] = path.split('.')
  if (!/^[A-Za-z_][\w-]*(?:\.[\w-]+)*$/.test(path)) return null
  const value = names(name)
  if (value === null || keys.length === 0) return value
  const found = keys.reduce<Tree | null>((tree, key) => (tree?.kind === 'list' ? (tree.items[Number(key)] ?? null) : at(tree, key)), value)
  return found?.kind === 'text' && !/[$%]\{/.test(found.text.text) ? found : name === 'target' ? null : found
}

/** The text of an evaluated value: null where it is not known, or none. */
export function knownText(value: Tree | null): Sourced | null {
  const text = scalarText(value)
  return text !== null && isKnown(text) ? text : null
}
