/** The builds that the steps of a job start: actions that build images, and command lines. */
import { type BuildRequest, checkout, declareBuild, distinct, type Given, pathFrom, startOf } from '../build-request.ts'
import { buildCommands, givenBy, mayBuild } from '../build-command.ts'
import type { Span } from '../../lib/span.ts'
import { fromBuilder, nothing, part, type Sourced, spanOf } from '../sourced.ts'
import type { Composing } from '../composing.ts'
import { at, stringAt, textAt, type Tree } from '../tree.ts'
import { isKnown } from '../unknown.ts'
import { scalarText } from '../yaml-number.ts'
import { type Checkouts, checkoutsOf, inRepo } from './checkouts.ts'
import { type Environment, envOf, withMaps } from './environment.ts'
import { type Contexts, expand, linesOf } from './expressions.ts'
import { type Combination, combinations, valueIn } from './matrix.ts'

/** The steps of a job, or of a composite action (`job` and `workflow` are null then). */
export type Steps = {
  readonly job: Tree | null
  readonly workflow: Tree | null
  readonly steps: readonly Tree[]
  /** What the steps stand in sets. */
  readonly environment: Environment
}

/** Declares what the steps build. A path of the matrix is followed through all of its values; an argument of the matrix is known only when it runs. */
export function declareBuilds(all: Steps, composing: Composing): void {
  if (!all.steps.some(isBuilder)) return
  const runs = all.job === null ? [] : combinations(all.job)
  const size = all.steps.filter(isBuilder).reduce((sum, step) => sum + stringAt(step, 'run').length + costOfStep, 0)
  const followed = runs.length === 0 || runs.length * size > mostFollowed ? [new Map()] : runs
  const requests = followed.flatMap((run) => requestsOf(all, run, composing))
  for (const request of distinct(requests)) declareBuild(composing, request)
}

/** Characters of scripts that are read for all runs of a matrix together; a step without one counts as some. */
const mostFollowed = 5_000_000
const costOfStep = 200

const isBuilder = (step: Tree): boolean => /build/.test(stringAt(step, 'uses')) || mayBuild(stringAt(step, 'run'))

function requestsOf({ job, workflow, steps, environment }: Steps, run: Combination, { file }: Composing): readonly BuildRequest[] {
  const checkouts = checkoutsOf(steps)
  const spans = [...run.values()].flatMap(spansIn)
  const actionFolder = file.path.slice(0, Math.max(0, file.path.lastIndexOf('/')))
  return steps.filter(isBuilder).flatMap((step) => {
    const env = withMaps(environment, [at(step, 'env')])
    const values = envOf(env)
    const paths: Contexts = (path) => {
      if (path === 'github.workspace') return checkout
      if (path === 'github.action_path') return fromBuilder(`${checkout.text}/${actionFolder}`)
      return path.startsWith('matrix.') ? scalarText(valueIn(run, path.slice('matrix.'.length))) : values(path)
    }
    const scope = { values, paths, checkouts }
    const name = stringAt(step, 'uses').split('@')[0]?.toLowerCase()
    if (name === 'docker/build-push-action') return dockerBuild(step, scope)
    if (name === 'redhat-actions/buildah-build') return buildahBuild(step, scope)
    const shell = stringAt(step, 'shell')
    const script = textAt(step, 'run')
    if (script === null || !/^(?:|(?:\/bin\/)?(?:ba|da)?sh\b.*)$/.test(shell)) return []
    const folder = [step, job, workflow].flatMap((place, i) => textAt(place, ...(i === 0 ? [] : ['defaults', 'run']), 'working-directory') ?? [])[0] ?? nothing
    const variable = (variableName: string): Sourced | null => (variableName === 'GITHUB_WORKSPACE' ? checkout : (env.get(variableName) ?? null))
    const commands = buildCommands(expand(script, paths), pathFrom('', expand(folder, paths).text), variable)
    return commands.flatMap((command) => inOurRepo({ ...command, args: command.args.map((given) => withoutMatrix(given, spans)) }, scope))
  })
}

type Scope = { readonly values: Contexts; readonly paths: Contexts; readonly checkouts: Checkouts }

