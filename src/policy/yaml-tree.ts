/** Bounded YAML: a text as a tree with the line of each node, or what is wrong with it. */
import { isAlias, isMap, isScalar, isSeq, LineCounter, type Node, parseDocument, visit } from 'yaml'

/** A problem with a file; `line` is 1-based, null when the whole file is meant; `path` is `limits.openPullRequests`, empty for the root. */
export type Problem = { readonly line: number | null; readonly path: string; readonly message: string }

/** `value` holds plain JSON values; `lineOf` gives the line of the nearest written node on the way to `path`, or of the key itself. */
export type YamlTree = { readonly value: unknown; readonly lineOf: (path: readonly PropertyKey[]) => number | null }

/** Bytes of a policy file that are read. A long one has a hundred lines. */
export const longestPolicy = 64 * 1024
const deepest = 16
const mostAliases = 20
/** Names that mean something to JavaScript objects and nothing to a policy. */
const unsafeKeys = new Set(['__proto__', 'constructor', 'prototype'])

/** Reads `bytes` as one YAML 1.2 document of JSON values. Never raises: all that can be wrong is a problem. Callers still run it in a child process. */
export function readYaml(
  bytes: Uint8Array,
): { readonly kind: 'tree'; readonly tree: YamlTree } | { readonly kind: 'broken'; readonly problems: readonly Problem[] } {
  const broken = (...problems: readonly Problem[]) => ({ kind: 'broken', problems }) as const
  if (bytes.length > longestPolicy) return broken({ line: null, path: '', message: `the file is longer than ${longestPolicy} bytes` })
  let text: string
  try {
    text = new TextDecoder('utf-8', { fatal: true }).decode(bytes)
  } catch {
    return broken({ line: null, path: '', message: 'the file is not UTF-8 text; save it as UTF-8' })
  }
  const deepLine = tooDeepAt(text)
  if (deepLine !== null)
    return broken({ line: deepLine, path: '', message: `this is nested or indented too deep; a policy needs no more than ${deepest} levels` })
  const lines = new LineCounter()
  const lineAt = (node: unknown) => {
    const start = (node as Node | null)?.range?.[0]
    return start === undefined ? null : lines.linePos(start).line
  }
  const document = parseDocument(text, {
    lineCounter: lines,
    version: '1.2',
    schema: 'core',
    uniqueKeys: true,
    stringKeys: true,
    prettyErrors: false,
    logLevel: 'error',
  })
  if (document.errors.length > 0) {
    return broken(
      ...document.errors.slice(0, 5).map((error) => ({ line: lines.linePos(error.pos[0]).line, path: '', message: sayError(error.code, error.message) })),
    )
  }
  const problems: Problem[] = []
  let aliases = 0
  visit(document, {
    Pair: (_, pair) => {
      const name = isScalar(pair.key) ? String(pair.key.value) : ''
      if (unsafeKeys.has(name)) problems.push({ line: lineAt(pair.key), path: name, message: `"${name}" is not a field; remove the line` })
    },
    Alias: (_, alias) => {
      aliases += 1
      if (aliases === mostAliases + 1)
        problems.push({ line: lineAt(alias), path: '', message: `the file uses more than ${mostAliases} aliases; write the values out` })
    },
    Node: (_, node) => {
      if (node.tag !== undefined && !node.tag.startsWith('tag:yaml.org,2002:'))
        problems.push({ line: lineAt(node), path: '', message: 'YAML tags such as "!name" mean nothing here; remove it' })
    },
  })
  if (problems.length > 0) return broken(...problems)
  const lineOf = (path: readonly PropertyKey[]) => {
    let node: unknown = document.contents
    let line = lineAt(node)
    for (const step of path) {
      if (isAlias(node)) node = node.resolve(document)
      if (isMap(node)) {
        const pair = node.items.find((item) => isScalar(item.key) && item.key.value === step)
        line = lineAt(pair?.key) ?? line
        node = pair?.value
      } else if (isSeq(node)) {
        node = node.items[Number(step)]
        line = lineAt(node) ?? line
      } else break
    }
    return line
  }
  try {
    return { kind: 'tree', tree: { value: document.toJS({ maxAliasCount: mostAliases }) as unknown, lineOf } }
  } catch {
    return broken({ line: null, path: '', message: 'the aliases of the file unfold to too much; write the values out' })
  }
}

/** The line on which brackets or one line's list marks nest too deep for the parser's recursion, or null. Quoted brackets count too: a policy has few. */
function tooDeepAt(text: string): number | null {
  let open = 0
  for (const [index, line] of text.split(/\r\n|\r|\n/).entries()) {
    const indent = /^[ ]*/.exec(line)?.[0].length ?? 0
    const marks = (/^[ \t\-?:]*/.exec(line)?.[0].match(/[-?:]/g) ?? []).length
    for (const character of line) {
      if (character === '[' || character === '{') open += 1
      if (character === ']' || character === '}') open = Math.max(0, open - 1)
      if (open > deepest) return index + 1
    }
    if (indent > 200 || marks > deepest) return index + 1
  }
  return null
}

function sayError(code: string, message: string): string {
  if (code === 'DUPLICATE_KEY') return 'this field stands twice; keep one of them'
  if (code === 'TAB_AS_INDENT') return 'a tab indents this line; use spaces'
  if (code === 'MULTIPLE_DOCS') return 'the file holds more than one YAML document; keep one'
  return `this is not YAML: ${message.split('\n')[0]?.replace(/\.?$/, '') ?? code}`
}
