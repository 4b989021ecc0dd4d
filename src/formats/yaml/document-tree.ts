/** From the nodes of one YAML document to its tree: anchors and merge keys followed, texts with their bytes. */
import { isAlias, isMap, isPair, isScalar, isSeq, type CST, type Scalar } from 'yaml'
import { Refusal } from '../refusal.ts'
import { byteAt, part, type Sourced } from '../sourced.ts'
import { deepestTree, type Entry, lastOfEach, type Tree } from '../tree.ts'
import { blockText, plainText, quotedText } from './scalars.ts'

/** How many more values may be read of the file, those that aliases repeat counted each time. */
export type Budget = { left: number }

type Anchored = { readonly tree: Tree; readonly size: number; readonly height: number }

/** Reads the nodes of one document, whose offsets are those of characters of `source`. Throws `Refusal` at depths and sizes that no honest file has. */
export class DocumentTree {
  readonly #source: Sourced
  readonly #budget: Budget
  readonly #anchors = new Map<string, Anchored>()

  constructor(source: Sourced, budget: Budget) {
    this.#source = source
    this.#budget = budget
  }

  /** The tree of `node`, a node of the library or null, at the level `depth`. */
  read(node: unknown, depth = 0): Tree {
    const before = this.#budget.left
    const tree = this.#read(node, depth)
    const anchor = (node as { readonly anchor?: string } | null)?.anchor
    if (anchor !== undefined) this.#anchors.set(anchor, { tree, size: before - this.#budget.left, height: heightOf(tree) })
    return tree
  }

  #read(node: unknown, depth: number): Tree {
    const start = (node as { readonly range?: readonly number[] } | null)?.range?.[0] ?? 0
    const at = byteAt(this.#source, start)
    this.#spend(1, depth, at)
    if (isAlias(node)) {
      const known = this.#anchors.get(node.source)
      if (known !== undefined) this.#spend(known.size, depth + known.height, at)
      return known?.tree ?? { kind: 'none', at }
    }
    if (isSeq(node)) return { kind: 'list', at, items: node.items.map((item) => this.read(item, depth + 1)) }
    if (isMap(node)) return this.#hole(node, at) ?? { kind: 'map', at, entries: this.#entries(node.items, depth + 1) }
    return isScalar(node) ? this.#scalar(node, at) : { kind: 'none', at }
  }

  #spend(count: number, depth: number, at: number): void {
    this.#budget.left -= count
    if (this.#budget.left < 0) throw new Refusal('it has more values than any honest file, aliases followed', at, 'too-large', 'container')
    if (depth > deepestTree) throw new Refusal(`it is nested more than ${deepestTree} levels deep`, at, 'too-large', 'container')
  }

  /** `{{ .Values.image }}` without quotes is a map with a map for a key: nobody means that, so it is the text that stands there. */
  #hole({ flow, range }: { readonly flow?: boolean; readonly range?: readonly number[] | null }, at: number): Tree | null {
    const [start = 0, end = 0] = range ?? []
    return flow === true && this.#source.text.startsWith('{{', start) ? { kind: 'text', at, text: part(this.#source, start, end), isTyped: false } : null
  }

  /** Own keys win over merged ones, and of those the first; they stand where `<<` does (https://yaml.org/type/merge.html). */
  #entries(items: readonly unknown[], depth: number): readonly Entry[] {
    const own: Entry[] = []
    const merged = new Map<Entry, readonly Entry[]>()
    for (const item of items) {
      if (!isPair(item) || (item.key !== null && !isScalar(item.key))) continue
      const key = isScalar(item.key) ? item.key : null
      const value = this.read(item.value, depth)
      const start = key?.range?.[0] ?? 0
      const name = key === null ? '' : this.#textOf(key).text
      const entry = { key: name, keyAt: byteAt(this.#source, start), value }
      if (key?.anchor !== undefined) this.#anchors.set(key.anchor, { tree: this.#scalar(key, entry.keyAt), size: 1, height: 0 })
      if (name === '<<' && key?.type === 'PLAIN' && value.kind !== 'text') {
        const maps = value.kind === 'list' ? value.items : [value]
        merged.set(entry, firstOfEach(maps.flatMap((map) => (map.kind === 'map' ? map.entries : []))))
      }
      own.push(entry)
    }
    if (merged.size === 0) return lastOfEach(own)
    const keys = new Set(own.map(({ key }) => key))
    const all = own.flatMap((entry) => merged.get(entry)?.filter(({ key }) => !keys.has(key)) ?? [entry])
    this.#spend(all.length, 0, 0)
    return lastOfEach(all)
  }

  #scalar(node: Scalar, at: number): Tree {
    const text = this.#textOf(node)
    if (node.tag !== undefined) return { kind: 'text', at, text, isTyped: /:(?:int|float|bool)$/.test(node.tag) }
    const isPlain = node.type === 'PLAIN' || node.type === undefined || node.type === null
    return isPlain ? plainTree(text, at) : { kind: 'text', at, text, isTyped: false }
  }

  #textOf(node: Scalar): Sourced {
    const [start = 0, end = 0] = node.range ?? []
    if (node.type === 'QUOTE_DOUBLE' || node.type === 'QUOTE_SINGLE') return quotedText(this.#source, start, end)
    const token = node.srcToken
    if (token?.type !== 'block-scalar') return plainText(this.#source, start, end)
    return blockText(this.#source, blockOf(token))
  }
}

function blockOf(token: CST.BlockScalar): Parameters<typeof blockText>[1] {
  const header = token.props[0]
  const start = token.props.reduce((sum, prop) => sum + ('source' in prop ? prop.source.length : 0), token.offset)
  return { header: header !== undefined && 'source' in header ? header.source : '|', start, end: start + token.source.length, indent: token.indent }
}

const heights = new WeakMap<Tree, number>()

/** Levels below `tree`; of an anchor that holds aliases, theirs are known. */
function heightOf(tree: Tree): number {
  const known = heights.get(tree)
  if (known !== undefined || tree.kind === 'text' || tree.kind === 'none') return known ?? 0
  const below = tree.kind === 'list' ? tree.items : tree.entries.map(({ value }) => value)
  const height = below.reduce((most, one) => Math.max(most, heightOf(one) + 1), 0)
  heights.set(tree, height)
  return height
}

function firstOfEach(entries: readonly Entry[]): readonly Entry[] {
  const keys = new Set<string>()
  return entries.filter(({ key }) => !keys.has(key) && keys.add(key))
}

/** What YAML 1.1 or 1.2 takes for a number or a truth value (https://yaml.org/type, YAML 1.2.2 §10.3). */
const typed =
  /^(?:true|false|yes|no|on|off|[-+]?\.inf|\.nan|[-+]?(?:0b[01_]+|0o[0-7]+|0x[\da-f_]+|\d[\d_]*(?::[0-5]?\d)*(?:\.[\d_]*)?(?:e[-+]?\d+)?|\.\d[\d_]*(?:e[-+]?\d+)?))$/i

/** A text without quotes and tag. */
export function plainTree(text: Sourced, at: number): Tree {
  return isNull(text.text) ? { kind: 'none', at } : { kind: 'text', at, text, isTyped: isTyped(text.text) }
}

const isNull = (text: string): boolean => text === '' || text === '~' || text === 'null' || text === 'Null' || text === 'NULL'

/** Whether a plain text is read as a number or as true or false by some reader of YAML. */
export function isTyped(text: string): boolean {
  return text.length < 64 && /^[-+.\dtfyno]/i.test(text) && typed.test(text)
}
