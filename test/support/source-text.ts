/** TypeScript source as the architecture rules read it: which characters are code, and what it imports. TypeScript 7 has no compiler API to ask. */

type Kind = 'code' | 'comment' | 'string'

/** `text` with comments replaced by spaces; every other character, and every line break, keeps its place. */
export function withoutComments(text: string): string {
  return blank(text, ['comment'])
}

/** `text` with comments and the contents of strings, templates and regular expressions replaced by spaces. */
export function blankStrings(text: string): string {
  return blank(text, ['comment', 'string'])
}

/** The 1-based line of a place in `text`. */
export function lineOf(text: string, index: number): number {
  return text.slice(0, index).split('\n').length
}

/** What a file imports or re-exports, statically, dynamically or by `require`, with the line of the specifier. */
export function importsOf(text: string): readonly { readonly line: number; readonly specifier: string }[] {
  const code = withoutComments(text)
  const bare = blankStrings(text)
  return [...code.matchAll(/\b(?:from|import|require|require\.resolve|import\.meta\.resolve)\s*\(?\s*(['"`])([^'"`\n]+)\1/g)]
    .filter((found) => /\w/.test(bare[found.index] ?? ''))
    .map((found) => ({ line: lineOf(code, found.index + found[0].length), specifier: found[2] ?? '' }))
}

/** Every rule reads every file, so what was read once is kept. */
const read = new Map<string, string>()

function blank(text: string, kinds: readonly Kind[]): string {
  const key = `${kinds.join()}:${text}`
  const known = read.get(key)
  if (known !== undefined) return known
  let out = ''
  for (const { kind, piece } of pieces(text)) out += kinds.includes(kind) ? piece.replace(/[^\n]/g, ' ') : piece
  read.set(key, out)
  return out
}

/** Cuts `text` into code, comments and strings. A template's `${…}` is code again. */
function* pieces(text: string): Generator<{ kind: Kind; piece: string }> {
  /** For each open template the number of braces open inside its current `${…}`. */
  const templates: number[] = []
  let at = 0
  let lastCode = ''
  while (at < text.length) {
    const end = endOfPiece(text, at, lastCode, templates)
    const piece = text.slice(at, end.at)
    yield { kind: end.kind, piece }
    if (end.kind !== 'comment') lastCode = `${lastCode}${end.kind === 'string' ? "''" : piece}`.trimEnd().slice(-12)
    at = end.at
  }
}

function endOfPiece(text: string, at: number, lastCode: string, templates: number[]): { kind: Kind; at: number } {
  const rest = text.slice(at, at + 2)
  if (rest === '//' || (at === 0 && rest === '#!')) return { kind: 'comment', at: indexOrEnd(text, '\n', at) }
  if (rest === '/*') return { kind: 'comment', at: Math.min(text.length, indexOrEnd(text, '*/', at + 2) + 2) }
  const character = text[at]
  if (character === "'" || character === '"') return { kind: 'string', at: endAt(text, at + 1, new RegExp(`\\\\[\\s\\S]|${character}|\\n`, 'g'), character) }
  if (character === '`' || (character === '}' && templates.at(-1) === 0)) return { kind: 'string', at: endOfTemplatePart(text, at, templates) }
  if (character === '/' && /(^|[(,=:[!&|?{};+>]|\b(return|typeof|case|of|in))$/.test(lastCode)) return { kind: 'string', at: endOfRegExp(text, at) }
  const depth = templates.at(-1)
  if (depth !== undefined && (character === '{' || character === '}')) templates[templates.length - 1] = depth + (character === '{' ? 1 : -1)
  return { kind: 'code', at: at + 1 }
}

/** From a backtick, or from the brace that ends a `${…}`, to the next `${` or to the closing backtick. */
function endOfTemplatePart(text: string, at: number, templates: number[]): number {
  if (text[at] === '`') templates.push(0)
  for (let i = at + 1; i < text.length; i++) {
    if (text[i] === '\\') i++
    else if (text[i] === '`') {
      templates.pop()
      return i + 1
    } else if (text[i] === '$' && text[i + 1] === '{') return i + 2
  }
  return text.length
}

function endOfRegExp(text: string, at: number): number {
  let inClass = false
  for (let i = at + 1; i < text.length; i++) {
    const character = text[i]
    if (character === '\\') i++
    else if (character === '\n' || (character === '/' && !inClass)) return i + 1
    else if (character === '[') inClass = true
    else if (character === ']') inClass = false
  }
  return text.length
}

function endAt(text: string, from: number, stops: RegExp, closing: string): number {
  stops.lastIndex = from
  for (const found of text.matchAll(stops)) if (found[0] === closing || found[0] === '\n') return found.index + 1
  return text.length
}

function indexOrEnd(text: string, wanted: string, from: number): number {
  const found = text.indexOf(wanted, from)
  return found < 0 ? text.length : found
}
