/**
 * Reads in one pass the YAML that most files are made of: block maps and lists, texts, flow collections. A tenth of the time of the full parser, which
 * is asked for all else (anchors, tags, complex keys, mistakes): whatever is not surely read the same way there is left to it.
 */
import { Refusal } from '../refusal.ts'
import { byteAt, type Sourced } from '../sourced.ts'
import { deepestTree, type Entry, lastOfEach, type Tree } from '../tree.ts'
import { type Budget, plainTree } from './document-tree.ts'
import { FlowReader } from './plain-flow.ts'
import { Beyond, beyond, isBreak, isPlainStart, plainEnd, plainKeyEnd, quoteEnd, trimmed } from './plain-scan.ts'
import { blockText, plainText, quotedText } from './scalars.ts'

/** The tree of the only document of `source`, or null where the full parser has to say. Throws `Refusal` at depths and sizes that no honest file has. */
export function readPlainDocument(source: Sourced, budget: Budget): Tree | null {
  if (/[\r\0]|^\.\.\.|^%/m.test(source.text)) return null
  const { left } = budget
  const reader = new PlainReader(source, budget)
  try {
    return reader.document()
  } catch (error) {
    if (!(error instanceof Beyond)) throw error
    budget.left = left
    return null
  }
}

const [feed, space, hash, dash, colon] = [10, 32, 35, 45, 58]

class PlainReader {
  readonly #source: Sourced
  readonly #text: string
  readonly #budget: Budget
  readonly #flow: FlowReader
  /** The first character of the line that is to be read that is no space, and how many spaces stand before it; at the end of the text, -1. */
  #at = 0
  #indent = 0

  constructor(source: Sourced, budget: Budget) {
    this.#source = source
    this.#text = source.text
    this.#budget = budget
    this.#flow = new FlowReader(source, (depth, at) => this.#spend(depth, at))
  }

