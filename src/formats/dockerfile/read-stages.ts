/** Reading the stages of a Dockerfile in one way of building it. */
import type { Role, Skip } from '../../domain/repo/image-use.ts'
import type { Platform } from '../../domain/image/platform.ts'
import { Refusal } from '../refusal.ts'
import { builderMade, type Sourced } from '../sourced.ts'
import type { Place, Resolved, UseReader } from '../use-reader.ts'
import { argumentScope, platformArguments, type Sides } from './arguments.ts'
import { unknownPlatform, usedPlatforms } from './built-for.ts'
import type { Escape } from './escape.ts'
import { BadSubstitution, expandWord, ExpansionTooLarge, type Scope, ValueRequired } from './expansion.ts'
import type { GivenElsewhere } from './given-elsewhere.ts'
import { type Instruction, triggerOf } from './instructions.ts'
import { mountOptions } from './mounts.ts'
import type { ParsedDockerfile } from './parse.ts'
import { type Stage, stagesOf } from './stages.ts'
import { holeIn, holeSkip, type Template } from './template.ts'
import { checkInstruction, flagValue, quotedWords } from './validity.ts'
import { contextName, type Way } from './ways.ts'

export type Reading = {
  readonly parsed: ParsedDockerfile
  /** The stage that all builds make; null: the last. */
  readonly target: string | null
  /** The platforms that the builds make. */
  readonly madeFor: readonly Platform[]
  /** Null for a file that is built as it stands. */
  readonly template: Template | null
  readonly reader: UseReader
  readonly elsewhere: GivenElsewhere
}

/** One way of a reading, with what its arguments come to. */
type Walk = Reading & {
  readonly way: Way
  readonly stages: readonly Stage[]
  /** Those of the stages. */
  readonly names: ReadonlySet<string | null>
  readonly scope: Scope
  readonly matched: Set<Sourced>
  /** The arguments for another platform than linux/amd64. */
  readonly scopeFor: (target: Platform) => Scope
  /** Why nothing is built in this way. */
  readonly stop: Skip | null
}

/**
 * Reads the stages that `chosen` picks. Gives why nothing is built in this way, where an ARG above the first FROM asks for a value that nobody gives.
 * Throws `Refusal` where BuildKit refuses to build the file in this way.
 */
export function readStages(reading: Reading, way: Way, chosen: (stages: readonly Stage[]) => ReadonlySet<Stage>): Skip | null {
  const { parsed, target, reader } = reading
  const { escape, head, froms, steps } = parsed
  const matched = new Set<Sourced>()
  const made = target ?? way.targets[0] ?? nameOf(froms.at(-1)) ?? 'default'
  const expandHead = (sides?: Sides) => argumentScope(head, escape, platformArguments(made, sides), way.args, matched)
  const { scope, required } = orRefuse(head[0]?.at ?? parsed.at, () => expandHead())
  const stages = orRefuse(parsed.at, () => stagesOf(froms, scope, { target, contexts: way.contexts }, escape, matched))
  const scopes = new Map<Platform, Scope>()
  const scopeFor = (platform: Platform): Scope => {
    const known = scopes.get(platform) ?? expandHead({ build: unknownPlatform, target: platform }).scope
    scopes.set(platform, known)
    return known
  }
  const message = `an ARG above the first FROM asks for a build argument: ${required}`
  const stop: Skip | null = required === null ? null : { code: 'unresolved-variable', message }
  const walk: Walk = { ...reading, way, stages, names: new Set(stages.map(({ name }) => name)), scope, matched, scopeFor, stop }
  for (const stage of chosen(stages)) {
    readFrom(stage, walk)
    for (const step of steps[stage.index] ?? []) {
      if (step.keyword === 'arg') noteAgain(step, walk)
      else readImports(step, stage, walk)
    }
  }
  for (const value of matched) reader.note({ value, what: 'a pattern', takesTags: false })
  return stop
}

