/** What a file asks of a builder, and how that becomes a declared build and the images that it names. */
import { posix } from 'node:path'
import type { DeclaredBuild, GivenValue } from '../domain/repo/declared-build.ts'
import { byteAt, fromBuilder, part, type Sourced, startIfUnbroken } from './sourced.ts'
import type { Composing } from './composing.ts'
import { isKnown } from './unknown.ts'
import { placeOf, type UseReader } from './use-reader.ts'

/** A named value as it is given to a builder. */
export type Given = {
  readonly name: string
  /** The byte where it is given. */
  readonly at: number
  /** Null where it is known only when it runs. */
  readonly value: Sourced | null
  /** The value with its variables, as it stands in the file. */
  readonly written: Sourced | null
}

export type BuildRequest = {
  /** The byte where it is asked for. */
  readonly at: number
  /** Path of the Dockerfile from the root of the repo. */
  readonly dockerfile: string
  readonly target: Sourced | null
  readonly args: readonly Given[]
  /** Values as builders take them: `docker-image://…`, paths, URLs. */
  readonly contexts: readonly Given[]
  /** Each with commas or new lines between several; null where it does not say. */
  readonly platforms: readonly Sourced[] | null
}

/** The root of the repo where its place on the machine does not matter. */
export const checkout: Sourced = fromBuilder('/.')

/** The path from the root of the repo that `path` means in `folder`; null where it is not known, or outside of the repo. */
export function pathFrom(folder: string | null, path: string): string | null {
  const isFromRoot = path === checkout.text || path.startsWith(`${checkout.text}/`)
  if ((folder === null && !isFromRoot) || (path.startsWith('/') && !isFromRoot) || /[\0\n~*]/.test(path)) return null
  const joined = posix.normalize(isFromRoot ? path.slice(1) : posix.join(folder ?? '', path)).replace(/\/$/, '')
  return joined === '..' || joined.startsWith('../') ? null : joined === '.' ? '' : joined
}

/** Declares the build, and writes the images that its named contexts are. */
export function declareBuild(composing: Composing, request: BuildRequest): void {
  composing.declare(declaredBuild(composing, request))
  writeContexts(request.contexts, composing.uses)
}

/** Writes the images among named contexts. */
export function writeContexts(contexts: readonly Given[], uses: UseReader): void {
  for (const context of contexts) writeContext(context, uses)
}

/** The build that is asked for, as the reader of its Dockerfile wants it. */
export function declaredBuild({ file, uses }: Pick<Composing, 'file' | 'uses'>, request: BuildRequest): DeclaredBuild {
  const { at, dockerfile, target, args, contexts, platforms } = request
  const known = platforms ?? []
  const named = known.every(isKnown) ? [...new Set(known.flatMap(({ text }) => text.split(/[,\s]+/)))].filter((platform) => platform !== '') : []
  const given = ({ name, at: from, value }: Given): GivenValue => ({
    name,
    value: value === null ? null : uses.writtenText(value),
    line: uses.lineOf(from),
    ...(value !== null && !/[:/]/.test(value.text) && value.at.some((place) => place >= 0 && uses.lineOf(place) !== uses.lineOf(from))
      ? { isShared: true }
      : {}),
  })
  return {
    file: file.path,
    line: uses.lineOf(at),
    dockerfile,
    target: target === null || !isKnown(target) || target.text === '' ? null : target.text,
    args: lastOfEach(args).map(given),
    contexts: lastOfEach(contexts).map((context) => given({ ...context, value: imageOf(context.value) })),
    platforms: named.includes(builderPlatform) ? [] : named,
  }
}

/** An image that variables put together stands where they do, unless one holds it with its scheme. */
function writeContext({ value, written }: Given, uses: UseReader): void {
  const place = placeOf('build-context')
  const image = imageOf(value)
  const inPlace = imageOf(written)
  if (image !== null && startIfUnbroken(image) !== null && inPlace?.text === image.text) uses.addPlain(image, place)
  else if (image !== null && inPlace !== null) {
    if (startIfUnbroken(image) === null) uses.note({ value: image, what: 'what else reads the variable', takesTags: true })
    uses.add(inPlace, { value: image, unset: new Set() }, place)
  } else if (image !== null && startIfUnbroken(image) !== null) uses.addPlain(image, place)
  else if (inPlace !== null)
    uses.skip(inPlace, place, { code: 'unresolved-variable', message: `what stands in "${inPlace.text}" is known only when it is built` })
}

/** What the builder runs on, whatever that is. */
const builderPlatform = 'local'

/** The image that a context is, or null where it is none. */
function imageOf(value: Sourced | null): Sourced | null {
  const scheme = 'docker-image://'
  return value !== null && value.text.startsWith(scheme) && value.text !== `${scheme}scratch` ? part(value, scheme.length) : null
}

const lastOfEach = (given: readonly Given[]): readonly Given[] => [...new Map(given.filter(({ name }) => name !== '').map((one) => [one.name, one])).values()]

/** The byte where `source` starts. */
export const startOf = (source: Sourced): number => byteAt(source, 0)

/** Runs of a job repeat what does not depend on them; those that differ in platforms alone are one build for all of these. */
export function distinct(requests: readonly BuildRequest[]): readonly BuildRequest[] {
  const byBuild = new Map<string, BuildRequest>()
  for (const request of requests) {
    const { at, dockerfile, target, args } = request
    const key = [at, dockerfile, target?.text, ...args.map(({ name, value }) => `${name}=${value?.text}`)].join('\n')
    const known = byBuild.get(key)
    const platforms =
      known === undefined || known.platforms === null || request.platforms === null ? request.platforms : [...known.platforms, ...request.platforms]
    byBuild.set(key, { ...(known ?? request), platforms: known?.platforms === null ? null : platforms })
  }
  return [...byBuild.values()]
}
