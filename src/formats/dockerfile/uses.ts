/** The image uses of one Dockerfile, in each way in which other files declare that it is built. */
import type { DeclaredBuild } from '../../domain/repo/declared-build.ts'
import type { RepoText } from '../../domain/repo/file-reading.ts'
import type { ImageUse } from '../../domain/repo/image-use.ts'
import { UseReader } from '../use-reader.ts'
import { Refusal } from '../refusal.ts'
import { madePlatforms } from './built-for.ts'
import { detectSyntax, type Syntax } from './directives.ts'
import { GivenElsewhere } from './given-elsewhere.ts'
import { type ParsedDockerfile, parseDockerfile } from './parse.ts'
import { neededStages } from './reach.ts'
import { readStages } from './read-stages.ts'
import type { Stage } from './stages.ts'
import { holeIn, holeSkip, readTemplate, type Template } from './template.ts'
import { commonTarget, sourcedFrom, mostWays, plainWay, type Way, waysOf } from './ways.ts'

type Asked = {
  readonly builds: readonly DeclaredBuild[]
  readonly template: Template | null
  readonly reader: UseReader
  readonly elsewhere: GivenElsewhere
}

/** The uses in order of their offset. Throws `Refusal` for a file that BuildKit would not build, in whatever way. A template is read as far as it goes. */
export function imageUsesOf(file: RepoText, builds: readonly DeclaredBuild[] = [], isTemplate = false): readonly ImageUse[] {
  const { bytes } = file
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  const written = buffer.toString('latin1')
  const template = isTemplate ? readTemplate(written) : null
  const whole = template?.text ?? written
  const offset = whole.startsWith('\xef\xbb\xbf') ? 3 : 0
  const text = whole.slice(offset)
  const reader = new UseReader('dockerfile', file)
  const elsewhere = new GivenElsewhere(reader)
  const syntax = detectSyntax(text, offset)
  if (syntax !== null) readSyntax(syntax, { builds, template, reader, elsewhere })
  if (syntax === null || syntax.isDockerfile) readDockerfile(text, offset, { builds, template, reader, elsewhere })
  elsewhere.report()
  return reader.uses()
}

/** The frontend image: `BUILDKIT_SYNTAX` takes its place (https://docs.docker.com/build/buildkit/frontend/). It runs where the builder does. */
function readSyntax({ image }: Syntax, { builds, template, reader, elsewhere }: Asked): void {
  const place = { role: 'syntax', stage: null, inFinal: false, platform: null } as const
  const hole = template === null ? null : holeIn(template, image, (byte) => reader.lineOf(byte))
  if (hole !== null) return reader.skip(image, place, hole)
  const { ways } = waysOf(
    builds.map((build) => ({ ...build, contexts: [] })),
    (name) => name === 'BUILDKIT_SYNTAX',
    (file) => reader.strideOf(file),
  )
  for (const way of ways.length === 0 ? [plainWay] : ways) {
    const given = way.args.get('BUILDKIT_SYNTAX')
    if (given === undefined) reader.addPlain(image, place)
    else if (given.isOpen === true) elsewhere.note(image, place, elsewhere.openArgument(way, 'BUILDKIT_SYNTAX'))
    else reader.add(image, given, place)
  }
}

function readDockerfile(text: string, offset: number, { builds, template, reader, elsewhere }: Asked): void {
  const parsed = template === null ? parseDockerfile(text, offset) : parseTemplate(text, offset, template, reader)
  const { ways, count } = waysOf(
    builds,
    (name) => parsed.decides(name),
    (file) => reader.strideOf(file),
  )
  for (const { value, isShared } of builds.flatMap(({ args }) => args))
    if (isShared === true && value !== null)
      reader.note({ value: sourcedFrom(value, (file) => reader.strideOf(file)), what: 'what else reads the variable', takesTags: true })
  const read = { parsed, target: commonTarget(builds), madeFor: madePlatforms(builds), template, reader, elsewhere }
  const needed = new Set<number>()
  const refusals: Refusal[] = []
  const reach = (way: Way) => (stages: readonly Stage[]) => {
    const found = neededStages(stages, parsed.steps, way.targets, parsed.escape)
    for (const { index } of found) needed.add(index)
    return found
  }
  for (const way of ways) {
    try {
      readStages(read, way, reach(way))
    } catch (error) {
      if (!(error instanceof Refusal)) throw error
      refusals.push(error)
    }
  }
  const [refusal] = refusals
  if (refusal !== undefined && refusals.length === ways.length) throw refusal
  for (const each of refusals) reader.refuse(each)
  const rest = (stages: readonly Stage[]) => {
    const isMade = stages.some(({ isBuilt, index }) => isBuilt && needed.has(index))
    return new Set(stages.filter(({ index }) => !needed.has(index)).map((stage) => ({ ...stage, inFinal: stage.inFinal && !isMade })))
  }
  const stop = needed.size < parsed.steps.length ? readStages(read, plainWay, rest) : null
  if (stop !== null && ways.length === 0) reader.skipAll(stop)
  if (count > mostWays)
    reader.refuse(new Refusal(`other files declare ${count} ways to build this file; the first ${mostWays} of them are read`, parsed.at, 'too-large'))
}

/** A template with what BuildKit would refuse of it passed over; a FROM among that is told, with the hole that makes it so. */
function parseTemplate(text: string, offset: number, { holes }: Template, reader: UseReader): ParsedDockerfile {
  const lineOf = (byte: number): number => reader.lineOf(byte)
  const [first] = holes
  try {
    return parseDockerfile(text, offset, ({ keyword, at, args }, why) => {
      const end = args.at.at(-1) ?? at
      const hole = holes.find(({ start }) => start >= at && start <= end)
      if (keyword === 'from') reader.refuse(hole === undefined ? why : new Refusal(holeSkip(hole, lineOf).message, at, 'template'))
    })
  } catch (error) {
    if (first === undefined || !(error instanceof Refusal) || error.skip.code !== 'refused-by-buildkit') throw error
    throw new Refusal(holeSkip(first, lineOf).message, first.start, 'template')
  }
}
