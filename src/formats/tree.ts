/** Trees: a structured file (YAML, JSON, HCL) as maps, lists and texts that know their bytes. Composers of formats read these and nothing else. */
import { nothing, type Sourced } from './sourced.ts'

/** `at` is the byte where the value starts in the file. Aliases are followed and merge keys merged; what YAML calls null is `none`. */
export type Tree =
  | { readonly kind: 'map'; readonly at: number; readonly entries: readonly Entry[] }
  | { readonly kind: 'list'; readonly at: number; readonly items: readonly Tree[] }
  | Text
  | { readonly kind: 'none'; readonly at: number }

/** A scalar. `text` is what the file's format makes of it when a text is wanted; places stand in `text.at` where a byte stands for a character. */
export type Text = {
  readonly kind: 'text'
  readonly at: number
  readonly text: Sourced
  /** Unquoted, its format reads a number, true or false: `1.20` may come out as 1.2. */
  readonly isTyped: boolean
}

/** `key` as text; `keyAt` is the byte where it starts. */
export type Entry = { readonly key: string; readonly keyAt: number; readonly value: Tree /** Where the same key stood first. */; readonly firstAt?: number }

/** The value at `path` through maps, or null where there is none. */
export function at(tree: Tree | null, ...path: readonly string[]): Tree | null {
  let here = tree
  for (const key of path) {
    if (here?.kind !== 'map') return null
    here = here.entries.find((entry) => entry.key === key)?.value ?? null
  }
  return here
}

/** The text at `path`, or null where there is none or something else. */
export function textAt(tree: Tree | null, ...path: readonly string[]): Sourced | null {
  const found = at(tree, ...path)
  return found?.kind === 'text' ? found.text : null
}

/** The plain string at `path`; the empty text where there is none. */
export function stringAt(tree: Tree | null, ...path: readonly string[]): string {
  return (textAt(tree, ...path) ?? nothing).text
}

/** The items of the list at `path`; none where there is no list. */
export function itemsAt(tree: Tree | null, ...path: readonly string[]): readonly Tree[] {
  const found = at(tree, ...path)
  return found?.kind === 'list' ? found.items : []
}

/** The entries of the map at `path`; none where there is no map. */
export function entriesAt(tree: Tree | null, ...path: readonly string[]): readonly Entry[] {
  const found = at(tree, ...path)
  return found?.kind === 'map' ? found.entries : []
}

/** Levels of a tree that are read, aliases followed: honest files have some twenty. */
export const deepestTree = 64

/** Values of one tree that are read, each counted as often as an alias repeats it. */
export const largestTree = 200_000

/** The entries without those whose key comes again: the last one counts, as most readers have it, and says where the first one stands. */
export function lastOfEach(entries: readonly Entry[]): readonly Entry[] {
  if (entries.length < 2) return entries
  const keys = new Set<string>()
  for (const { key } of entries) keys.add(key)
  if (keys.size === entries.length) return entries
  const last = new Map(entries.map((entry) => [entry.key, entry]))
  const first = new Map<string, Entry>()
  for (const entry of entries) if (!first.has(entry.key)) first.set(entry.key, entry)
  return entries.flatMap((entry) => {
    if (last.get(entry.key) !== entry) return []
    const before = first.get(entry.key)
    return before === entry || before === undefined || entry.key === '<<' ? [entry] : [{ ...entry, firstAt: before.keyAt }]
  })
}
