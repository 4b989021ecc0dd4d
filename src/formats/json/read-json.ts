/** JSON with comments (JSONC) as trees (RFC 8259; https://jsonc.org). */
import { createScanner, type Node, type ParseError, parseTree, printParseErrorCode } from 'jsonc-parser'
import { Refusal } from '../refusal.ts'
import { byteAt, fromFile, madeFrom, part, readFrom, type Sourced, SourcedBuilder } from '../sourced.ts'
import { deepestTree, type Entry, largestTree, lastOfEach, type Tree } from '../tree.ts'

const byteOrderMark = '\xef\xbb\xbf'

/** The tree of `text`, which is latin1, so that its offsets are bytes. Throws `Refusal` where it is no JSON, or more than any honest file has. */
export function readJson(text: string | Sourced): Tree {
  const whole = typeof text === 'string' ? fromFile(text, 0) : text
  const source = whole.text.startsWith(byteOrderMark) ? part(whole, byteOrderMark.length) : whole
  checkBounds(source)
  const errors: ParseError[] = []
  const root = parseTree(source.text, errors, { allowTrailingComma: true, allowEmptyContent: true })
  const [error] = errors
  if (error !== undefined) throw broken(printParseErrorCode(error.error), byteAt(source, error.offset))
  return root === undefined ? { kind: 'none', at: byteAt(source, 0) } : treeOf(root, source)
}

const broken = (problem: string, at: number): Refusal => new Refusal(`this is not JSON: ${problem}`, at, 'invalid-syntax', 'container')

const tooLarge = (problem: string, at: number): Refusal => new Refusal(problem, at, 'too-large', 'container')

/** `SyntaxKind.EOF`, a const enum of the library that is not there at run time. */
const endOfFile = 17

/** The parser calls itself for each level. */
function checkBounds(source: Sourced): void {
  const { text } = source
  const scanner = createScanner(text, true)
  let depth = 0
  let tokens = 0
  for (let token = scanner.scan(); token !== endOfFile; token = scanner.scan()) {
    const sign = text.charAt(scanner.getTokenOffset())
    if (sign === '{' || sign === '[') depth += 1
    else if (sign === '}' || sign === ']') depth -= 1
    if (depth > deepestTree) throw tooLarge(`it is nested more than ${deepestTree} levels deep`, byteAt(source, scanner.getTokenOffset()))
    if (++tokens > largestTree * 4) throw tooLarge(`it has more than ${largestTree} values`, 0)
  }
}

function treeOf(node: Node, source: Sourced): Tree {
  const at = byteAt(source, node.offset)
  const children = node.children ?? []
  if (node.type === 'array') return { kind: 'list', at, items: children.map((item) => treeOf(item, source)) }
  if (node.type === 'object') return { kind: 'map', at, entries: lastOfEach(children.flatMap((property) => entryOf(property, source))) }
  if (node.type === 'null') return { kind: 'none', at }
  if (node.type === 'string') return { kind: 'text', at, text: unquoted(source, node), isTyped: false }
  return { kind: 'text', at, text: part(source, node.offset, node.offset + node.length), isTyped: true }
}

function entryOf({ children: [key, value] = [] }: Node, source: Sourced): readonly Entry[] {
  if (key === undefined || value === undefined) return []
  return [{ key: unquoted(source, key).text, keyAt: byteAt(source, key.offset), value: treeOf(value, source) }]
}

const escape = /\\(?:u[\da-fA-F]{4}(?:\\u[dD][c-fC-F][\da-fA-F]{2})?|.)/g

/** The string without its quotes and escapes. */
function unquoted(source: Sourced, { offset, length }: Node): Sourced {
  const [start, end] = [offset + 1, offset + length - 1]
  const inner = part(source, start, end)
  if (!inner.text.includes('\\')) return inner
  const text = new SourcedBuilder()
  let done = start
  for (const found of inner.text.matchAll(escape)) {
    const from = start + found.index
    text.addAll(source, done, from)
    text.addAll(madeFrom(Buffer.from(JSON.parse(`"${found[0]}"`) as string).toString('latin1'), byteAt(source, from)))
    done = from + found[0].length
  }
  text.addAll(source, done, end)
  return readFrom(text.take(), [byteAt(source, start), byteAt(source, end)])
}
