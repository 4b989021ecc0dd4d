/** The image uses of an Earthfile, and the Dockerfiles that it builds. */
import { posix } from 'node:path'
import { buildFlags, givenBy } from '../build-command.ts'
import { declareBuild, pathFrom } from '../build-request.ts'
import { BadSubstitution, expandWord, ExpansionTooLarge, ValueRequired } from '../dockerfile/expansion.ts'
import { fromBuilder, part, type Sourced, startIfUnbroken } from '../sourced.ts'
import type { Composing } from '../composing.ts'
import { isKnown, unknown } from '../unknown.ts'
import { type Place, placeOf, type Resolved } from '../use-reader.ts'
import { type Arguments, argumentsBefore } from './arguments.ts'
import type { Command } from './commands.ts'

/** Writes what `FROM` and `WITH DOCKER --pull` name, and declares what `FROM DOCKERFILE` builds. Targets (`+name`) are no images. */
export function earthfileUses(commands: readonly Command[], composing: Composing): void {
  const args = argumentsBefore(commands)
  let stage = 'base'
  for (const command of commands) {
    if (command.kind === 'target') {
      args.enter()
      stage = command.name
      continue
    }
    const [keyword, next] = command.words.map(({ text }) => text)
    if (args.read(command)) continue
    if (keyword === 'FROM' && next === 'DOCKERFILE') declareDockerfile(command.words.slice(2), command.at, args, composing)
    else if (keyword === 'FROM') readFrom(command.words.slice(1), stage, args, composing)
    else if (keyword === 'WITH' && next === 'DOCKER') for (const image of pulled(command.words.slice(2))) add(image, placeOf('container'), args, composing)
    else if (keyword === 'DOCKER' && next === 'PULL')
      for (const image of command.words.slice(2).filter(isNoFlag)) add(image, placeOf('container'), args, composing)
  }
}

const isNoFlag = ({ text }: Sourced): boolean => !text.startsWith('--')

function readFrom(words: readonly Sourced[], stage: string, args: Arguments, composing: Composing): void {
  const { plain, platforms } = buildFlags(words.filter(({ text }) => !/^--(?:allow-privileged|pass-args)$/.test(text)))
  const [image] = plain
  const platform = platforms.at(-1)
  const known = platform === undefined ? null : valueOf(platform, args)
  if (image === undefined || image.text === 'scratch') return
  add(
    image,
    { role: 'stage', stage, inFinal: false, platform: known === null || known.unset.size > 0 || known.value.text === '' ? null : known.value.text },
    args,
    composing,
  )
}

/** `--pull NAME` and `--pull=NAME`. */
function pulled(words: readonly Sourced[]): readonly Sourced[] {
  return words.flatMap((word, i) => {
    if (word.text === '--pull') return words[i + 1] ?? []
    return word.text.startsWith('--pull=') ? [part(word, '--pull='.length)] : []
  })
}

/** The value of a word, or null where a command makes it or Earthly could not expand it. */
function valueOf(word: Sourced, args: Arguments): Resolved | null {
  if (/\$\(/.test(word.text)) return null
  try {
    return expandWord(word, args.scope, '\\')
  } catch (error) {
    if (error instanceof BadSubstitution || error instanceof ValueRequired || error instanceof ExpansionTooLarge) return null
    throw error
  }
}

function add(image: Sourced, place: Place, args: Arguments, { uses }: Composing): void {
  const resolved = valueOf(image, args)
  if (image.text.includes('+') || resolved?.value.text.includes('+') === true) return
  if (resolved === null) return uses.skip(image, place, { code: 'unresolved-variable', message: `what ${image.text} comes to is known only when it is built` })
  if (startIfUnbroken(resolved.value) === null) uses.note({ value: resolved.value, what: 'what else reads the ARG', takesTags: true })
  uses.add(image, resolved, place)
}

/** A context or a Dockerfile that a target makes is none of the repo. */
function declareDockerfile(words: readonly Sourced[], at: number, args: Arguments, composing: Composing): void {
  const known = (word: Sourced): Sourced => {
    const resolved = valueOf(word, args)
    return resolved === null || resolved.unset.size > 0 ? unknown : resolved.value
  }
  const flags = buildFlags(words.filter(({ text }) => !/^--allow-privileged$/.test(text)))
  const [context] = flags.plain
  if (context === undefined) return
  const folder = pathFrom(posix.dirname(composing.file.path), known(context).text)
  const file = flags.files.at(-1)
  const dockerfile = file === undefined ? pathFrom(folder, 'Dockerfile') : pathFrom(posix.dirname(composing.file.path), known(file).text)
  if (dockerfile === null || [context, ...flags.files].some(({ text }) => text.includes('+')) || !isKnown(fromBuilder(dockerfile))) return
  const target = flags.targets.at(-1)
  declareBuild(composing, {
    at,
    dockerfile,
    target: target === undefined ? null : known(target),
    args: flags.args.map((word) => givenBy(known(word), (name) => args.scope.get(name)?.value ?? null)),
    contexts: [],
    platforms: flags.platforms.length === 0 ? null : flags.platforms.map(known),
  })
}
