/** GitHub's arithmetic of nodes and cost (https://docs.github.com/graphql/overview/rate-limits-and-query-limits-for-the-graphql-api). */
import { type DocumentNode, getNamedType, type GraphQLNamedType, type GraphQLSchema, isInterfaceType, isObjectType, Kind, type SelectionSetNode } from 'graphql'

export type Cost = { readonly nodes: number; readonly cost: number }

/** Nodes: the sum over connections of the product of `first`/`last` down the path. Cost: one point per 100 connection requests, at least one. */
export function costOf(schema: GraphQLSchema, document: DocumentNode, variables: Readonly<Record<string, unknown>>): Cost {
  const fragments = new Map(document.definitions.flatMap((one) => (one.kind === Kind.FRAGMENT_DEFINITION ? [[one.name.value, one] as const] : [])))
  let nodes = 0
  let requests = 0
  const walk = (selections: SelectionSetNode, type: GraphQLNamedType | undefined, times: number): void => {
    for (const selection of selections.selections) {
      if (selection.kind === Kind.FRAGMENT_SPREAD) {
        const fragment = fragments.get(selection.name.value)
        if (fragment !== undefined) walk(fragment.selectionSet, schema.getType(fragment.typeCondition.name.value), times)
        continue
      }
      if (selection.kind === Kind.INLINE_FRAGMENT) {
        walk(selection.selectionSet, selection.typeCondition === undefined ? type : schema.getType(selection.typeCondition.name.value), times)
        continue
      }
      const field = isObjectType(type) || isInterfaceType(type) ? type.getFields()[selection.name.value] : undefined
      if (field === undefined || selection.selectionSet === undefined) continue
      const inner = getNamedType(field.type)
      const page = selection.arguments?.find((one) => one.name.value === 'first' || one.name.value === 'last')?.value
      let below = times
      if (inner.name.endsWith('Connection') && page !== undefined) {
        const size = page.kind === Kind.INT ? Number(page.value) : page.kind === Kind.VARIABLE ? Number(variables[page.name.value] ?? 0) : 0
        requests += times
        nodes += times * size
        below = times * size
      }
      walk(selection.selectionSet, inner, below)
    }
  }
  for (const one of document.definitions) {
    if (one.kind !== Kind.OPERATION_DEFINITION) continue
    walk(one.selectionSet, (one.operation === 'mutation' ? schema.getMutationType() : schema.getQueryType()) ?? undefined, 1)
  }
  return { nodes, cost: Math.max(1, Math.round(requests / 100)) }
}
