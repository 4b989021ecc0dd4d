/** The jobs of a pipeline as GitLab runs them: with what they extend, the defaults and the variables (https://docs.gitlab.com/ci/yaml/#extends). */
import type { Sourced } from '../sourced.ts'
import { at, entriesAt, itemsAt, stringAt, type Tree } from '../tree.ts'
import { scalarText } from '../yaml-number.ts'

/** Variables by name; null for those that a rule, a matrix or a run decides. */
export type Variables = { readonly get: (name: string) => Sourced | null | undefined }

export type Job = {
  /** Itself, then what it extends, nearest first, then the defaults. */
  readonly lineage: readonly Tree[]
  readonly variables: Variables
  /** Only there for other jobs of the file to extend. */
  readonly isBase: boolean
}

/** Keys at the top of a pipeline that are no jobs. */
const notJobs = new Set([
  'default',
  'include',
  'stages',
  'variables',
  'workflow',
  'image',
  'services',
  'cache',
  'before_script',
  'after_script',
  'spec',
  'types',
])

/** GitLab follows eleven levels. */
const longestLineage = 20

/** Every job, hidden ones (`.base`) too, and last what holds for a job of which nothing is known. */
export function jobsOf(pipeline: Tree): readonly Job[] {
  const named = new Map(entriesAt(pipeline).flatMap(({ key, value }) => (notJobs.has(key) || value.kind !== 'map' ? [] : [[key, value] as const])))
  const global = variablesIn([at(pipeline, 'variables')], pipeline)
  for (const name of ruleVariables(at(pipeline, 'workflow'))) global.set(name, null)
  const extended = new Set([...named.values()].flatMap(parents))
  // Every job looks for its keys here, so that it must not be as long as the list of jobs.
  const keywords: Tree = { kind: 'map', at: pipeline.at, entries: entriesAt(pipeline).filter(({ key }) => notJobs.has(key)) }
  const defaults = [at(pipeline, 'default'), keywords].filter((tree) => tree !== null)
  const jobs = [...named].map(([name, tree]): Job => {
    const lineage = lineageOf(tree, named)
    const own = variablesIn(lineage.map((one) => at(one, 'variables')).reverse(), pipeline)
    for (const one of lineage) for (const unsure of [...ruleVariables(one), ...matrixVariables(one)]) own.set(unsure, null)
    const isAlone = lineage.some((one) => stringAt(one, 'inherit', 'variables') === 'false')
    const variables: Variables = { get: (variable) => (own.has(variable) || isAlone ? own.get(variable) : global.get(variable)) }
    return { lineage: [...lineage, ...defaults], variables, isBase: name.startsWith('.') && extended.has(name) }
  })
  return [...jobs, { lineage: defaults, variables: global, isBase: true }]
}

function parents(job: Tree): readonly string[] {
  const value = at(job, 'extends')
  return value?.kind === 'text' ? [value.text.text] : itemsAt(value).flatMap((item) => (item.kind === 'text' ? [item.text.text] : []))
}

/** Of several parents the last one counts. */
function lineageOf(job: Tree, named: ReadonlyMap<string, Tree>): readonly Tree[] {
  const lineage: Tree[] = []
  const open = [job]
  for (let next = open.pop(); next !== undefined && lineage.length < longestLineage; next = open.pop()) {
    if (lineage.includes(next)) continue
    lineage.push(next)
    open.push(...parents(next).flatMap((name) => named.get(name) ?? []))
  }
  return lineage
}

/** What the `variables` maps set, of which the last one counts: a text, or a map with its `value`. */
function variablesIn(maps: readonly (Tree | null)[], pipeline: Tree): Map<string, Sourced | null> {
  const variables = new Map<string, Sourced | null>()
  for (const map of maps)
    for (const { key, value } of entriesAt(referred(map, pipeline))) variables.set(key, scalarText(value.kind === 'map' ? at(value, 'value') : value))
  return variables
}

/** `!reference [.job, variables]` comes as the list of its keys. */
function referred(tree: Tree | null, pipeline: Tree): Tree | null {
  if (tree?.kind !== 'list') return tree
  return at(pipeline, ...tree.items.map((item) => (item.kind === 'text' ? item.text.text : '')))
}

const ruleVariables = (tree: Tree | null): readonly string[] => itemsAt(tree, 'rules').flatMap((rule) => entriesAt(rule, 'variables').map(({ key }) => key))

const matrixVariables = (job: Tree): readonly string[] => itemsAt(job, 'parallel', 'matrix').flatMap((run) => entriesAt(run).map(({ key }) => key))
