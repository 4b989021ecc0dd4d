/** Bounded YAML: a text as a tree with the place of each node, or what is wrong with it. */
import { isAlias, isMap, isScalar, isSeq, LineCounter, type Node, parseDocument, visit } from 'yaml'
import type { PolicyPosition, PolicyProblem } from '../domain/repo/policy.ts'

/** A problem with the file that was read. */
export type Problem = Omit<PolicyProblem, 'file'>

/** A file as plain JSON values, with the places where they are written. */
export type YamlTree = {
  readonly value: unknown
  /** Where what stands at `path` is written: the value where it begins on the line of its field, else the field; where there is nothing, the nearest on the way. Null in an empty file. */
  readonly placeOf: (path: readonly PropertyKey[]) => PolicyPosition | null
  /** The same for the field itself. */
  readonly fieldAt: (path: readonly PropertyKey[]) => PolicyPosition | null
}

/** Bytes of a policy file that are read. A long one has a hundred lines. */
export const longestPolicy = 64 * 1024
const deepest = 16
const mostAliases = 20
/** Names that mean something to JavaScript objects and nothing to a policy. */
const unsafeKeys = new Set(['__proto__', 'constructor', 'prototype'])

/** `problems` of a tree are fields that it leaves out, each for itself wrong: one that stands twice counts where it stands first. */
type ReadYaml =
  | { readonly kind: 'tree'; readonly tree: YamlTree; readonly problems: readonly Problem[] }
  | { readonly kind: 'broken'; readonly problems: readonly Problem[] }

/** Reads `bytes` as one YAML 1.2 document of JSON values. Never raises: all that can be wrong is a problem. Callers still run it in a child process. */
export function readYaml(bytes: Uint8Array): ReadYaml {
  const broken = (...problems: readonly Problem[]) => ({ kind: 'broken', problems }) as const
  if (bytes.length > longestPolicy) return broken({ at: null, path: '', message: `the file is longer than ${longestPolicy} bytes` })
  let text: string
  try {
    text = new TextDecoder('utf-8', { fatal: true }).decode(bytes)
  } catch {
    return broken({ at: null, path: '', message: 'the file is not UTF-8 text; save it as UTF-8' })
  }
  const deep = tooDeepAt(text)
  if (deep !== null) return broken({ at: deep, path: '', message: `this is nested or indented too deep; a policy needs no more than ${deepest} levels` })
  const lines = new LineCounter()
  const positionAt = (offset: number): PolicyPosition => {
    const { line, col } = lines.linePos(offset)
    return { line, column: col }
  }
  const placeAt = (node: unknown) => {
    const start = (node as Node | null)?.range?.[0]
    return start === undefined ? null : positionAt(start)
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
  const problemsOf = (errors: typeof document.errors) =>
    errors.map(({ pos, code, message }): Problem => ({ at: positionAt(pos[0]), path: '', message: sayError(code, message) }))
  const twice = document.errors.filter(({ code }) => code === 'DUPLICATE_KEY')
  if (document.errors.length > twice.length) return broken(...problemsOf(document.errors).slice(0, 5))
  const leftOut = problemsOf(twice)
  const repeated = new Set(twice.map(({ pos }) => pos[0]))
  const problems: Problem[] = []
  let aliases = 0
  visit(document, {
    Pair: (_, pair) => {
      const name = isScalar(pair.key) ? String(pair.key.value) : ''
      const isUnsafe = unsafeKeys.has(name)
      if (isUnsafe) leftOut.push({ at: placeAt(pair.key), path: name, message: `"${name}" is not a field; remove the line` })
      return isUnsafe || repeated.has((pair.key as Node | null)?.range?.[0] ?? -1) ? visit.REMOVE : undefined
    },
    Alias: (_, alias) => {
      aliases += 1
      if (aliases === mostAliases + 1)
        problems.push({ at: placeAt(alias), path: '', message: `the file uses more than ${mostAliases} aliases; write the values out` })
    },
    Node: (_, node) => {
      if (node.tag !== undefined && !node.tag.startsWith('tag:yaml.org,2002:'))
        problems.push({ at: placeAt(node), path: '', message: 'YAML tags such as "!name" mean nothing here; remove it' })
    },
  })
  if (problems.length > 0) return broken(...leftOut, ...problems)
  const nearest = (path: readonly PropertyKey[]) => {
    let node: unknown = document.contents
    let field = placeAt(node)
    let value = field
    for (const step of path) {
      const parent = isAlias(node) ? node.resolve(document) : node
      const pair = isMap(parent) ? parent.items.find(({ key }) => isScalar(key) && key.value === step) : undefined
      const item = isSeq(parent) ? parent.items[Number(step)] : undefined
      if (pair === undefined && item === undefined) break
      node = pair === undefined ? item : pair.value
      field = placeAt(pair === undefined ? item : pair.key) ?? field
      value = placeAt(node) ?? field
    }
    return { field, value: value?.line === field?.line ? value : field }
  }
  try {
    return {
      kind: 'tree',
      tree: { value: document.toJS({ maxAliasCount: mostAliases }) as unknown, placeOf: (path) => nearest(path).value, fieldAt: (path) => nearest(path).field },
      problems: leftOut,
    }
  } catch {
    // An alias of something that is left out ends here too.
    if (leftOut.length > 0) return broken(...leftOut)
    return broken({ at: null, path: '', message: 'the aliases of the file unfold to too much; write the values out' })
  }
}

/** Where brackets or one line's list marks nest too deep for the parser's recursion, or null. Quoted brackets count too: a policy has few. */
function tooDeepAt(text: string): PolicyPosition | null {
  let open = 0
  for (const [index, line] of text.split(/\r\n|\r|\n/).entries()) {
    const indent = /^[ ]*/.exec(line)?.[0].length ?? 0
    const marks = (/^[ \t\-?:]*/.exec(line)?.[0].match(/[-?:]/g) ?? []).length
    for (let at = 0; at < line.length; at += 1) {
      const character = line[at]
      if (character === '[' || character === '{') open += 1
      if (character === ']' || character === '}') open = Math.max(0, open - 1)
      if (open > deepest) return { line: index + 1, column: at + 1 }
    }
    if (indent > 200 || marks > deepest) return { line: index + 1, column: indent + 1 }
  }
  return null
}

function sayError(code: string, message: string): string {
  if (code === 'DUPLICATE_KEY') return 'this field stands twice; keep one of them'
  if (code === 'TAB_AS_INDENT') return 'a tab indents this line; use spaces'
  if (code === 'MULTIPLE_DOCS') return 'the file holds more than one YAML document; keep one'
  return `this is not YAML: ${message.split('\n')[0]?.replace(/\.?$/, '') ?? code}`
}
