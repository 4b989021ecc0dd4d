/** Instructions of a Dockerfile: cut by dockerfile-ast, their flags and arguments read as BuildKit's `splitCommand` does. */
import type { Escape } from './escape.ts'
import { escapeOf } from './directives.ts'
import { heredocOf, heredocsEnd, heredocsOf } from './heredocs.ts'
import { Refusal } from '../refusal.ts'
import { fromFile, join, part, type Sourced, SourcedBuilder } from '../sourced.ts'
import { afterSpace, trimmed } from './space.ts'
import { cutInstructions } from './structure.ts'

export type Instruction = {
  /** Lower case. */
  readonly keyword: string
  /** The `--name=value` words before the arguments, without quotes. */
  readonly flags: readonly Sourced[]
  /** The rest, as written but for continuations and comments; white space at the ends left off. */
  readonly args: Sourced
  /** Where the instruction starts. */
  readonly at: number
}

export type Instructions = { readonly escape: Escape; readonly instructions: readonly Instruction[] }

const mostInstructions = 2_000

/** The instructions of `text` (latin1, without byte order mark; `offset` is where it starts in the file). Throws `Refusal`. */
export function readInstructions(text: string, offset: number): Instructions {
  const escape = escapeOf(text, offset)
  const instructions: Instruction[] = []
  cutInstructions(text, offset, escape, ({ pieces, start, end }) => {
    const line = join(pieces.map(([from, to]) => fromFile(text.slice(from, to), offset + from)))
    const instruction = instructionOf(line, escape, offset + start)
    instructions.push(instruction)
    if (instructions.length > mostInstructions) throw new Refusal(`more than ${mostInstructions} instructions`, 0, 'too-large')
    return line.text.includes('<<') && mayHoldHeredoc(instruction, escape) ? heredocsEnd(text, heredocsOf(line), end, instruction.at) : end
  })
  if (instructions.length === 0) throw new Refusal('the file has no instructions')
  return { escape, instructions }
}

/** The instruction within ONBUILD. */
export function triggerOf({ args, at }: Instruction, escape: Escape): Instruction {
  return instructionOf(args, escape, at)
}

/** Keyword, flags and arguments of one line (`splitCommand`). The library's keyword would keep white space of Unicode behind it, and of a trigger the continuations. */
function instructionOf(line: Sourced, escape: Escape, at: number): Instruction {
  const whole = trimmed(line)
  const keyword = /^[^\t\v\f\r ]*/.exec(whole.text)?.[0] ?? ''
  const { flags, rest } = takeFlags(part(whole, keyword.length), escape)
  return { keyword: keyword.toLowerCase(), flags, args: trimmed(rest), at }
}

/** BuildKit looks at bytes here, so the second bytes of some UTF-8 characters count as white space. */
const isSpaceByte = (char: string): boolean => char === ' ' || (char >= '\t' && char <= '\r') || char === '\x85' || char === '\xa0'

/**
 * The words at the start of `rest` that begin with `--`, unquoted (`extractBuilderFlags`).
 * The library's `getFlags` cuts them at blanks within quotes, passes over words that hold `--`, and knows none of CMD, ENV, LABEL and others.
 */
function takeFlags(rest: Sourced, escape: Escape): { readonly flags: readonly Sourced[]; readonly rest: Sourced } {
  const { text } = rest
  let pos = 0
  while (pos < text.length && isSpaceByte(text[pos] ?? '')) pos++
  const flags: Sourced[] = []
  if (!text.startsWith('--', pos)) return { flags, rest: part(rest, pos) }
  const word = new SourcedBuilder()
  for (;;) {
    while (pos < text.length && isSpaceByte(text[pos] ?? '')) pos++
    if (!text.startsWith('--', pos)) return { flags, rest: part(rest, pos) }
    let quote = ''
    let quoted = false
    for (; pos < text.length; pos++) {
      const char = text[pos] ?? ''
      if (quote === '' && isSpaceByte(char)) break
      if (quote === '' && (char === '"' || char === "'")) {
        quote = char
        quoted = true
      } else if (quote !== '' && char === quote) quote = ''
      else if (char !== escape) word.add(rest, pos)
      else if (pos + 1 < text.length) word.add(rest, ++pos)
    }
    const flag = word.take()
    if (flag.text === '--') return { flags, rest: part(rest, pos) }
    if (quoted || flag.text !== '') flags.push(flag)
  }
}

function mayHoldHeredoc(instruction: Instruction, escape: Escape): boolean {
  const { keyword, args } = instruction
  if (keyword === 'onbuild') {
    const inner = triggerOf(instruction, escape)
    return inner.keyword !== 'onbuild' && mayHoldHeredoc(inner, escape)
  }
  return (keyword === 'run' || keyword === 'copy' || keyword === 'add') && jsonStrings(args.text) === null
}

/** Whether `word` opens a heredoc. */
export function opensHeredoc(word: Sourced): boolean {
  return heredocOf(word) !== null
}

/** The strings of a JSON array, `'mixed'` for an array with other things in it, null for what is no array (`parseJSON`). */
export function jsonStrings(text: string): readonly string[] | 'mixed' | null {
  const start = afterSpace(text)
  if (text[start] !== '[') return null
  try {
    const items: unknown = JSON.parse(text.slice(start))
    if (!Array.isArray(items)) return null
    return items.every((item) => typeof item === 'string') ? items : 'mixed'
  } catch {
    return null
  }
}
