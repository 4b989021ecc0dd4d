/** Arguments and variables of an Earthfile (https://docs.earthly.dev/docs/earthfile#arg): which are seen where. */
import { BadSubstitution, expandWord, type Expansion, ExpansionTooLarge, type Scope, ValueRequired } from '../dockerfile/expansion.ts'
import { nothing, part } from '../sourced.ts'
import type { Command } from './commands.ts'

/** What is set where the commands have been read to. */
export type Arguments = {
  readonly scope: Scope
  /** Another target starts, which sees what is set for all. */
  enter(): void
  /** Reads a command that sets something; false where it is another one. */
  read(command: Extract<Command, { kind: 'command' }>): boolean
}

/** Nothing is set yet. Before version 0.7 all that stands above the targets was seen in them, since then what says `--global`. */
export function argumentsBefore(commands: readonly Command[]): Arguments {
  const [first] = commands
  const header = first?.kind === 'command' && first.words[0]?.text === 'VERSION' ? first.words.map(({ text }) => text) : []
  const isOld = !header.includes('--arg-scope-and-set') && /^0\.[0-6]$/.test(header.at(-1) ?? '0.0')
  const globals = new Map<string, Expansion>()
  let scope = new Map<string, Expansion>()
  let isShared = false
  let isBase = true
  return {
    get scope() {
      return scope
    },
    enter: () => {
      isBase = false
      scope = globals
      isShared = true
    },
    read: ({ words }) => {
      if (!/^(?:ARG|LET|SET)$/.test(words[0]?.text ?? '')) return false
      const flags = words.slice(1).filter(({ text }) => text.startsWith('--'))
      const rest = words.slice(1 + flags.length)
      const [, name = '', equals = ''] = /^([A-Za-z_]\w*)(=?)/.exec(rest[0]?.text ?? '') ?? []
      const [, second] = rest
      const value = equals !== '' && rest[0] !== undefined ? part(rest[0], name.length + 1) : second?.text === '=' ? (rest[2] ?? nothing) : null
      if (name === '') return true
      if (isShared) scope = new Map(globals)
      isShared = false
      if (value === null) {
        if (!globals.has(name)) scope.delete(name)
        return true
      }
      const expansion = expanded(name, value, scope)
      scope.set(name, expansion)
      if (isBase && (isOld || flags.some(({ text }) => text === '--global')) && globals.size < mostGlobals) globals.set(name, expansion)
      return true
    },
  }
}

/** Arguments that all targets see; more no honest file has. */
const mostGlobals = 500

/** What a command prints is known only when it runs. */
function expanded(name: string, value: Parameters<typeof expandWord>[0], scope: Scope): Expansion {
  const open: Expansion = { value: nothing, unset: new Set([name]), isOpen: true }
  if (/\$\(/.test(value.text)) return open
  try {
    return expandWord(value, scope, '\\')
  } catch (error) {
    if (error instanceof BadSubstitution || error instanceof ValueRequired || error instanceof ExpansionTooLarge) return open
    throw error
  }
}
