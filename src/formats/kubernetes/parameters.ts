/** Parameters of Tekton's tasks (https://tekton.dev/docs/pipelines/tasks) and Argo's templates (https://argo-workflows.readthedocs.io/en/latest/variables) that images are put together from. */
import { type Sourced, SourcedBuilder } from '../sourced.ts'
import { at, itemsAt, stringAt, textAt, type Tree } from '../tree.ts'

/** What parameters come to, by their name in a variable (`params.image`); null where the file does not say. */
export type Scope = ReadonlyMap<string, Parameter>

type Parameter = { readonly text: Sourced | null /** Given, and not a default that something given replaces. */; readonly isGiven: boolean }

/** No parameters. */
export const noScope: Scope = new Map()

const mostParameters = 1000
const longestReference = 1000

/** `outer` with the parameters that the map `tree` declares or gives. */
export function scopeIn(tree: Tree, outer: Scope): Scope {
  const tekton = [...itemsAt(tree, 'params'), ...itemsAt(tree, 'inputs', 'params')]
  const inputs = itemsAt(tree, 'inputs', 'parameters')
  const workflow = at(tree, 'templates') === null && at(tree, 'entrypoint') === null ? [] : itemsAt(tree, 'arguments', 'parameters')
  const count = tekton.length + inputs.length + workflow.length
  if (count === 0 || count + outer.size > mostParameters) return outer
  const scope = new Map(outer)
  for (const item of tekton) declare(scope, 'params', item)
  for (const item of inputs) declare(scope, 'inputs.parameters', item)
  for (const item of workflow) declare(scope, 'workflow.parameters', item)
  return scope
}

/** What is given outside wins over a default inside. */
function declare(scope: Map<string, Parameter>, prefix: string, item: Tree): void {
  const name = stringAt(item, 'name')
  const given = at(item, 'value')
  if (name === '' || (given === null && scope.get(`${prefix}.${name}`)?.isGiven === true)) return
  const text = textAt(item, given === null ? 'default' : 'value')
  scope.set(`${prefix}.${name}`, { text: text === null || /\$\(|\{\{/.test(text.text) ? null : text, isGiven: given !== null })
}

const variables =
  /\$\((?:inputs\.)?params(?:\.([\w.-]+)|\[["']([^"'\]]{1,100})["']\])\)|\{\{[ \t]{0,9}((?:inputs|workflow)\.parameters\.[\w.-]+)[ \t]{0,9}\}\}/g

/** `text` with its parameters replaced, or null where it has none or one is not known. */
export function filledIn(text: Sourced, scope: Scope): Sourced | null {
  const filled = new SourcedBuilder()
  let done = 0
  for (const match of text.text.matchAll(variables)) {
    const value = scope.get(match[3] ?? `params.${match[1] ?? match[2] ?? ''}`)?.text
    if (value === undefined || value === null || filled.length > longestReference) return null
    filled.addAll(text, done, match.index)
    filled.addAll(value)
    done = match.index + match[0].length
  }
  if (done === 0) return null
  filled.addAll(text, done)
  return filled.take()
}
