/** The image uses and builds of a pipeline. */
import type { Role } from '../../domain/repo/image-use.ts'
import { buildCommands } from '../build-command.ts'
import { checkout, declareBuild, distinct } from '../build-request.ts'
import { joinedScripts } from '../shell-commands.ts'
import { byteAt, type Sourced, startIfUnbroken } from '../sourced.ts'
import type { Composing } from '../composing.ts'
import { at, entriesAt, stringAt, textAt, type Tree } from '../tree.ts'
import { placeOf, type Resolved } from '../use-reader.ts'
import { type Inputs, inputsOf, resolve } from './expansion.ts'
import { type Job, jobsOf } from './jobs.ts'

/** Writes the images and services of jobs and defaults into `composing.uses`, and declares what scripts build. */
export function pipelineUses(composing: Composing): void {
  const inputs = inputsOf(composing.documents)
  for (const pipeline of composing.documents) {
    if (!isPipeline(pipeline, composing.file.path)) continue
    const jobs = jobsOf(pipeline)
    readImages({ pipeline, jobs, inputs }, composing)
    for (const request of distinct(jobs.filter(({ isBase }) => !isBase).flatMap((job) => buildsOf(job, inputs)))) declareBuild(composing, request)
  }
}

/** Other YAML lies beside pipelines too; what is called after GitLab's own file is one in any case. */
function isPipeline(document: Tree, path: string): boolean {
  if (/gitlab-ci[^/]*$/.test(path)) return true
  if (textAt(document, 'apiVersion') !== null) return false
  const isJob = ({ value }: { readonly value: Tree }): boolean => ['script', 'extends', 'stage', 'image', 'services'].some((key) => at(value, key) !== null)
  return at(document, 'default') !== null || at(document, 'image') !== null || entriesAt(document).some(isJob)
}

/** A place that names an image, and what it comes to in the jobs that take it from there: each value once, and of those that differ the first two. */
type Named = { readonly written: Sourced; readonly role: Role; readonly platform: string | null; readonly values: Resolved[] }

type Read = { readonly pipeline: Tree; readonly jobs: readonly Job[]; readonly inputs: Inputs }

/** Each image counts where it is written, with the variables of the jobs that take it from there; of one that no job of the file takes, those that it can see. */
function readImages({ pipeline, jobs, inputs }: Read, composing: Composing): void {
  const found = new Map<number, Named>()
  const read = (holder: Tree | undefined, key: 'image' | 'services', { variables }: Job): void => {
    for (const { written, platform } of imagesAt({ holder: holder ?? null, key, pipeline }, composing)) {
      const start = byteAt(written, 0)
      const named = found.get(start) ?? { written, role: key === 'image' ? 'container' : 'service', platform, values: [] }
      found.set(start, named)
      if (!areSame(named.values)) continue
      const value = resolve(written, variables, inputs)
      if (!named.values.some((known) => isSame(known, value) && isSubset(value.unset, known.unset))) named.values.push(value)
    }
  }
  for (const key of ['image', 'services'] as const) {
    const holderOf = (job: Job): Tree | undefined => job.lineage.find((tree) => at(tree, key) !== null)
    for (const job of jobs) if (!job.isBase) read(holderOf(job), key, job)
    const taken = new Set(jobs.flatMap((job) => (job.isBase ? [] : (holderOf(job) ?? []))))
    for (const job of jobs) {
      const own = job.lineage.filter((tree, i) => i === 0 || job === jobs.at(-1))
      for (const tree of own) if (!taken.has(tree)) read(tree, key, job)
    }
  }
  for (const named of found.values()) write(named, composing)
}

type Asked = { readonly holder: Tree | null; readonly key: 'image' | 'services'; readonly pipeline: Tree }

function imagesAt({ holder, key, pipeline }: Asked, { file }: Composing): readonly { readonly written: Sourced; readonly platform: string | null }[] {
  const textOf = (tree: Tree | null): Sourced | null => {
    const followed = tree !== null && isReference(tree, file.bytes) ? at(pipeline, ...keysOf(tree)) : tree
    return followed?.kind === 'text' ? followed.text : null
  }
  const value = at(holder, key)
  const items = key === 'image' ? [value] : value?.kind === 'list' && !isReference(value, file.bytes) ? value.items : []
  return items.flatMap((item) => {
    const written = textOf(item?.kind === 'map' ? at(item, 'name') : item)
    const platform = stringAt(item, 'docker', 'platform')
    return written === null || written.text === '' ? [] : [{ written, platform: platform === '' || /[$%]/.test(platform) ? null : platform }]
  })
}

/** `!reference [.job, image]` comes as the list of its keys. */
function isReference(tree: Tree, bytes: Uint8Array): boolean {
  return tree.kind === 'list' && /!reference\s*$/.test(Buffer.from(bytes.subarray(Math.max(0, tree.at - 40), tree.at)).toString('latin1'))
}

const keysOf = (tree: Tree): readonly string[] => textsIn(tree).map(({ text }) => text)

const areSame = ([first, ...rest]: readonly Resolved[]): boolean => rest.every((one) => first === undefined || isSame(first, one))

const isSame = ({ value: a }: Resolved, { value: b }: Resolved): boolean => a === b || (a.text === b.text && String(a.at) === String(b.at))

const isSubset = (some: ReadonlySet<string>, all: ReadonlySet<string>): boolean => [...some].every((one) => all.has(one))

function write({ written, role, platform, values }: Named, { uses }: Composing): void {
  const place = placeOf(role, platform)
  const [first] = values
  if (first === undefined) return
  const unset = new Set(values.flatMap((one) => [...one.unset]))
  const names = [...unset].map((name) => (/^\w+$/.test(name) ? `$${name}` : name)).join(', ')
  if (unset.size > 0)
    return uses.skip(written, place, { code: 'unresolved-variable', message: `${names} has no value in this file, or one that depends on the run` })
  if (!areSame(values)) return uses.skip(written, place, { code: 'unresolved-variable', message: 'its variables have other values in other jobs' })
  if (startIfUnbroken(first.value) === null) uses.note({ value: first.value, what: 'what else reads the variable', takesTags: true })
  uses.add(written, first, place)
}

/** What the scripts of a job build. */
function buildsOf({ lineage, variables }: Job, inputs: Inputs) {
  const variable = (name: string): Sourced | null => {
    if (name === 'CI_PROJECT_DIR') return checkout
    const value = variables.get(name)
    const resolved = value === undefined || value === null ? null : resolve(value, variables, inputs)
    return resolved === null || resolved.unset.size > 0 ? null : resolved.value
  }
  const lines = (key: string): readonly Sourced[] => textsIn(lineage.map((tree) => at(tree, key)).find((value) => value !== null) ?? null)
  return [[...lines('before_script'), ...lines('script')], lines('after_script')].flatMap((script) => buildCommands(joinedScripts(script), '', variable))
}

function textsIn(tree: Tree | null): readonly Sourced[] {
  if (tree?.kind === 'text') return [tree.text]
  return tree?.kind === 'list' ? tree.items.flatMap(textsIn) : []
}
