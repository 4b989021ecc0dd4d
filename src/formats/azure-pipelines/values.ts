/** Variables and parameters of a pipeline, as far as the file says them (https://learn.microsoft.com/azure/devops/pipelines/process/variables). */
import { checkout } from '../build-request.ts'
import type { Choices } from '../choices.ts'
import type { Sourced } from '../sourced.ts'
import { at, type Entry, entriesAt, type Tree } from '../tree.ts'
import { scalarText } from '../yaml-number.ts'

/** `$(name)`, `${{ … }}`, `$[ … ]`. */
export const expressionForm = /\$\(([\w.-]+)\)|\$\{\{([^{}]*)\}\}|\$\[([^[\]]*(?:\[[^[\]]*\][^[\]]*)?)\]/g

/** Folders of the machine in which the repo is checked out. */
const checkouts = new Set(['build.sourcesdirectory', 'system.defaultworkingdirectory', 'build.repository.localpath', 'pipeline.workspace/s'])

/** What `tree` (a pipeline, a stage, a job) sets over `outer`. Of a variable that a condition sets, each value that the file has. */
export function withValues(tree: Tree, outer: Choices): Choices {
  const own = new Map<string, (Sourced | null)[]>()
  const note = (name: string, value: Sourced | null): void => {
    const known = own.get(name.toLowerCase())
    if (known === undefined) own.set(name.toLowerCase(), [value])
    else known.push(value)
  }
  for (const { key, value } of namedIn(at(tree, 'parameters'), 'default')) note(`parameters.${key}`, value)
  for (const { key, value } of namedIn(at(tree, 'variables'), 'value')) note(key, value)
  const matrix = at(tree, 'strategy', 'matrix')
  const runs = matrix === null ? [] : branchesOf(matrix)
  for (const run of runs) for (const { key, value } of branchesOf(run.value)) note(key, scalarText(value))
  return own.size === 0 ? outer : (name) => own.get(nameIn(name)) ?? outer(name)
}

/** What holds outside of all pipelines. */
export const nothingSet: Choices = (name) => (checkouts.has(nameIn(name)) ? [checkout] : [])

/** The variable that an expression reads, or one that no variable is called. */
function nameIn(expression: string): string {
  const [, context, dotted, quoted] = /^\s*(?:(variables|parameters)(?:\.([\w-]+(?:\.[\w-]+)*)|\[\s*'([^']*)'\s*\])|[\w.-]+)\s*$/.exec(expression) ?? []
  if (context === undefined) return /^\s*[\w.-]+\s*$/.test(expression) ? expression.trim().toLowerCase() : '\0'
  const name = (dotted ?? quoted ?? '').toLowerCase()
  return context === 'variables' ? name : `parameters.${name}`
}

type Named = { readonly key: string; readonly value: Sourced | null }

/** Names with values: a list of maps with `name`, or a map. A value that is no text says nothing; a parameter without a default is not known. */
function namedIn(tree: Tree | null, valueKey: string): readonly Named[] {
  if (tree?.kind === 'list')
    return itemsIn(tree).flatMap((item) => {
      const name = scalarText(at(item, 'name'))
      const value = at(item, valueKey)
      return name === null || value === null || value.kind === 'map' || value.kind === 'list' ? [] : [{ key: name.text, value: scalarText(value) }]
    })
  return tree?.kind === 'map' ? branchesOf(tree).flatMap(({ key, value }) => (value.kind === 'text' ? [{ key, value: scalarText(value) }] : [])) : []
}

/** Whether a key is an expression that says whether, or how often, what stands below it is there. */
const isCondition = (key: string): boolean => /^\$\{\{\s*(?:if|elseif|else|each|insert)\b/.test(key)

/** The entries of a map, those below conditions among them. */
export function branchesOf(tree: Tree): readonly Entry[] {
  return entriesAt(tree).flatMap((entry) => (isCondition(entry.key) ? branchesOf(entry.value) : [entry]))
}

/** The items of a list, those below conditions among them. */
export function itemsIn(tree: Tree | null): readonly Tree[] {
  if (tree?.kind !== 'list') return []
  return tree.items.flatMap((item) => {
    const [first] = entriesAt(item)
    return first !== undefined && isCondition(first.key) ? entriesAt(item).flatMap(({ value }) => itemsIn(value)) : [item]
  })
}

/** The value, or those that conditions choose among. */
export function valuesIn(tree: Tree): readonly Tree[] {
  return tree.kind === 'map' && tree.entries.length > 0 && tree.entries.every(({ key }) => isCondition(key))
    ? tree.entries.flatMap(({ value }) => valuesIn(value))
    : [tree]
}
