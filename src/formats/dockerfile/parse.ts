/** A Dockerfile taken apart, before any way of building it is looked at. */
import { Refusal } from '../refusal.ts'
import type { Sourced } from '../sourced.ts'
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
  /** Whether an ARG above the first FROM has that name. */
  readonly declares: (name: string) => boolean
}

/**
 * Takes apart `text`, which starts at byte `offset` of its file. Throws `Refusal` for what BuildKit refuses whatever the arguments;
 * of a template the instructions that it would refuse go to `passOver` instead, since they may not be there once it is filled in.
 */
export function parseDockerfile(text: string, offset: number, passOver: ((refused: Instruction, why: Refusal) => void) | null = null): ParsedDockerfile {
  const { escape, instructions: read } = readInstructions(text, offset)
  const start = passOver === null ? 0 : read.findIndex(({ keyword }) => keyword === 'from')
  const instructions = read.filter((instruction, index) => (index >= start || instruction.keyword === 'arg') && isTaken(instruction, escape, passOver))
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
  const declared = new Set(head.flatMap(({ args }) => quotedWords(args, escape)).map(nameIn))
  return { escape, head, froms, steps, at: first.at, decides: deciding(head, froms, escape), declares: (name) => declared.has(name) }
}

function isTaken(instruction: Instruction, escape: Escape, passOver: ((refused: Instruction, why: Refusal) => void) | null): boolean {
  try {
    checkInstruction(instruction, escape)
    return true
  } catch (error) {
    if (passOver === null || !(error instanceof Refusal)) throw error
    passOver(instruction, error)
    return false
  }
}

/** An ARG decides where its name stands in a FROM, in the value of one that does, or where it keeps another from asking for a value. */
function deciding(head: readonly Instruction[], froms: readonly Instruction[], escape: Escape): (name: string) => boolean {
  const words = head.flatMap(({ args }) => quotedWords(args, escape)).map((word) => ({ text: word.text, name: nameIn(word) }))
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

/** The name in a word of an ARG. */
const nameIn = ({ text }: Sourced): string => text.replace(/=[^]*/, '')

/** Everything that could be the name of a variable there. */
function namesIn(text: string): Set<string> {
  return new Set(text.match(/[A-Za-z_\x80-\xff][A-Za-z0-9_\x80-\xff]*/g) ?? [])
}
