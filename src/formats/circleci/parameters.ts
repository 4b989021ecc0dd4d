/** Parameters of jobs, executors and pipelines, with what those who use them pass (https://circleci.com/docs/reusing-config/). */
import { type Choices, choicesOf } from '../choices.ts'
import type { Sourced } from '../sourced.ts'
import { at, type Entry, entriesAt, itemsAt, textAt, type Tree } from '../tree.ts'
import { scalarText } from '../yaml-number.ts'

/** `<< parameters.name >>`, `<< pipeline.parameters.name >>`. */
export const parameterForm = /<<\s*([\w.-]+)\s*>>|<<[^<>]*>>/g

/** A job or an executor by its name, with that of its orb before it. */
type Owner = { readonly kind: 'jobs' | 'executors' | 'commands'; readonly name: string; readonly tree: Tree }

/** Who uses a job or an executor, with what is passed, and what its own texts may hold. */
type Call = { readonly passed: Tree | null; readonly choices: Choices }

/** The jobs, executors and commands of a configuration and of the orbs that are written in it, each with what its parameters may hold. */
export type Scope = { readonly kind: Owner['kind']; readonly tree: Tree; readonly choices: Choices }

/** Every scope of `config`. */
export function scopesOf(config: Tree): readonly Scope[] {
  const owners = ownersIn(config, '')
  const pipeline = pipelineOnly(config)
  const calls = new Map<string, Call[]>()
  const choicesFor = (owner: Owner): Choices => withPipeline(pipeline, (name) => valuesOf(owner, name, calls.get(`${owner.kind} ${owner.name}`) ?? []))
  for (const owner of owners) {
    const executor = at(owner.tree, 'executor')
    const name = executor?.kind === 'text' ? executor.text.text : (textAt(executor, 'name')?.text ?? null)
    const prefix = owner.name.slice(0, owner.name.indexOf('/') + 1)
    if (name !== null) note(calls, `executors ${prefix}${name}`, { passed: executor, choices: choicesFor(owner) })
  }
  for (const { value: workflow } of entriesAt(config, 'workflows'))
    for (const item of itemsAt(workflow, 'jobs')) {
      const [called] = item.kind === 'text' ? [{ key: item.text.text, value: null }] : entriesAt(item)
      if (called !== undefined) note(calls, `jobs ${called.key}`, { passed: called.value, choices: pipeline })
    }
  return owners.map((owner) => ({ kind: owner.kind, tree: owner.tree, choices: choicesFor(owner) }))
}

/** What stands outside of jobs and executors: parameters of the pipeline, or, in a file that is packed into one, those beside it. */
export function pipelineOnly(config: Tree): Choices {
  const known = new Map(entriesAt(config, 'parameters').map(({ key, value }) => [key, scalarText(at(value, 'default'))]))
  return (name) => {
    const value = known.get(/^(?:pipeline\.)?parameters\.([\w-]+)$/.exec(name)?.[1] ?? '') ?? null
    return value === null ? [] : [value]
  }
}

function ownersIn(config: Tree, prefix: string): readonly Owner[] {
  const own = (['jobs', 'executors', 'commands'] as const).flatMap((kind) =>
    entriesAt(config, kind).map(({ key, value }: Entry): Owner => ({ kind, name: `${prefix}${key}`, tree: value })),
  )
  const orbs = prefix === '' ? entriesAt(config, 'orbs').flatMap(({ key, value }) => ownersIn(value, `${key}/`)) : []
  return [...own, ...orbs]
}

function note(calls: Map<string, Call[]>, key: string, call: Call): void {
  const known = calls.get(key)
  if (known === undefined) calls.set(key, [call])
  else if (known.length < mostCalls) known.push(call)
}

const mostCalls = 100

const withPipeline =
  (pipeline: Choices, own: Choices): Choices =>
  (name) =>
    name.startsWith('parameters.') ? own(name.slice('parameters.'.length)) : pipeline(name)

/** What a parameter holds: of each use what is passed there, else its default, which counts alone where nothing in the file uses it. Of commands nothing is followed. */
function valuesOf({ kind, tree }: Owner, name: string, calls: readonly Call[]): readonly (Sourced | null)[] {
  if (kind === 'commands') return []
  const written = scalarText(at(tree, 'parameters', name, 'default'))
  const otherwise = written === null ? [] : [written]
  if (calls.length === 0) return otherwise
  return calls.flatMap(({ passed, choices }) => {
    const matrix = at(passed, 'matrix', 'parameters', name)
    const value = at(passed, name)
    const given = matrix?.kind === 'list' ? matrix.items : matrix !== null ? [matrix] : value !== null ? [value] : null
    if (given === null) return otherwise.length === 0 ? [null] : otherwise
    return given.flatMap((item) => {
      const text = scalarText(item)
      return text === null ? [null] : choicesOf(text, parameterForm, choices)
    })
  })
}
