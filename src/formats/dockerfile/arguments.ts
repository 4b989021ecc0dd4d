/** The arguments that FROM sees: those of the platform, then the ARGs before the first FROM (`buildMetaArgs`). */
import type { Escape } from './escape.ts'
import { expandWord, type Expansion, type Scope, ValueRequired } from './expansion.ts'
import type { Instruction } from './instructions.ts'
import { fromBuilder, part, type Sourced } from '../sourced.ts'
import { quotedWords } from './validity.ts'

const fixed = (text: string): Expansion => ({ value: fromBuilder(text), unset: new Set() })

const platformValues = ['BUILD', 'TARGET'].flatMap((side) => [
  [`${side}PLATFORM`, fixed('linux/amd64')] as const,
  [`${side}OS`, fixed('linux')] as const,
  [`${side}OSVERSION`, fixed('')] as const,
  [`${side}ARCH`, fixed('amd64')] as const,
  [`${side}VARIANT`, fixed('')] as const,
])

/** What the builder sets by itself on linux/amd64. `target` is the stage that is built. */
export function platformArguments(target: string): Scope {
  return new Map([...platformValues, ['TARGETSTAGE', fixed(target)]])
}

/** The arguments, and the complaint of the first whose value asks for a build argument (`${X?}`): BuildKit looks no further then. */
export type Arguments = { readonly scope: Scope; readonly required: string | null }

/**
 * `known` and the values of `instructions` (ARGs), each expanded with those before it. An ARG without `=` changes nothing;
 * one that asks for a build argument stays unset. Patterns note in `matched` what they look at. Throws the other errors of `expandWord`.
 */
export function argumentScope(instructions: readonly Instruction[], escape: Escape, known: Scope, matched: Set<Sourced>): Arguments {
  const scope = new Map(known)
  let required: string | null = null
  for (const { args } of instructions) {
    for (const word of quotedWords(args, escape)) {
      const equals = word.text.indexOf('=')
      if (equals < 0) continue
      const name = word.text.slice(0, equals)
      try {
        scope.set(name, expandWord(part(word, equals + 1), scope, escape, matched))
      } catch (error) {
        if (!(error instanceof ValueRequired)) throw error
        scope.delete(name)
        required ??= error.message
      }
    }
  }
  return { scope, required }
}
