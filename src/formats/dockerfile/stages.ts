/** The stages of a Dockerfile and how FROM chains them. */
import type { Escape } from './escape.ts'
import type { Skip } from '../../domain/repo/image-use.ts'
import { BadSubstitution, expandWord, type Scope, ValueRequired } from './expansion.ts'
import type { Instruction } from './instructions.ts'
import { nothing, type Sourced } from '../sourced.ts'
import { blankSeparated } from './validity.ts'
import { contextName } from './ways.ts'

/** What FROM names after expansion; `value` is null where a build argument is asked for or the text cannot be expanded, and `skip` says so. */
export type Base = { readonly value: Sourced | null; readonly unset: ReadonlySet<string>; readonly skip: Skip | null }

export type Stage = {
  readonly index: number
  /** Lower case, as BuildKit keeps it. */
  readonly name: string | null
  readonly from: Instruction
  /** The image as written. */
  readonly image: Sourced
  readonly base: Base
  /** The earlier stage that it builds on, or null. */
  readonly parent: Stage | null
  /** It is what the build makes. */
  readonly isBuilt: boolean
  /** What the build makes stands on it, or is it. */
  readonly inFinal: boolean
  /** Who gives a context of its name (`compose.yml:7`): it takes the place of the whole stage. Else null. */
  readonly replacedBy: string | null
}

/** What a build asks for: the stage that it makes (null, or a name that no stage has: the last), and who gives which named contexts. */
export type Asked = { readonly target: string | null; readonly contexts: ReadonlyMap<string, string> }

/** The stages in order. A base names a stage only where one of that (lower-case) name stands above. Throws `ExpansionTooLarge`. */
export function stagesOf(
  instructions: readonly Instruction[],
  scope: Scope,
  { target, contexts }: Asked,
  escape: Escape,
  matched: Set<Sourced>,
): readonly Stage[] {
  const stages: { -readonly [Key in keyof Stage]: Stage[Key] }[] = []
  const byName = new Map<string, Stage>()
  for (const from of instructions.filter(({ keyword }) => keyword === 'from')) {
    const [image = nothing, , written] = blankSeparated(from.args)
    const name = written?.text.toLowerCase() ?? null
    const base = baseOf(image, scope, escape, matched)
    const replacedBy = (name === null || contexts.size === 0 ? null : contexts.get(contextName(name))) ?? null
    const parent = byName.get(base.value?.text ?? '') ?? null
    const stage = { index: stages.length, name, from, image, base, parent, isBuilt: false, inFinal: false, replacedBy }
    stages.push(stage)
    if (name !== null) byName.set(name, stage)
  }
  const built = stages.findLast(({ name }) => target !== null && name === target) ?? stages.at(-1)
  if (built !== undefined) built.isBuilt = true
  const chain = new Set<Stage>()
  for (let stage: Stage | null = built ?? null; stage !== null; stage = stage.replacedBy === null ? stage.parent : null) chain.add(stage)
  for (const stage of stages) stage.inFinal = chain.has(stage)
  return stages
}

function baseOf(image: Sourced, scope: Scope, escape: Escape, matched: Set<Sourced>): Base {
  try {
    return { ...expandWord(image, scope, escape, matched), skip: null }
  } catch (error) {
    if (!(error instanceof ValueRequired || error instanceof BadSubstitution)) throw error
    const code = error instanceof ValueRequired ? 'unresolved-variable' : 'refused-by-buildkit'
    return { value: null, unset: new Set(), skip: { code, message: error.message } }
  }
}