/** An ARG of a stage takes the value that the build gives or, where it has none of its own, that of the ARG above all stages. */
function noteAgain(instruction: Instruction, { parsed, way, scope, reader }: Walk): void {
  for (const { text } of quotedWords(instruction.args, parsed.escape)) {
    const name = text.replace(/["'\\`]/g, '')
    const value = (way.args.get(name.replace(/=[^]*/, '')) ?? scope.get(name))?.value
    if (value !== undefined) reader.note({ value, what: `the ARG that declares it again ${reader.inLine(instruction.at)}`, takesTags: true })
  }
}

const nameOf = (from: Instruction | undefined): string | undefined => /\s(\S+)$/.exec(from?.args.text ?? '')?.[1]?.toLowerCase()

/** Runs an expansion over the whole file; what cannot be expanded refuses the file. */
function orRefuse<Result>(at: number, run: () => Result): Result {
  try {
    return run()
  } catch (error) {
    if (error instanceof ExpansionTooLarge) throw new Refusal(error.message, at, 'too-large')
    if (error instanceof BadSubstitution) throw new Refusal(error.message, at)
    throw error
  }
}

/** Adds a use, unless another file has the say about it. */
function add(written: Sourced, resolved: Resolved, place: Place, walk: Walk): void {
  const { way, stop, reader, elsewhere } = walk
  const { value, unset } = resolved
  const open = [...unset].filter((name) => way.args.get(name)?.isOpen === true)
  if (open.length > 0) return elsewhere.note(written, place, open.map((name) => elsewhere.openArgument(way, name)).join('; '))
  const giver = way.contexts.size === 0 || unset.size > 0 ? undefined : way.contexts.get(contextName(value.text))
  // A plain name that a context has is the context's, and names no image.
  if (giver !== undefined) return /^[a-z0-9_-]+$/i.test(value.text) ? undefined : elsewhere.note(written, place, elsewhere.context(giver, value.text))
  const unfilled = unfilledIn(written, resolved, walk)
  if (unfilled !== null) return reader.skip(written, place, unfilled)
  reader.add(written, resolved, place, stop)
}

/** Why a template does not say what is named; a variable that no ARG declares is one for the program that fills it in, too. */
function unfilledIn(written: Sourced, { value, unset }: Resolved, { template, parsed, reader }: Walk): Skip | null {
  if (template === null) return null
  const lineOf = (byte: number): number => reader.lineOf(byte)
  const open = [...unset].find((name) => !parsed.declares(name))
  const variable = open === undefined ? null : holeSkip({ start: written.at[0] ?? 0, end: 0, text: `\${${open}}` }, lineOf)
  return holeIn(template, written, lineOf) ?? holeIn(template, value, lineOf) ?? variable
}

function readFrom(stage: Stage, walk: Walk): void {
  const { reader, elsewhere } = walk
  const { name, index, inFinal, isBuilt, image, from } = stage
  const { value, unset, skip } = stage.base
  const { platform, builtFor, refusal } = platformOf(from, walk)
  if (value !== null && (stage.parent !== null || value.text === 'scratch'))
    return reader.note({ value, what: `the FROM ${reader.inLine(from.at)}, which names no image`, takesTags: false })
  const place = { role: isBuilt ? 'final' : 'stage', stage: name ?? String(index), inFinal, platform, builtFor } as const
  if (stage.replacedBy !== null) return elsewhere.note(image, place, elsewhere.context(stage.replacedBy, place.stage))
  if (value !== null && refusal === null) return add(image, { value, unset }, place, walk)
  reader.skip(image, place, skip ?? { code: 'refused-by-buildkit', message: refusal ?? '' })
}

type PlatformFlag = {
  readonly platform: string | null
  readonly builtFor: readonly string[] /** Why BuildKit cannot expand it. */
  readonly refusal: string | null
}

/** As `--platform` says; null where the builder's own platform decides. */
function platformOf(from: Instruction, { parsed: { escape }, scope, matched, scopeFor, madeFor, reader }: Walk): PlatformFlag {
  const written = flagValue(from, 'platform')
  if (written === null) return { platform: null, builtFor: usedPlatforms(madeFor, null), refusal: null }
  try {
    const { value, unset } = expandWord(written, scope, escape, matched)
    reader.note({ value, what: `the platform ${reader.inLine(from.at)}`, takesTags: false })
    const builtFor = unset.size > 0 ? [] : usedPlatforms(madeFor, (target) => expandWord(written, scopeFor(target), escape).value.text)
    return { platform: unset.size > 0 || value.at.includes(builderMade) || value.text === '' ? null : value.text, builtFor, refusal: null }
  } catch (error) {
    if (error instanceof BadSubstitution) return { platform: null, builtFor: [], refusal: error.message }
    if (error instanceof ExpansionTooLarge || error instanceof ValueRequired) return { platform: null, builtFor: [], refusal: null }
    throw error
  }
}

/** `COPY --from=` and the mounts of RUN, also behind ONBUILD. Their images are those of the platform that is made. */
function readImports(instruction: Instruction, stage: Stage, walk: Walk, onBuild = false): void {
  const { parsed, stages, names, madeFor, reader, elsewhere } = walk
  const { escape } = parsed
  if (instruction.keyword === 'onbuild') {
    const trigger = triggerOf(instruction, escape)
    return couldRun(trigger, escape) ? readImports(trigger, stage, walk, true) : undefined
  }
  if (instruction.flags.length === 0) return
  const builtFor = usedPlatforms(madeFor, null)
  const place = (role: Role): Place => ({ role, stage: stage.name ?? String(stage.index), inFinal: stage.inFinal, platform: null, builtFor })
  const read = (from: Sourced, role: Role): void => {
    if (from.text === 'scratch' || (!onBuild && names.has(from.text.toLowerCase()))) return
    if (stage.replacedBy !== null) return elsewhere.note(from, place(role), elsewhere.context(stage.replacedBy, place(role).stage ?? ''))
    if (onBuild && /^[^/:@]+$/.test(from.text))
      return reader.skip(from, place(role), { code: 'maybe-a-stage', message: `"${from.text}" may be a stage of the file that builds on this image` })
    add(from, { value: from, unset: new Set() }, place(role), walk)
  }
  if (instruction.keyword === 'run') for (const { from } of mountOptions(instruction)) if (from !== null) read(from, 'mount-from')
  const from = instruction.keyword === 'copy' ? flagValue(instruction, 'from') : null
  if (from === null || from.text === '') return
  const index = /^[+-]?\d+$/.test(from.text) ? Number(from.text) : Number.NaN
  if (Math.abs(index) < 2 ** 63) {
    if (!onBuild && (index < 0 || index >= stages.length))
      reader.skip(from, place('copy-from'), { code: 'refused-by-buildkit', message: `there is no stage ${from.text}` })
    return
  }
  if (isPlain(from, escape)) return read(from, 'copy-from')
  reader.skip(from, place('copy-from'), { code: 'variable-not-allowed', message: '--from takes no variables: name a stage' })
}

/** Whether BuildKit takes an ONBUILD trigger once its time comes; a broken one does not stop this file. */
function couldRun(trigger: Instruction, escape: Escape): boolean {
  try {
    checkInstruction(trigger, escape)
    return true
  } catch (error) {
    if (error instanceof Refusal) return error.skip.code !== 'refused-by-buildkit'
    throw error
  }
}

/** BuildKit refuses a `--from` that expansion would change. */
function isPlain(from: Sourced, escape: Escape): boolean {
  try {
    return expandWord(from, new Map(), escape).value.text === from.text
  } catch (error) {
    if (error instanceof BadSubstitution || error instanceof ExpansionTooLarge || error instanceof ValueRequired) return false
    throw error
  }
}
