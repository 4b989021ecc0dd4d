/** What all GraphQL objects share: the context of a request, and pages of lists. */
import { Refusal } from '../refusal.ts'
import type { Actor, World } from '../world.ts'

export type Context = { readonly world: World; readonly actor: Actor; fields: number; readonly cost: { readonly nodes: number; readonly cost: number } }
export type Node = { readonly __typename: string } & Record<string, unknown>

/** Arguments of a field. */
export type Args = Readonly<Record<string, unknown>>

/** A time as GraphQL writes it. */
export const iso = (date: Date) => date.toISOString().replace(/\.\d{3}Z$/, 'Z')

/** A page of a list. Raises `Refusal` where neither `first` nor `last` is given, or they are over 100. */
export function connection(all: readonly unknown[], args: Args, type: string, total = all.length): Node {
  const first = args.first as number | null | undefined
  const last = args.last as number | null | undefined
  const size = first ?? last
  if (size === null || size === undefined)
    throw new Refusal('unprocessable', `You must provide a \`first\` or \`last\` value to properly paginate the \`${type}\` connection.`)
  if (size > 100 || size < 0)
    throw new Refusal('unprocessable', `Requesting ${size} records on the \`${type}\` connection exceeds the \`first\` limit of 100 records.`)
  const start = typeof args.after === 'string' ? Number(Buffer.from(args.after, 'base64').toString().replace('cursor:', '')) : 0
  const from = first === null || first === undefined ? Math.max(0, all.length - size) : start
  const nodes = all.slice(from, from + size)
  const cursor = (index: number) => Buffer.from(`cursor:${index}`).toString('base64')
  return {
    __typename: `${type}Connection`,
    totalCount: total,
    nodes,
    edges: nodes.map((node, index) => ({ __typename: `${type}Edge`, node, cursor: cursor(from + index + 1) })),
    pageInfo: {
      __typename: 'PageInfo',
      hasNextPage: from + size < all.length,
      hasPreviousPage: from > 0,
      startCursor: nodes.length > 0 ? cursor(from + 1) : null,
      endCursor: nodes.length > 0 ? cursor(from + nodes.length) : null,
    },
  }
}