/** https://github.com/docker/build-push-action#inputs: without a path the context is the repo as GitHub has it, and the Dockerfile's path starts there. */
function dockerBuild(step: Tree, scope: Scope): readonly BuildRequest[] {
  const input = (name: string): Sourced => expand(textAt(step, 'with', name) ?? nothing, scope.paths)
  const context = (textAt(step, 'with', 'context')?.text ?? '').replaceAll(/\{\{\s*defaultContext\s*\}\}/g, '')
  const isDefault = context !== stringAt(step, 'with', 'context') || context === ''
  const folder = isDefault ? pathFrom('', context.replace(/^:/, '')) : isUrl(input('context').text) ? null : pathFrom('', input('context').text)
  const file = input('file').text
  if (folder === null || isUrl(file)) return []
  const dockerfile = file === '' ? pathFrom(folder, 'Dockerfile') : pathFrom(isDefault ? folder : '', file)
  const request = dockerfile === null ? [] : [{ ...given(step, scope, ['build-args', 'build-contexts']), dockerfile, platforms: orNull(input('platforms')) }]
  return isDefault ? request : request.flatMap((one) => inOurRepo(one, scope))
}

/** https://github.com/redhat-actions/buildah-build#inputs-for-build-from-containerfile */
function buildahBuild(step: Tree, scope: Scope): readonly BuildRequest[] {
  const input = (name: string): Sourced => expand(textAt(step, 'with', name) ?? nothing, scope.paths)
  const files = ['containerfiles', 'dockerfiles'].flatMap((name) => linesOf(input(name)))
  const archs = orNull(input('archs'))?.map(({ text }) => fromBuilder(text.replaceAll(/[^,\s]+/g, 'linux/$&')))
  return files.flatMap(({ text }) => {
    const dockerfile = pathFrom('', text)
    if (dockerfile === null) return []
    return inOurRepo({ ...given(step, scope, ['build-args', '']), dockerfile, platforms: orNull(input('platforms')) ?? archs ?? null }, scope)
  })
}

const isUrl = (text: string): boolean => /^(?:[a-z]+:\/\/|git@|\0)/.test(text)
const orNull = (text: Sourced): readonly Sourced[] | null => (text.text === '' ? null : [text])

/** The parts of a request that actions name alike. */
function given(step: Tree, { values, paths }: Scope, [args = '', contexts = '']: readonly string[]): Pick<BuildRequest, 'at' | 'args' | 'contexts' | 'target'> {
  const lines = (name: string): readonly Given[] =>
    linesOf(textAt(step, 'with', name) ?? nothing).flatMap((line) => (line.text.includes('=') ? [givenIn(unquoted(line), values)] : []))
  const target = expand(textAt(step, 'with', 'target') ?? nothing, paths)
  return { at: startOf(textAt(step, 'uses') ?? nothing), args: lines(args), contexts: lines(contexts), target: target.text === '' ? null : target }
}

function givenIn(line: Sourced, values: Contexts): Given {
  const written = givenBy(line, () => null)
  const value = written.value === null ? null : expand(written.value, values)
  return { ...written, value: value === null || !isKnown(value) ? null : value }
}

/** The lists are read as CSV: quotes around a whole line are not part of it. */
const unquoted = (line: Sourced): Sourced => (/^"[^"]*"$/.test(line.text) ? part(line, 1, line.text.length - 1) : line)

/** The request as the repo has its Dockerfile, none where another repo is checked out there. */
function inOurRepo(request: BuildRequest, { checkouts }: Scope): readonly BuildRequest[] {
  const dockerfile = inRepo(checkouts, request.dockerfile)
  return dockerfile === null ? [] : [{ ...request, dockerfile }]
}

/** A value of the matrix is one of many, and names its job. */
function withoutMatrix(one: Given, spans: readonly Span[]): Given {
  const isOfMatrix = (place: number): boolean => spans.some(([start, end]) => place >= start && place < end)
  return one.value !== null && one.value.at.some(isOfMatrix) ? { ...one, value: null } : one
}

function spansIn(tree: Tree): readonly Span[] {
  if (tree.kind === 'text') return [spanOf(tree.text)]
  return tree.kind === 'map' ? tree.entries.flatMap(({ value }) => spansIn(value)) : []
}
