/** The documents of a YAML text as trees. */
import { isAlias, isMap, isPair, isScalar, isSeq, type Document, parseAllDocuments } from 'yaml'
import { Refusal } from '../refusal.ts'
import { fromFile, nothing } from '../sourced.ts'
import type { Entry, Tree } from '../tree.ts'

/** `text` is latin1, so that its offsets are bytes. Throws `Refusal` where it is no YAML, or more than any honest file has. */
export function readDocuments(text: string): readonly Tree[] {
  const documents = parseAllDocuments(text, { version: '1.2', schema: 'core', merge: true, prettyErrors: false, logLevel: 'error', uniqueKeys: false })
  if (!Array.isArray(documents)) return []
  return documents.map((document) => {
    const [error] = document.errors
    if (error !== undefined) throw new Refusal(`this is not YAML: ${error.message}`, error.pos[0], 'invalid-syntax', 'container')
    return treeOf(document as unknown as Document, document.contents, text)
  })
}

function treeOf(document: Document, node: unknown, text: string): Tree {
  if (isAlias(node)) return treeOf(document, node.resolve(document), text)
  const at = (node as { range?: [number, number, number] } | null)?.range?.[0] ?? 0
  if (isSeq(node)) return { kind: 'list', at, items: node.items.map((item) => treeOf(document, item, text)) }
  if (isMap(node))
    return {
      kind: 'map',
      at,
      entries: node.items.flatMap((pair): readonly Entry[] => {
        if (!isPair(pair) || !isScalar(pair.key)) return []
        const merged = pair.key.value === '<<' ? treeOf(document, pair.value, text) : null
        if (merged?.kind === 'map') return merged.entries
        return [{ key: String(pair.key.value), keyAt: pair.key.range?.[0] ?? at, value: treeOf(document, pair.value, text) }]
      }),
    }
  if (!isScalar(node) || node.value === null) return { kind: 'none', at }
  const quoted = node.type === 'QUOTE_DOUBLE' || node.type === 'QUOTE_SINGLE'
  const value = typeof node.value === 'string' ? node.value : String(node.source ?? '')
  const start = quoted ? at + 1 : at
  return {
    kind: 'text',
    at,
    text: text.startsWith(value, start) ? fromFile(value, start) : nothing,
    isTyped: typeof node.value !== 'string',
  }
}
