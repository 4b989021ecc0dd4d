/** Which packages the RUN steps of the final image upgrade or install: read from the words of its commands, nothing is expanded or run. */
import type { PackageSteps } from '../../domain/repo/package-steps.ts'
import { type Instruction, readInstructions } from './instructions.ts'
import { Refusal } from '../refusal.ts'

const mostNames = 1_000
const none: PackageSteps = { upgradesAll: false, names: [] }

/**
 * The steps of the stages that the last one is built on by name. A file that BuildKit would refuse has none. A command in a script that is copied in, or
 * put together from variables, is not seen.
 */
export function packageSteps(bytes: Uint8Array): PackageSteps {
  const text = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
    .toString('latin1')
    .replace(/^\xef\xbb\xbf/, '')
  try {
    const { instructions } = readInstructions(text, 0)
    const found = stepsInFinal(instructions).flatMap(([step, end]) => commandsOf(text.slice(step.at, end)).map(stepOf))
    const names = found.flatMap((step) => step.names).slice(0, mostNames)
    return { upgradesAll: found.some((step) => step.upgradesAll), names: [...new Set(names)].sort() }
  } catch (error) {
    if (error instanceof Refusal) return none
    throw error
  }
}

/** The RUN instructions of the last stage and of those it stands on, each with where the next instruction starts: heredocs belong to it. */
function stepsInFinal(instructions: readonly Instruction[]): readonly (readonly [Instruction, number | undefined])[] {
  const stages: { readonly base: string; readonly name: string | null; readonly steps: [Instruction, number | undefined][] }[] = []
  for (const [index, instruction] of instructions.entries()) {
    if (instruction.keyword === 'from') {
      const [base = '', , name] = instruction.args.text.split(/\s+/)
      stages.push({ base: base.toLowerCase(), name: name?.toLowerCase() ?? null, steps: [] })
    } else if (instruction.keyword === 'run') stages.at(-1)?.steps.push([instruction, instructions[index + 1]?.at])
  }
  const steps = []
  // A stage stands on one above it, so this ends.
  for (let at = stages.length - 1; at >= 0; ) {
    const stage = stages[at]
    steps.push(...(stage?.steps ?? []))
    at = stages.slice(0, at).findLastIndex(({ name }) => name !== null && name === stage?.base)
  }
  return steps
}

/** The commands of a RUN as words: continuations joined, comments left out, cut where the shell ends a command. */
function commandsOf(step: string): readonly (readonly string[])[] {
  return step
    .replace(/^[ \t]*#[^\n]*(?:\n|$)/gm, '')
    .replace(/[\\`][ \t]*\r?\n/g, ' ')
    .split(/&&|\|\||[;|\n(){}]/)
    .map((command) =>
      command
        .replace(/["',[\]]/g, ' ')
        .split(/[ \t\r]+/)
        .filter((word) => word !== ''),
    )
}

type Manager = {
  /** Subcommands that upgrade; without names they upgrade everything. */
  readonly upgrade: readonly string[]
  readonly install: readonly string[]
  /** Installing brings what is there already up to date only with one of these options; absent: always. */
  readonly onlyWith?: readonly string[]
}

const dnf: Manager = { upgrade: ['update', 'upgrade', 'upgrade-minimal', 'update-minimal', 'distro-sync'], install: ['install'] }
const apt: Manager = { upgrade: ['upgrade', 'dist-upgrade', 'full-upgrade', 'safe-upgrade'], install: ['install'] }
const managers: ReadonlyMap<string, Manager> = new Map([
  ['apt-get', apt],
  ['apt', apt],
  ['aptitude', apt],
  ['apk', { upgrade: ['upgrade'], install: ['add'], onlyWith: ['-u', '--upgrade'] }],
  ['dnf', dnf],
  ['dnf5', dnf],
  ['yum', dnf],
  ['microdnf', dnf],
  ['tdnf', dnf],
  ['zypper', { upgrade: ['update', 'up', 'patch', 'dist-upgrade', 'dup'], install: ['install', 'in'] }],
])

/** Options whose value is the next word. */
const withValue = new Set(['-o', '-t', '-c', '--target-release', '--option', '-X', '--repository', '-p', '--root', '--repo', '--enablerepo', '--disablerepo'])

function stepOf(words: readonly string[]): PackageSteps {
  const at = words.findIndex((word) => managers.has(word.slice(word.lastIndexOf('/') + 1)))
  const manager = managers.get((words[at] ?? '').slice((words[at] ?? '').lastIndexOf('/') + 1))
  if (manager === undefined) return none
  const plain: string[] = []
  for (let index = at + 1; index < words.length; index++) {
    const word = words[index] ?? ''
    if (withValue.has(word)) index++
    else if (!word.startsWith('-')) plain.push(word)
  }
  const [subcommand = '', ...rest] = plain
  const names = rest.flatMap(unpinned)
  if (manager.upgrade.includes(subcommand)) return { upgradesAll: rest.length === 0, names }
  const counts = manager.install.includes(subcommand) && (manager.onlyWith === undefined || manager.onlyWith.some((option) => words.includes(option)))
  return counts ? { upgradesAll: false, names } : none
}

/** The name in `libssl3:amd64`, `curl/bookworm`; nothing for one that is held to a version or comes from a variable or file. */
function unpinned(word: string): readonly string[] {
  const name = /^([A-Za-z0-9][A-Za-z0-9+._-]*)(?::[a-z0-9]+)?(?:\/[a-z0-9-]+)?$/.exec(word)?.[1]
  return name === undefined || /\.(?:deb|rpm|apk)$/.test(name) ? [] : [name]
}
