/** The image uses and builds of a workflow or an action. */
import { posix } from 'node:path'
import type { Role } from '../../domain/repo/image-use.ts'
import { declareBuild, pathFrom, startOf } from '../build-request.ts'
import { nothing, part, type Sourced, startIfUnbroken } from '../sourced.ts'
import type { Composing } from '../composing.ts'
import { at, entriesAt, itemsAt, stringAt, textAt, type Tree } from '../tree.ts'
import { isKnown } from '../unknown.ts'
import { placeOf } from '../use-reader.ts'
import { scalarText } from '../yaml-number.ts'
import { declareBuilds } from './builds.ts'
import { type Environment, envOf, jobEnvironment, withMaps } from './environment.ts'
import { type Contexts, expand, expressionsIn, linesOf, readContext } from './expressions.ts'
import { combinations, otherReaderOf, valueIn } from './matrix.ts'

/** Writes the images of jobs, services, steps and container actions into `composing.uses`, and declares what is built. */
export function workflowUses(composing: Composing): void {
  for (const document of composing.documents) {
    for (const { value: job } of entriesAt(document, 'jobs')) jobUses(job, document, composing)
    if (at(document, 'runs') !== null) actionUses(document, composing)
  }
}

function jobUses(job: Tree, workflow: Tree, composing: Composing): void {
  const container = at(job, 'container')
  const asked = { job, read: new Set<string>() }
  readImage(container?.kind === 'text' ? container.text : textAt(container, 'image'), 'container', asked, composing)
  for (const { value } of entriesAt(job, 'services')) readImage(value.kind === 'text' ? value.text : textAt(value, 'image'), 'service', asked, composing)
  const steps = stepsIn(itemsAt(job, 'steps'))
  const environment = jobEnvironment([at(workflow, 'env'), at(job, 'env')], steps)
  stepUses(steps, environment, composing)
  declareBuilds({ job, steps, environment, workflow }, composing)
}

/** The steps with those of groups that run side by side in their place (https://docs.github.com/en/actions/reference/workflows-and-actions/workflow-syntax#jobsjob_idstepsparallel). */
function stepsIn(steps: readonly Tree[]): readonly Tree[] {
  return steps.flatMap((step) => (at(step, 'parallel') === null ? [step] : stepsIn(itemsAt(step, 'parallel'))))
}

/** A container action names its image or its Dockerfile, a composite one has steps. */
function actionUses(action: Tree, composing: Composing): void {
  const image = textAt(action, 'runs', 'image') ?? nothing
  const steps = stepsIn(itemsAt(action, 'runs', 'steps'))
  const environment = jobEnvironment([], steps)
  stepUses(steps, environment, composing)
  declareBuilds({ job: null, steps, environment, workflow: null }, composing)
  if (image.text === '' || image.text.startsWith(scheme)) return readReference(image, composing)
  const dockerfile = pathFrom(posix.dirname(composing.file.path), image.text)
  if (dockerfile !== null) declareBuild(composing, { at: startOf(image), dockerfile, target: null, args: [], contexts: [], platforms: null })
}

const scheme = 'docker://'

/** Actions that run an image that they are given: the name of the input, and what stands before the image in a line of it. */
const imageInputs: ReadonlyMap<string, { readonly input: string; readonly before: string }> = new Map([
  ['docker/setup-qemu-action', { input: 'image', before: '' }],
  ['docker/setup-buildx-action', { input: 'driver-opts', before: 'image=' }],
  ['addnab/docker-run-action', { input: 'image', before: '' }],
  ['helm/kind-action', { input: 'node_image', before: '' }],
])

function stepUses(steps: readonly Tree[], environment: Environment, composing: Composing): void {
  for (const step of steps) {
    readReference(textAt(step, 'uses') ?? nothing, composing)
    const known = imageInputs.get(stringAt(step, 'uses').split('@')[0]?.toLowerCase() ?? '')
    const given = known === undefined ? null : textAt(step, 'with', known.input)
    if (known === undefined || given === null) continue
    const contexts = envOf(withMaps(environment, [at(step, 'env')]))
    for (const line of linesOf(given)) if (line.text.startsWith(known.before)) readExpanded(part(line, known.before.length), contexts, composing)
  }
}

/** `docker://…`; the other references of `uses` name repos. */
function readReference(uses: Sourced, composing: Composing): void {
  if (uses.text.startsWith(scheme)) readStatic(part(uses, scheme.length), 'action', composing)
}

function readExpanded(image: Sourced, contexts: Contexts, composing: Composing): void {
  const value = expand(image, contexts)
  if (!image.text.includes('${{') || !isKnown(value)) return readStatic(image, 'action', composing)
  if (startIfUnbroken(value) === null) composing.uses.note({ value, what: 'what else reads the variable', takesTags: true })
  composing.uses.add(image, { value, unset: new Set() }, placeOf('action'))
}

/** An image in which no matrix can stand. */
function readStatic(image: Sourced, role: Role, { uses }: Composing): void {
  if (image.text === '') return
  if (image.text.includes('${{')) return uses.skip(image, placeOf(role), unresolved(image))
  uses.addPlain(image, placeOf(role))
}

type Asked = { readonly job: Tree /** Roles and values of the matrix that were read. */; readonly read: Set<string> }

/** The image of a container or a service. The values of a matrix count where they stand in the file. */
function readImage(image: Sourced | null, role: Role, { job, read }: Asked, composing: Composing): void {
  if (image === null || !image.text.includes('${{')) return readStatic(image ?? nothing, role, composing)
  const { uses } = composing
  const path = readContext(image) ?? ''
  const runs = combinations(job)
  const values = path.startsWith('matrix.') ? runs.map((run) => valueIn(run, path.slice(matrixDot))) : []
  if (values.some((value) => value !== null)) {
    if (read.has(`${role} ${path}`)) return
    read.add(`${role} ${path}`)
    const other = otherReaderOf(job, path.slice(matrixDot))
    for (const value of values) {
      const text = value?.kind === 'text' ? value.text : nothing
      const isPinned = text.text.includes('@')
      if (other === null || isPinned || text.text === '' || text.text.includes('${{')) readStatic(text, role, composing)
      else
        uses.add(text, { value: text, unset: new Set() }, placeOf(role), { code: 'shared-argument', message: `the image is a value of the matrix: ${other}` })
    }
    return
  }
  const expanded = runs.map((run) => expand(image, (name) => (name.startsWith('matrix.') ? scalarText(valueIn(run, name.slice(matrixDot))) : null)))
  const [first] = expanded
  if (first === undefined || !isKnown(first)) return uses.skip(image, placeOf(role), unresolved(image))
  if (expanded.some(({ text }) => text !== first.text)) return uses.skip(image, placeOf(role), differing(image))
  for (const value of new Set(expanded)) uses.note({ value, what: 'the matrix of the job', takesTags: true })
  uses.add(image, { value: first, unset: new Set() }, placeOf(role))
}

const matrixDot = 'matrix.'.length

function differing(image: Sourced) {
  return { code: 'unresolved-variable', message: `${expressionsIn(image).join(', ')} has another value in each run of the matrix` } as const
}

function unresolved(image: Sourced) {
  return { code: 'unresolved-variable', message: `${expressionsIn(image).join(', ')} is known only when the workflow runs` } as const
}