  document(): Tree | null {
    let start = 0
    if (this.#text.startsWith('---')) {
      const end = this.#endOfLine(3)
      if (!this.#isRest(3, end)) return null
      start = end + 1
    }
    this.#advance(start)
    if (this.#indent < 0) return null
    const tree = this.#block(this.#at, this.#indent, 0)
    if (tree === null || this.#indent >= 0) throw beyond
    return tree
  }

  /** Goes to the next line with content, from `start`, where a line starts. */
  #advance(start: number): void {
    const text = this.#text
    for (let line = start; line < text.length; ) {
      let at = line
      while (text.charCodeAt(at) === space) at += 1
      const code = text.charCodeAt(at)
      if (code === hash) at = this.#endOfLine(at)
      else if (at < text.length && code !== feed) {
        this.#at = at
        this.#indent = at - line
        return
      }
      line = at + 1
    }
    this.#indent = -1
  }

  /** The list or map whose first item or key stands at `at` in the column `indent`; null where there is neither. */
  #block(at: number, indent: number, depth: number): Tree | null {
    this.#spend(depth, at)
    if (this.#isItem(at)) return this.#list(at, indent, depth)
    return this.#keyEnd(at) < 0 ? null : this.#map(at, indent, depth)
  }

  #list(at: number, indent: number, depth: number): Tree {
    const items: Tree[] = []
    for (let item = at; ; item = this.#at) {
      let value = item + 1
      while (this.#text.charCodeAt(value) === space) value += 1
      const column = indent + value - item
      if (this.#isRest(item + 1, this.#endOfLine(item))) items.push(this.#below(item + 1, indent, depth, false))
      else if (this.#isItem(value) || this.#keyEnd(value) >= 0) items.push(this.#block(value, column, depth + 1) ?? fail())
      else items.push(this.#inline(value, indent, depth + 1))
      if (this.#indent < indent) break
      if (this.#indent > indent) throw beyond
      if (!this.#isItem(this.#at)) break
    }
    return { kind: 'list', at: byteAt(this.#source, at), items }
  }

  #map(at: number, indent: number, depth: number): Tree {
    const entries: Entry[] = []
    for (let start = at; ; start = this.#at) {
      const end = this.#keyEnd(start)
      if (end < 0) throw beyond
      const key = this.#key(start, end)
      let value = end + 1
      while (this.#text.charCodeAt(value) === space) value += 1
      const isBelow = this.#isRest(end + 1, this.#endOfLine(end))
      const tree = isBelow ? this.#below(end + 1, indent, depth, true) : this.#inline(value, indent, depth + 1)
      entries.push({ key, keyAt: byteAt(this.#source, start), value: tree })
      if (this.#indent < indent) break
      if (this.#indent > indent) throw beyond
      if (this.#isItem(this.#at)) throw beyond
    }
    return { kind: 'map', at: byteAt(this.#source, at), entries: lastOfEach(entries) }
  }

  /** What stands in the lines below a key or a dash, further in; a list may stand in the column of its key. */
  #below(at: number, indent: number, depth: number, isInMap: boolean): Tree {
    this.#advance(this.#endOfLine(at) + 1)
    if (this.#indent > indent || (isInMap && this.#indent === indent && this.#isItem(this.#at))) {
      const block = this.#block(this.#at, this.#indent, depth + 1)
      if (block !== null) return block
      if (!isPlainStart(this.#text, this.#at)) throw beyond
      return this.#inline(this.#at, indent, depth + 1)
    }
    return { kind: 'none', at: byteAt(this.#source, at) }
  }

  /** A value that starts in a line that it shares with its key or dash. Goes on to the next line. */
  #inline(start: number, indent: number, depth: number): Tree {
    this.#spend(depth, start)
    const first = this.#text.charAt(start)
    const at = byteAt(this.#source, start)
    if (first === '"' || first === "'") {
      const end = quoteEnd(this.#text, start)
      this.#leave(end)
      return { kind: 'text', at, text: quotedText(this.#source, start, end), isTyped: false }
    }
    if (first === '|' || first === '>') return { kind: 'text', at, text: this.#blockScalar(start, indent), isTyped: false }
    if (first === '[' || first === '{') {
      const { tree, end } = this.#flow.read(start, depth, indent)
      this.#leave(end)
      return tree
    }
    return plainTree(this.#plain(start, indent), at)
  }

  /** Goes on behind a value that ends at `end`; nothing but a comment may follow in its line. */
  #leave(end: number): void {
    const lineEnd = this.#endOfLine(end)
    if (!this.#isRest(end, lineEnd)) throw beyond
    this.#advance(lineEnd + 1)
  }

  #plain(start: number, indent: number): Sourced {
    const text = this.#text
    if (!isPlainStart(text, start)) throw beyond
    let lineEnd = this.#endOfLine(start)
    let end = plainEnd(text, start, lineEnd)
    const hasComment = end < trimmed(text, start, lineEnd)
    this.#advanceInText(lineEnd + 1)
    while (this.#indent > indent) {
      lineEnd = this.#endOfLine(this.#at)
      const next = plainEnd(text, this.#at, lineEnd)
      if (hasComment || text.charCodeAt(this.#at) === hash || next < trimmed(text, this.#at, lineEnd)) throw beyond
      end = next
      this.#advanceInText(lineEnd + 1)
    }
    this.#advance(this.#indent < 0 ? text.length : this.#at - this.#indent)
    return plainText(this.#source, start, end)
  }

  /** To the next line that is not blank, be it a comment. */
  #advanceInText(start: number): void {
    const text = this.#text
    let at = start
    let line = start
    while (text.charCodeAt(at) === space || text.charCodeAt(at) === feed) if (text.charCodeAt(at++) === feed) line = at
    this.#at = at
    this.#indent = at < text.length ? at - line : -1
  }

  #blockScalar(start: number, indent: number): Sourced {
    const text = this.#text
    const headerEnd = this.#endOfLine(start)
    const header = /^[|>][-+]?(?= *$| +#)/.exec(text.slice(start, headerEnd))?.[0]
    if (header === undefined) throw beyond
    let within = -1
    let blankMost = 0
    let line = headerEnd + 1
    while (line < text.length) {
      let at = line
      while (text.charCodeAt(at) === space) at += 1
      const isBlank = at >= text.length || text.charCodeAt(at) === feed
      if (!isBlank && at - line <= indent) break
      if (!isBlank && within < 0) within = at - line
      if (!isBlank && at - line < within) throw beyond
      if (isBlank && within < 0) blankMost = Math.max(blankMost, at - line)
      line = this.#endOfLine(at) + 1
    }
    if (within < 0 || blankMost > within) throw beyond
    const end = Math.min(line, text.length)
    this.#advance(end)
    return blockText(this.#source, { header, start: headerEnd + 1, end, indent })
  }

  /** Where the colon of the key at `start` stands, or -1 where there is none. */
  #keyEnd(start: number): number {
    const text = this.#text
    const first = text.charCodeAt(start)
    if (first === 34 || first === 39) {
      const end = quoteEnd(this.#text, start)
      return text.charCodeAt(end) === colon && isBreak(text.charCodeAt(end + 1)) ? end : -1
    }
    if (!isPlainStart(text, start)) return -1
    return plainKeyEnd(text, start)
  }

  #key(start: number, end: number): string {
    const first = this.#text.charAt(start)
    if (first === '"' || first === "'") return quotedText(this.#source, start, end).text
    const key = this.#text.slice(start, trimmed(this.#text, start, end))
    if (key === '<<' || end - start > 1000) throw beyond
    return key
  }

  #isItem(at: number): boolean {
    return this.#text.charCodeAt(at) === dash && isBreak(this.#text.charCodeAt(at + 1))
  }

  /** Nothing, or a comment. */
  #isRest(start: number, end: number): boolean {
    let at = start
    while (at < end && this.#text.charCodeAt(at) === space) at += 1
    return at === end || (at > start && this.#text.charCodeAt(at) === hash)
  }

  #endOfLine(at: number): number {
    const found = this.#text.indexOf('\n', at)
    return found < 0 ? this.#text.length : found
  }

  #spend(depth: number, at: number): void {
    this.#budget.left -= 1
    if (depth <= deepestTree && this.#budget.left >= 0) return
    const problem = depth > deepestTree ? `it is nested more than ${deepestTree} levels deep` : 'it has more values than any honest file'
    throw new Refusal(problem, byteAt(this.#source, at), 'too-large', 'container')
  }
}

function fail(): never {
  throw beyond
}
