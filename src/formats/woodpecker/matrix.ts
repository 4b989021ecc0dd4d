/** The matrix of a workflow, whose values are put into its text (https://woodpecker-ci.org/docs/usage/matrix-workflows). */
import { type Choices, mostValues } from '../choices.ts'
import type { Sourced } from '../sourced.ts'
import { at, entriesAt, itemsAt, type Tree } from '../tree.ts'
import { scalarText } from '../yaml-number.ts'

/** `${NAME}`; with an operator, or without braces, it is known only when it runs. */
export const variableForm = /\$\{([A-Za-z_]\w*)\}|\$\{[^{}]*\}|\$[A-Za-z_]\w*|\$\$/g

/** What the variables of the matrix hold: a list each, or, under `include`, one value in each run. */
export function matrixChoices(document: Tree): Choices {
  const matrix = at(document, 'matrix')
  const known = new Map<string, (Sourced | null)[]>()
  const note = (name: string, value: Tree): void => {
    const values = known.get(name)
    if (values === undefined) known.set(name, [scalarText(value)])
    else if (values.length < mostValues) values.push(scalarText(value))
  }
  for (const { key, value } of entriesAt(matrix)) if (key !== 'include' && value.kind === 'list') for (const item of value.items) note(key, item)
  const runs = matrix?.kind === 'list' ? matrix.items : itemsAt(matrix, 'include')
  for (const run of runs) for (const { key, value } of entriesAt(run)) note(key, value)
  return (name) => known.get(name) ?? []
}
