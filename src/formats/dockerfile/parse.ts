/** A Dockerfile taken apart, before any way of building it is looked at. */
import { Refusal } from '../refusal.ts'
import type { Escape } from './escape.ts'
import { type Instruction, readInstructions } from './instructions.ts'
import { checkInstruction, quotedWords } from './validity.ts'

export type ParsedDockerfile = {
  readonly escape: Escape
  /** The ARGs above the first FROM. */
  readonly head: readonly Instruction[]
  readonly froms: readonly Instruction[]
  /** The instructions of each stage but its FROM. */
  readonly steps: readonly (readonly Instruction[])[]
  /** Where the first FROM starts. */
  readonly at: number
  /** False only where an ARG of that name has no say in which images are used. */
  readonly decides: (name: string) => boolean
}

/** Takes apart `text`, which starts at byte `offset` of its file. Throws `Refusal` for what BuildKit refuses whatever the arguments. */
export function parseDockerfile(text: string, offset: number): ParsedDockerfile {
  const { escape, instructions } = readInstructions(text, offset)
  for (const instruction of instructions) checkInstruction(instruction, escape)
  const firstFrom = instructions.findIndex(({ keyword }) => keyword === 'from')
  const first = instructions[firstFrom]
  if (first === undefined) throw new Refusal('the file has no FROM', instructions[0]?.at)
  const head = instructions.slice(0, firstFrom)
  const early = head.find(({ keyword }) => keyword !== 'arg')
  if (early !== undefined) throw new Refusal(`${early.keyword.toUpperCase()} stands before the first FROM`, early.at)
  const froms: Instruction[] = []
  const steps: Instruction[][] = []
  for (const instruction of instructions.slice(firstFrom)) {
    if (instruction.keyword !== 'from') steps.at(-1)?.push(instruction)
    else {
      froms.push(instruction)
      steps.push([])
    }
  }
  return { escape, head, froms, steps, at: first.at, decides: deciding(head, froms, escape) }
}

/** An ARG decides where its name stands in a FROM, in the value of one that does, or where it keeps another from asking for a value. */
function deciding(head: readonly Instruction[], froms: readonly Instruction[], escape: Escape): (name: string) => boolean {
  const words = head.flatMap(({ args }) => quotedWords(args, escape)).map(({ text }) => ({ text, name: text.replace(/=[^]*/, '') }))
  const asking = words.flatMap(({ text }) => (text.includes('?') ? [text] : []))
  const variables = namesIn([...froms.flatMap(({ args, flags }) => [args.text, ...flags.map(({ text }) => text)]), ...asking].join(' '))
  const declared = new Set<string>()
  for (const { text, name } of [...words].reverse()) {
    declared.add(name)
    if (variables.has(name)) for (const inner of namesIn(text.slice(name.length))) variables.add(inner)
    if (text.includes('?')) variables.add(name)
  }
  return (name) => variables.has(name) && (declared.has(name) || /^(?:BUILD|TARGET)(?:PLATFORM|OS|OSVERSION|ARCH|VARIANT|STAGE)$/.test(name))
}

/** Everything that could be the name of a variable there. */
function namesIn(text: string): Set<string> {
  return new Set(text.match(/[A-Za-z_\x80-\xff][A-Za-z0-9_\x80-\xff]*/g) ?? [])
}
