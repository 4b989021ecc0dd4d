/** Keys that stand twice in one map: YAML forbids them, some programs refuse the file and others take the last, so that what counts is not known for sure. */
import type { Skip } from '../domain/repo/image-use.ts'
import type { Tree } from './tree.ts'

/** The bytes from the last key of its name up to the next entry, and where the name stood first. */
export type RepeatedKey = { readonly key: string; readonly firstAt: number; readonly from: number; readonly to: number }

/** All of them in these documents; `end` is the length of the text. */
export function repeatedKeys(documents: readonly Tree[], end: number): readonly RepeatedKey[] {
  const found: RepeatedKey[] = []
  const seen = new Set<Tree>()
  const walk = (tree: Tree, to: number): void => {
    if (seen.has(tree)) return
    seen.add(tree)
    if (tree.kind === 'list') for (const [index, item] of tree.items.entries()) walk(item, tree.items[index + 1]?.at ?? to)
    if (tree.kind !== 'map') return
    for (const [index, { key, keyAt, value, firstAt }] of tree.entries.entries()) {
      const next = tree.entries[index + 1]?.keyAt ?? to
      if (firstAt !== undefined) found.push({ key, firstAt, from: keyAt, to: next })
      walk(value, next)
    }
  }
  for (const [index, document] of documents.entries()) walk(document, documents[index + 1]?.at ?? end)
  return found
}

/** Why what stands at byte `at` is left alone, or null. */
export function repeatedAt(repeated: readonly RepeatedKey[], at: number, lineOf: (at: number) => number): Skip | null {
  const one = repeated.find(({ from, to }) => at >= from && at < to)
  if (one === undefined) return null
  const name = Buffer.from(one.key.slice(0, 100), 'latin1').toString('utf8')
  return { code: 'invalid-syntax', message: `"${name}" stands twice, in line ${lineOf(one.firstAt)} and in line ${lineOf(one.from)}; keep one of them` }
}
