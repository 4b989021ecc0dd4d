/** The arguments that FROM sees: those of the platform, then the ARGs before the first FROM (`buildMetaArgs`). */
import type { Platform } from '../../domain/image/platform.ts'
import type { Escape } from './escape.ts'
import { expandWord, type Expansion, type Scope, ValueRequired } from './expansion.ts'
import type { Instruction } from './instructions.ts'
import { fromBuilder, part, type Sourced } from '../sourced.ts'
import { quotedWords } from './validity.ts'

const fixed = (text: string): Expansion => ({ value: fromBuilder(text), unset: new Set() })

/** The platforms that a build runs on and makes. */
export type Sides = { readonly build: Platform; readonly target: Platform }

const usual: Platform = { os: 'linux', architecture: 'amd64', variant: null, osVersion: null }

/** What the builder sets by itself, on linux/amd64 unless `sides` says otherwise. `target` is the stage that is built. */
export function platformArguments(target: string, { build, target: made }: Sides = { build: usual, target: usual }): Scope {
  return new Map([...sideArguments('BUILD', build), ...sideArguments('TARGET', made), ['TARGETSTAGE', fixed(target)]])
}

function sideArguments(side: string, { os, architecture, variant, osVersion }: Platform): readonly (readonly [string, Expansion])[] {
  return [
    [`${side}PLATFORM`, fixed([os, architecture, ...(variant === null ? [] : [variant])].join('/'))],
    [`${side}OS`, fixed(os)],
    [`${side}OSVERSION`, fixed(osVersion ?? '')],
    [`${side}ARCH`, fixed(architecture)],
    [`${side}VARIANT`, fixed(variant ?? '')],
  ]
}

/** The arguments, and the complaint of the first whose value asks for a build argument (`${X?}`): BuildKit looks no further then. */
export type Arguments = { readonly scope: Scope; readonly required: string | null }

/**
 * `known` and the values of `instructions` (ARGs), each expanded with those before it. What the build gives beats the value in the file, and what
 * the builder sets by itself. An ARG without `=` that nobody gives changes nothing; one that asks for a build argument stays unset.
 * Patterns note in `matched` what they look at. Throws the other errors of `expandWord`.
 */
export function argumentScope(instructions: readonly Instruction[], escape: Escape, known: Scope, given: Scope, matched: Set<Sourced>): Arguments {
  const scope = new Map([...known].map(([name, value]) => [name, given.get(name) ?? value]))
  let required: string | null = null
  for (const { args } of instructions) {
    for (const word of quotedWords(args, escape)) {
      const equals = word.text.indexOf('=')
      const name = equals < 0 ? word.text : word.text.slice(0, equals)
      const instead = given.get(name)
      if (instead !== undefined) scope.set(name, instead)
      if (instead !== undefined || equals < 0) continue
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
