/** Cuts a Dockerfile into instructions as BuildKit's `parser.Parse` does: directives, comments, continuations, heredocs. */
import { directiveReader } from './directives.ts'
import { heredocOf, heredocsOf } from './heredocs.ts'
import { Refusal } from './refusal.ts'
import { afterSpace, fromFile, join, nothing, part, type Sourced, SourcedBuilder, trimmed } from './sourced.ts'

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

/** The escape and continuation character of the file. */
export type Escape = '\\' | '`'

export type Instructions = { readonly escape: Escape; readonly instructions: readonly Instruction[] }

const longestLine = 65_536 // bufio.MaxScanTokenSize, with the line feed
const mostInstructions = 2_000

/** The instructions of `text` (latin1, without byte order mark; `offset` is where it starts in the file). Throws `Refusal`. */
export function readInstructions(text: string, offset: number): Instructions {
  const lines = linesOf(text, offset)
  const directive = directiveReader('#')
  let escape: Escape = '\\'
  const instructions: Instruction[] = []
  for (let n = 0; n < lines.length; n++) {
    const first = lines[n] ?? noLine
    const start = afterSpace(first.text)
    const at = offset + first.start + start
    const found = directive(first.text.slice(start))
    if (found === 'repeated') throw new Refusal('a parser directive is given twice', at)
    if (found !== null && found.name === 'escape') {
      if (found.value !== '\\' && found.value !== '`') throw new Refusal(`"${found.value}" is no escape character: only \\ and \` are`, at)
      escape = found.value
    }
    if (first.text[start] === '#') continue
    const begun = withoutContinuation(first.text.slice(start), escape)
    if (!begun.goesOn && begun.text === '') continue
    const pieces = [fromFile(begun.text, at)]
    for (let goesOn = begun.goesOn; goesOn && n + 1 < lines.length; ) {
      const next = lines[++n] ?? noLine
      const content = afterSpace(next.text)
      if (content === next.text.length || next.text[content] === '#') continue
      const more = withoutContinuation(next.text, escape)
      pieces.push(fromFile(more.text, offset + next.start))
      goesOn = more.goesOn
    }
    const line = join(pieces)
    const instruction = splitInstruction(line, escape, at)
    instructions.push(instruction)
    if (instructions.length > mostInstructions) throw new Refusal(`more than ${mostInstructions} instructions`, 0, 'too-large')
    if (!mayHoldHeredoc(instruction, escape)) continue
    for (const heredoc of heredocsOf(line)) {
      const ends = (text: string): boolean => (heredoc.chomp ? text.replace(/^\t+/, '') : text) === heredoc.name
      do {
        n++
        if (n >= lines.length) throw new Refusal(`the heredoc "${heredoc.name}" does not end`, instruction.at)
      } while (!ends(lines[n]?.text ?? ''))
    }
  }
  if (instructions.length === 0) throw new Refusal('the file has no instructions')
  return { escape, instructions }
}

/** Keyword, flags and arguments of one line (`splitCommand`). The instruction within ONBUILD is split the same way. */
export function splitInstruction(line: Sourced, escape: Escape, at: number): Instruction {
  const whole = trimmed(line)
  const gap = /[\t\v\f\r ]+/.exec(whole.text)
  const keyword = whole.text.slice(0, gap?.index ?? whole.text.length).toLowerCase()
  if (gap === null) return { keyword, flags: [], args: nothing, at }
  const { flags, rest } = takeFlags(part(whole, gap.index + gap[0].length), escape)
  return { keyword, flags, args: trimmed(rest), at }
}

/** BuildKit looks at bytes here, so the second bytes of some UTF-8 characters count as white space. */
const isSpaceByte = (char: string): boolean => /[\t\n\v\f\r \x85\xa0]/.test(char)

/** The words at the start of `rest` that begin with `--`, unquoted (`extractBuilderFlags`). */
function takeFlags(rest: Sourced, escape: Escape): { readonly flags: readonly Sourced[]; readonly rest: Sourced } {
  const { text } = rest
  const flags: Sourced[] = []
  const word = new SourcedBuilder()
  let pos = 0
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

/** A line less its escape character at the end, and whether the next line goes on. An escaped escape character does not count. */
function withoutContinuation(line: string, escape: Escape): { readonly text: string; readonly goesOn: boolean } {
  let end = line.length
  while (end > 0 && (line[end - 1] === ' ' || line[end - 1] === '\t')) end--
  if (line[end - 1] !== escape || line[end - 2] === escape) return { text: line, goesOn: false }
  return { text: line.slice(0, end - 1), goesOn: true }
}

function mayHoldHeredoc(instruction: Instruction, escape: Escape): boolean {
  const { keyword, args } = instruction
  if (keyword === 'onbuild') {
    const inner = splitInstruction(args, escape, instruction.at)
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

type Line = { readonly text: string; readonly start: number }

const noLine: Line = { text: '', start: 0 }

/** The lines without their ends. Lone carriage returns do not end a line. */
function linesOf(text: string, offset: number): readonly Line[] {
  const lines: Line[] = []
  for (let start = 0; start < text.length; ) {
    const feed = text.indexOf('\n', start)
    const next = feed < 0 ? text.length : feed + 1
    if (next - start > longestLine || (feed < 0 && next - start >= longestLine)) throw new Refusal('a line is longer than 65535 bytes', offset + start)
    let end = feed < 0 ? next : feed
    while (end > start && text[end - 1] === '\r') end--
    lines.push({ text: text.slice(start, end), start })
    start = next
  }
  return lines
}
