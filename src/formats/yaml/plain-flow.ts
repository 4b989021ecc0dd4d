/** Flow collections (`[a, {b: c}]`) for the reader of plain documents. */
import { byteAt, part, type Sourced } from '../sourced.ts'
import { type Entry, lastOfEach, type Tree } from '../tree.ts'
import { plainTree } from './document-tree.ts'
import { beyond, isBreak, isPlainStart, quoteEnd, trimmed } from './plain-scan.ts'
import { quotedText } from './scalars.ts'

/** Reads one collection; `spend` counts values and levels, and throws where there are too many. */
export class FlowReader {
  readonly #source: Sourced
  readonly #text: string
  readonly #spend: (depth: number, at: number) => void
  #at = 0
  #indent = 0

  constructor(source: Sourced, spend: (depth: number, at: number) => void) {
    this.#source = source
    this.#text = source.text
    this.#spend = spend
  }

  /** The collection at `start`, whose further lines must stand further in than `indent`, and where it ends. */
  read(start: number, depth: number, indent: number): { readonly tree: Tree; readonly end: number } {
    this.#at = start
    this.#indent = indent
    return { tree: this.#value(depth), end: this.#at }
  }

  #value(depth: number): Tree {
    const start = this.#at
    const at = byteAt(this.#source, start)
    this.#spend(depth, start)
    const first = this.#text.charAt(start)
    if (first === '[') return this.#list(at, depth)
    if (first === '{') return this.#map(at, depth)
    const isQuoted = first === '"' || first === "'"
    this.#at = isQuoted ? quoteEnd(this.#text, start) : this.#plainEnd(start)
    return isQuoted ? { kind: 'text', at, text: quotedText(this.#source, start, this.#at), isTyped: false } : plainTree(part(this.#source, start, this.#at), at)
  }

  #list(at: number, depth: number): Tree {
    const items: Tree[] = []
    this.#at += 1
    for (this.#skip(); this.#text[this.#at] !== ']'; this.#skip()) {
      items.push(this.#value(depth + 1))
      this.#comma(']')
    }
    this.#at += 1
    return { kind: 'list', at, items }
  }

  #map(at: number, depth: number): Tree {
    if (this.#text[this.#at + 1] === '{') throw beyond
    const entries: Entry[] = []
    this.#at += 1
    for (this.#skip(); this.#text[this.#at] !== '}'; this.#skip()) {
      entries.push(this.#entry(depth))
      this.#comma('}')
    }
    this.#at += 1
    return { kind: 'map', at, entries: lastOfEach(entries) }
  }

  #entry(depth: number): Entry {
    const start = this.#at
    const isQuoted = this.#text[start] === '"' || this.#text[start] === "'"
    const end = isQuoted ? quoteEnd(this.#text, start) : this.#plainEnd(start)
    const key = isQuoted ? quotedText(this.#source, start, end).text : this.#text.slice(start, end)
    if (key === '<<') throw beyond
    this.#at = end
    const keyAt = byteAt(this.#source, start)
    const none: Tree = { kind: 'none', at: byteAt(this.#source, end) }
    if (this.#text[end] !== ':') return { key, keyAt, value: none }
    if (isQuoted && !isBreak(this.#text.charCodeAt(end + 1))) throw beyond
    this.#at += 1
    this.#skip()
    return { key, keyAt, value: ',}'.includes(this.#text.charAt(this.#at)) ? none : this.#value(depth + 1) }
  }

  /** Behind a value: a comma, or what closes the collection. */
  #comma(close: string): void {
    this.#skip()
    if (this.#text[this.#at] === ',') this.#at += 1
    else if (this.#text[this.#at] !== close) throw beyond
  }

  #skip(): void {
    let line = -1
    while (this.#text[this.#at] === ' ' || this.#text[this.#at] === '\n') if (this.#text[this.#at++] === '\n') line = this.#at
    if (this.#at >= this.#text.length || (line >= 0 && this.#at - line <= this.#indent)) throw beyond
  }

  #plainEnd(start: number): number {
    const text = this.#text
    if (!isPlainStart(text, start) || (text[start] === '-' && ',[]{}'.includes(text.charAt(start + 1)))) throw beyond
    for (let at = start; at < text.length; at++) {
      const sign = text.charAt(at)
      if (sign === '\n' || sign === '\t' || sign === '#') throw beyond
      if (',[]{}'.includes(sign)) return trimmed(text, start, at)
      if (sign === ':' && (isBreak(text.charCodeAt(at + 1)) || ',[]{}'.includes(text.charAt(at + 1)))) {
        if (trimmed(text, start, at) < at) throw beyond
        return at
      }
    }
    throw beyond
  }
}
