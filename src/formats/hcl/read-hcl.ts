/** HCL 2 as trees, as HCL's own JSON syntax would have it: labels of blocks are keys, and what is computed is the text `${…}` (https://github.com/hashicorp/hcl/blob/main/hclsyntax/spec.md). */
import { Refusal } from '../refusal.ts'
import { byteAt, fromBuilder, fromFile, join, madeFrom, part, readFrom, type Sourced, SourcedBuilder } from '../sourced.ts'
import { deepestTree, type Entry, type Tree } from '../tree.ts'
import { skipExpression, skipSpace, skipString } from './skipping.ts'

const byteOrderMark = '\xef\xbb\xbf'

/** The body of `text`, which is latin1, so that its offsets are bytes. Throws `Refusal` where it is no HCL, or nested deeper than any honest file. */
export function readHcl(text: string): Tree {
  return new HclReader(fromFile(text, 0)).file()
}

class HclReader {
  readonly #source: Sourced
  readonly #text: string
  #pos: number
  #depth = 0

  constructor(source: Sourced) {
    this.#source = source
    this.#text = source.text
    this.#pos = source.text.startsWith(byteOrderMark) ? byteOrderMark.length : 0
  }

  file(): Tree {
    const body = this.#body()
    if (this.#pos < this.#text.length) throw this.#broken('a "}" closes nothing')
    return body
  }

  /** Attributes and blocks up to the `}` of a block or the end. */
  #body(): Tree {
    const at = this.#pos
    this.#deeper()
    const entries: Entry[] = []
    for (;;) {
      this.#pos = skipSpace(this.#text, this.#pos, true)
      if (this.#pos >= this.#text.length || this.#text[this.#pos] === '}') break
      const keyAt = this.#pos
      const key = this.#name() ?? this.#quotedName()
      if (key === null) throw this.#broken('a name is missing')
      this.#pos = skipSpace(this.#text, this.#pos, false)
      if (this.#text[this.#pos] === '=') {
        this.#pos++
        entries.push({ key, keyAt, value: this.#expression(true) })
      } else entries.push({ key, keyAt, value: this.#block() })
    }
    this.#depth--
    return { kind: 'map', at, entries: mergedBlocks(entries) }
  }

  /** The labels and the body of a block, its type read. */
  #block(): Tree {
    const labels: { readonly key: string; readonly keyAt: number }[] = []
    for (;;) {
      this.#pos = skipSpace(this.#text, this.#pos, false)
      if (this.#text[this.#pos] === '{') break
      const keyAt = this.#pos
      const key = this.#name() ?? this.#quotedName()
      if (key === null) throw this.#broken('"{" or "=" is missing')
      labels.push({ key, keyAt })
      if (labels.length > mostLabels) throw this.#broken('a block has too many labels')
    }
    this.#pos++
    const body = this.#body()
    if (this.#text[this.#pos] !== '}') throw this.#broken('the "}" that would end a block is missing')
    this.#pos++
    return labels.reduceRight<Tree>((value, { key, keyAt }) => ({ kind: 'map', at: keyAt, entries: [{ key, keyAt, value }] }), body)
  }

  /** One expression; where lines count, it ends with its line. */
  #expression(endsWithLine: boolean): Tree {
    this.#deeper()
    this.#pos = skipSpace(this.#text, this.#pos, !endsWithLine)
    const start = this.#pos
    const simple = this.#simple()
    const end = skipSpace(this.#text, this.#pos, !endsWithLine)
    this.#depth--
    if (simple !== null && (end >= this.#text.length || /[\n,\]})]/.test(this.#text[end] ?? ''))) return simple
    const { end: stop, next } = skipExpression(this.#text, start, endsWithLine)
    this.#pos = next
    if (stop === start) throw this.#broken('a value is missing')
    const inner = part(this.#source, start, stop)
    const text = readFrom(join([fromBuilder('${'), inner, fromBuilder('}')]), [byteAt(inner, 0), byteAt(inner, inner.text.length)])
    return { kind: 'text', at: start, text, isTyped: false }
  }

  /** What is no computation, or null; then the position is of no use. */
  #simple(): Tree | null {
    const at = this.#pos
    const char = this.#text[at] ?? ''
    if (char === '"') return { kind: 'text', at, text: this.#string(), isTyped: false }
    if (char === '<') return this.#heredoc()
    if (char === '[') return this.#list()
    if (char === '{') return this.#object()
    const [literal] = /^(?:-?\d+(?:\.\d+)?(?:[eE][-+]?\d+)?|true|false|null)(?![\w.])/.exec(this.#text.slice(at, at + longestLiteral)) ?? []
    if (literal === undefined) return null
    this.#pos += literal.length
    return literal === 'null' ? { kind: 'none', at } : { kind: 'text', at, text: part(this.#source, at, this.#pos), isTyped: true }
  }

  #list(): Tree | null {
    const at = this.#pos++
    if (/^\s*for\s/.test(this.#text.slice(this.#pos, this.#pos + longestLiteral))) return null
    const items: Tree[] = []
    for (;;) {
      this.#pos = skipSpace(this.#text, this.#pos, true)
      if (this.#text[this.#pos] === ']') break
      items.push(this.#expression(false))
      this.#pos = skipSpace(this.#text, this.#pos, true)
      if (this.#text[this.#pos] === ',') this.#pos++
      else if (this.#text[this.#pos] !== ']') throw this.#broken('"," or "]" is missing')
    }
    this.#pos++
    return { kind: 'list', at, items }
  }

  #object(): Tree | null {
    const at = this.#pos++
    if (/^\s*for\s/.test(this.#text.slice(this.#pos, this.#pos + longestLiteral))) return null
    const entries: Entry[] = []
    for (;;) {
      this.#pos = skipSpace(this.#text, this.#pos, true)
      if (this.#text[this.#pos] === '}') break
      const keyAt = this.#pos
      const key = this.#name() ?? this.#quotedName() ?? this.#otherKey()
      this.#pos = skipSpace(this.#text, this.#pos, false)
      if (!/[=:]/.test(this.#text[this.#pos] ?? '')) throw this.#broken('"=" is missing')
      this.#pos++
      entries.push({ key, keyAt, value: this.#expression(true) })
      this.#pos = skipSpace(this.#text, this.#pos, true)
      if (this.#text[this.#pos] === ',') this.#pos++
    }
    this.#pos++
    return { kind: 'map', at, entries }
  }

  /** A key that is a number or computed. */
  #otherKey(): string {
    const start = this.#pos
    while (this.#pos < this.#text.length && !/[=:\n]/.test(this.#text[this.#pos] ?? ''))
      this.#pos = this.#text[this.#pos] === '"' ? skipString(this.#text, this.#pos) : this.#pos + 1
    if (this.#pos === start) throw this.#broken('a key is missing')
    return this.#text.slice(start, this.#pos).trim()
  }

  #name(): string | null {
    const [name] = /^[A-Za-z_][\w-]*/.exec(this.#text.slice(this.#pos, this.#pos + longestName)) ?? []
    this.#pos += name?.length ?? 0
    return name ?? null
  }

  #quotedName(): string | null {
    return this.#text[this.#pos] === '"' ? this.#string().text : null
  }

  /** A quoted template, without its quotes and escapes; what it computes stays as it stands. */
  #string(): Sourced {
    const start = this.#pos
    this.#pos = skipString(this.#text, start)
    if (this.#pos < start + 2 || this.#text[this.#pos - 1] !== '"') throw this.#broken('a quote is not closed')
    const inner = part(this.#source, start + 1, this.#pos - 1)
    if (!inner.text.includes('\\')) return inner
    const text = new SourcedBuilder()
    let done = 0
    for (const found of inner.text.matchAll(/\$\{[^}]*\}?|\\(?:u[\da-fA-F]{4}|U[\da-fA-F]{8}|.)/gs)) {
      if (found[0].startsWith('$')) continue
      text.addAll(inner, done, found.index)
      text.addAll(madeFrom(unescaped(found[0]), byteAt(inner, found.index)))
      done = found.index + found[0].length
    }
    text.addAll(inner, done)
    return readFrom(text.take(), [start + 1, this.#pos - 1])
  }

  /** The lines of a heredoc; the indentation that `<<-` takes off stays. */
  #heredoc(): Tree | null {
    const at = this.#pos
    const [opening, delimiter = ''] = /^<<-?([A-Za-z_][\w-]*)\r?\n/.exec(this.#text.slice(at, at + longestName)) ?? []
    if (opening === undefined) return null
    const start = at + opening.length
    const end = new RegExp(`^[ \\t]*${delimiter}[ \\t]*\\r?$`, 'gm')
    end.lastIndex = start
    const found = end.exec(this.#text)
    if (found === null) throw this.#broken(`the line "${delimiter}" that would end a text is missing`)
    this.#pos = found.index + found[0].length
    return { kind: 'text', at, text: part(this.#source, start, found.index), isTyped: false }
  }

  #deeper(): void {
    if (++this.#depth > deepestTree) throw new Refusal(`it is nested more than ${deepestTree} levels deep`, this.#pos, 'too-large', 'build-context')
  }

  #broken(problem: string): Refusal {
    return new Refusal(`this is not HCL: ${problem}`, Math.min(this.#pos, this.#text.length), 'invalid-syntax', 'build-context')
  }
}

const mostLabels = 8
const longestLiteral = 100
const longestName = 1_000

function unescaped(escape: string): string {
  const known = new Map([
    ['\\n', '\n'],
    ['\\r', '\r'],
    ['\\t', '\t'],
  ])
  const code = /^\\[uU]([\da-fA-F]+)$/.exec(escape)?.[1]
  if (code === undefined) return known.get(escape) ?? escape.slice(1)
  const point = Number.parseInt(code, 16)
  return point > 0x10ffff ? '' : Buffer.from(String.fromCodePoint(point)).toString('latin1')
}

/** Blocks of one type are one map by their labels; of attributes with one name, and of blocks with the same labels, the last one counts. */
function mergedBlocks(entries: readonly Entry[]): readonly Entry[] {
  const byKey = new Map<string, Entry[]>()
  for (const entry of entries) {
    const alike = byKey.get(entry.key)
    if (alike === undefined) byKey.set(entry.key, [entry])
    else alike.push(entry)
  }
  return [...byKey.values()].flatMap((alike): readonly Entry[] => {
    const last = alike.at(-1)
    if (last === undefined || alike.length === 1 || last.value.kind !== 'map') return last === undefined ? [] : [last]
    const maps = alike.flatMap(({ value }) => (value.kind === 'map' ? value.entries : []))
    return [{ ...last, value: { ...last.value, entries: mergedBlocks(maps) } }]
  })
}
