/** The documents of a YAML text (https://yaml.org/spec/1.2.2) as trees. */
import { Composer, type Document, Lexer, Parser } from 'yaml'
import { Refusal } from '../refusal.ts'
import { byteAt, fromFile, part, type Sourced } from '../sourced.ts'
import { deepestTree, largestTree, type Tree } from '../tree.ts'
import type { Documents } from '../tree-format.ts'
import { type Budget, DocumentTree } from './document-tree.ts'
import { readPlainDocument } from './plain-document.ts'
import { withQuotesInOneLine } from './unindented-quotes.ts'

const byteOrderMark = '\xef\xbb\xbf'
const mostDocuments = 20_000
const mostLexemes = 600_000

/** `text` is latin1, so that its offsets are bytes. Throws `Refusal` where some of it is no YAML, or it is more than any honest file has. */
export function readDocuments(text: string | Sourced): readonly Tree[] {
  const { documents, broken } = readYaml(text)
  if (broken[0] !== undefined) throw broken[0]
  return documents
}

/**
 * The documents that match `hints`, and why others of those could not be read: what is broken in one loses none but that one.
 * `text` is latin1 or a part of a file (YAML in a block scalar), whose places the trees then have. Throws `Refusal` (too-large) where it is more than any honest file has.
 */
export function readYaml(text: string | Sourced, hints: RegExp = /(?:)/, path = ''): Documents {
  const whole = typeof text === 'string' ? fromFile(text, 0) : text
  const source = whole.text.startsWith(byteOrderMark) ? part(whole, byteOrderMark.length) : whole
  const documents: Tree[] = []
  const broken: Refusal[] = []
  const budget: Budget = { left: largestTree }
  const starts = documentStarts(source.text)
  for (const [i, start] of starts.entries()) {
    const piece = part(source, start, starts[i + 1])
    if (!hints.test(piece.text)) continue
    const plain = readPlainDocument(piece, budget)
    if (plain !== null) {
      documents.push(plain)
      continue
    }
    for (const document of mended(piece, parsed(piece))) {
      const error = errorOf(document)
      if (error === undefined) documents.push(new DocumentTree(piece, budget).read(document.contents))
      else broken.push(brokenAt(byteAt(piece, startOfLine(piece.text, error.pos[0])), error.message, piece.text, path))
    }
  }
  return { documents, broken }
}

/** Where documents start: `---` at the start of a line does so wherever it stands (§9.1.2), so that each can be read alone. */
function documentStarts(text: string): readonly number[] {
  const starts = [0]
  for (let at = text.indexOf('\n---'); at >= 0; at = text.indexOf('\n---', at + 4)) if (/^[ \t\r\n]?$/.test(text.charAt(at + 4))) starts.push(at + 1)
  if (starts.length > mostDocuments) throw new Refusal(`it has more than ${mostDocuments} documents`, 0, 'too-large', 'container')
  return starts
}

const errorOf = (document: Document): Document['errors'][number] | undefined => document.errors.find(({ code }) => code !== 'TAG_RESOLVE_FAILED')

/** The same documents, or what they are once quotes are closed where they are. */
function mended(source: Sourced, documents: readonly Document[]): readonly Document[] {
  if (!documents.some((document) => errorOf(document)?.message.startsWith('Missing closing') === true)) return documents
  const text = withQuotesInOneLine(source.text)
  const again = text === null ? documents : parsed(source, text)
  return again.some((document) => errorOf(document) !== undefined) ? documents : again
}

function parsed(source: Sourced, text = source.text): readonly Document[] {
  const parser = new Parser()
  const composer = new Composer({
    version: '1.2',
    schema: 'failsafe',
    prettyErrors: false,
    strict: false,
    logLevel: 'error',
    uniqueKeys: false,
    keepSourceTokens: true,
  })
  const documents: Document[] = []
  let lexemes = 0
  for (const lexeme of new Lexer().lex(text)) {
    for (const token of parser.next(lexeme)) documents.push(...composer.next(token))
    if (parser.stack.length > deepestTree + 2)
      throw new Refusal(`it is nested more than ${deepestTree} levels deep`, byteAt(source, parser.offset), 'too-large', 'container')
    if (++lexemes > mostLexemes) throw new Refusal('it has more parts than any honest file', 0, 'too-large', 'container')
  }
  for (const token of parser.end()) documents.push(...composer.next(token))
  return [...documents, ...composer.end()] as readonly Document[]
}

/** Where the words of the line start that `at` stands in. */
function startOfLine(text: string, at: number): number {
  let start = text.lastIndexOf('\n', at - 1) + 1
  while (start < at && (text[start] === ' ' || text[start] === '\t')) start += 1
  return start
}

function brokenAt(at: number, problem: string, text: string, path: string): Refusal {
  if (/(?<!\$)\{\{|\{%|<%/.test(text))
    return new Refusal('it is a template, and what stands there is known only when it is filled in', at, 'template', 'container')
  if (/(?:^|\/)templates\//.test(path))
    return new Refusal(`it stands among the templates of a chart, and is no YAML before it is filled in: ${problem}`, at, 'template', 'container')
  return new Refusal(`this is not YAML: ${problem}`, at, 'invalid-syntax', 'container')
}
