/** The matrix of a workflow, whose values are put into its text (https://woodpecker-ci.org/docs/usage/matrix-workflows). */
import type { Choices } from '../choices.ts'
import { at, entriesAt, itemsAt, type Tree } from '../tree.ts'
import { scalarText } from '../yaml-number.ts'

/** `${NAME}`; with an operator, or without braces, it is known only when it runs. */
export const variableForm = /\$\{([A-Za-z_]\w*)\}|\$\{[^}]*\}|\$[A-Za-z_]\w*|\$\$/g

/** What the variables of the matrix hold: a list each, or, under `include`, one value in each run. */
export function matrixChoices(document: Tree): Choices {
  const matrix = at(document, 'matrix')
  const values = (name: string): readonly Tree[] => [
    ...itemsAt(matrix, name),
    ...itemsAt(matrix, 'include').flatMap((run) => at(run, name) ?? []),
    ...(matrix?.kind === 'list' ? matrix.items.flatMap((run) => at(run, name) ?? []) : []),
  ]
  const known = new Map(namesIn(matrix).map((name) => [name, values(name).map(scalarText)]))
  return (name) => known.get(name) ?? []
}

function namesIn(matrix: Tree | null): readonly string[] {
  const runs = [...itemsAt(matrix, 'include'), ...(matrix?.kind === 'list' ? matrix.items : [])]
  return [...new Set([...entriesAt(matrix), ...runs.flatMap((run) => entriesAt(run))].map(({ key }) => key))]
}
