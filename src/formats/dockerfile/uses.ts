/** The image uses of one Dockerfile. */
import type { Escape } from './escape.ts'
import type { ImageUse, Role } from '../../domain/repo/image-use.ts'
import type { RepoText } from '../../domain/repo/file-reading.ts'
import { argumentScope, platformArguments } from './arguments.ts'
import { detectSyntax } from './directives.ts'
import { BadSubstitution, expandWord, ExpansionTooLarge, type Scope, ValueRequired } from './expansion.ts'
import { type Instruction, readInstructions, triggerOf } from './instructions.ts'
import { mountOptions } from './mounts.ts'
import { Refusal } from '../refusal.ts'
import { builderMade, type Sourced } from '../sourced.ts'
import { type Place, UseReader } from '../use-reader.ts'
import { type Stage, stagesOf } from './stages.ts'
import { checkInstruction, flagValue, quotedWords } from './validity.ts'

/** The uses in order of their offset. Throws `Refusal` for a file that BuildKit would not build, whatever the arguments. */
export function imageUsesOf(file: RepoText): readonly ImageUse[] {
  const { bytes } = file
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  const whole = buffer.toString('latin1')
  const offset = whole.startsWith('\xef\xbb\xbf') ? 3 : 0
  const text = whole.slice(offset)
  const reader = new UseReader('dockerfile', file)
  const syntax = detectSyntax(text, offset)
  if (syntax !== null) reader.add(syntax.image, { value: syntax.image, unset: new Set() }, { role: 'syntax', stage: null, inFinal: false, platform: null })
  if (syntax === null || syntax.isDockerfile) readDockerfile(text, offset, reader)
  return reader.uses()
}

function readDockerfile(text: string, offset: number, reader: UseReader): void {
  const { escape, instructions } = readInstructions(text, offset)
  for (const instruction of instructions) checkInstruction(instruction, escape)
  const firstFrom = instructions.findIndex(({ keyword }) => keyword === 'from')
  if (firstFrom < 0) throw new Refusal('the file has no FROM', instructions[0]?.at)
  const early = instructions.slice(0, firstFrom).find(({ keyword }) => keyword !== 'arg')
  if (early !== undefined) throw new Refusal(`${early.keyword.toUpperCase()} stands before the first FROM`, early.at)
  const lastFrom = instructions.findLast(({ keyword }) => keyword === 'from')
  const names = stageName(lastFrom)
  const matched = new Set<Sourced>()
  const { scope, required } = orRefuse(instructions[0]?.at ?? 0, () =>
    argumentScope(instructions.slice(0, firstFrom), escape, platformArguments(names), matched),
  )
  if (required !== null) reader.skipAll({ code: 'unresolved-variable', message: `an ARG above the first FROM asks for a build argument: ${required}` })
  const stages = orRefuse(instructions[firstFrom]?.at ?? 0, () => stagesOf(instructions, scope, escape, matched))
  const byStart = new Map(stages.map((stage) => [stage.from, stage]))
  let stage: Stage | undefined
  for (const instruction of instructions) {
    stage = byStart.get(instruction) ?? stage
    if (stage === undefined) continue
    if (instruction.keyword === 'from') readFrom(stage, { scope, escape, matched }, reader)
    else if (instruction.keyword === 'arg') readAgain(instruction, scope, escape, reader)
    else readImports(instruction, stage, stages, escape, reader)
  }
  for (const value of matched) reader.note({ value, what: 'a pattern', takesTags: false })
}

/** An ARG of a stage without a value of its own takes that of the ARG above all stages. */
function readAgain(instruction: Instruction, scope: Scope, escape: Escape, reader: UseReader): void {
  for (const { text } of quotedWords(instruction.args, escape)) {
    const name = text.replace(/["'\\`]/g, '')
    const value = scope.get(name)?.value
    if (value !== undefined) reader.note({ value, what: `the ARG that declares it again ${reader.inLine(instruction.at)}`, takesTags: true })
  }
}

const stageName = (from: Instruction | undefined): string => /\s(\S+)$/.exec(from?.args.text ?? '')?.[1]?.toLowerCase() ?? 'default'

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

type Expander = { readonly scope: Scope; readonly escape: Escape; readonly matched: Set<Sourced> }

function readFrom(stage: Stage, expander: Expander, reader: UseReader): void {
  const { name, index, inFinal, isLast } = stage
  const { value, unset, skip } = stage.base
  const { platform, refusal } = platformOf(stage.from, expander, reader)
  if (value !== null && (stage.parent !== null || value.text === 'scratch'))
    return reader.note({ value, what: `the FROM ${reader.inLine(stage.from.at)}, which names no image`, takesTags: false })
  const place = { role: isLast ? 'final' : 'stage', stage: name ?? String(index), inFinal, platform } as const
  if (value !== null && refusal === null) return reader.add(stage.image, { value, unset }, place)
  reader.skip(stage.image, place, skip ?? { code: 'refused-by-buildkit', message: refusal ?? '' })
}

/** As `--platform` says; null where the builder's own platform decides. `refusal`: why BuildKit cannot expand it. */
function platformOf(
  from: Instruction,
  { scope, escape, matched }: Expander,
  reader: UseReader,
): { readonly platform: string | null; readonly refusal: string | null } {
  const written = flagValue(from, 'platform')
  if (written === null) return { platform: null, refusal: null }
  try {
    const { value, unset } = expandWord(written, scope, escape, matched)
    reader.note({ value, what: `the platform ${reader.inLine(from.at)}`, takesTags: false })
    return { platform: unset.size > 0 || value.at.includes(builderMade) || value.text === '' ? null : value.text, refusal: null }
  } catch (error) {
    if (error instanceof BadSubstitution) return { platform: null, refusal: error.message }
    if (error instanceof ExpansionTooLarge || error instanceof ValueRequired) return { platform: null, refusal: null }
    throw error
  }
}

/** `COPY --from=` and the mounts of RUN, also behind ONBUILD. */
function readImports(instruction: Instruction, stage: Stage, stages: readonly Stage[], escape: Escape, reader: UseReader, onBuild = false): void {
  if (instruction.keyword === 'onbuild') {
    const trigger = triggerOf(instruction, escape)
    return couldRun(trigger, escape) ? readImports(trigger, stage, stages, escape, reader, true) : undefined
  }
  if (instruction.flags.length === 0) return
  const place = (role: Role): Place => ({ role, stage: stage.name ?? String(stage.index), inFinal: stage.inFinal, platform: null })
  const read = (from: Sourced, role: Role): void => {
    if (from.text === 'scratch' || stages.some(({ name }) => !onBuild && name === from.text.toLowerCase())) return
    if (onBuild && /^[^/:@]+$/.test(from.text))
      return reader.skip(from, place(role), { code: 'maybe-a-stage', message: `"${from.text}" may be a stage of the file that builds on this image` })
    reader.add(from, { value: from, unset: new Set() }, place(role))
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
