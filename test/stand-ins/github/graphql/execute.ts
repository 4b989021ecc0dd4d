/** GraphQL: parsed, validated against GitHub's own schema, counted, executed by graphql-js. */
import { schema as published } from '@octokit/graphql-schema'
import { buildSchema, type DocumentNode, type ExecutionResult, execute, type GraphQLFieldResolver, type GraphQLSchema, Kind, parse, validate } from 'graphql'
import { Refusal } from '../refusal.ts'
import { type Actor, sees, type World } from '../world.ts'
import { type Cost, costOf } from './cost.ts'
import { mutationRoot } from './mutations.ts'
import type { Context } from './connection.ts'
import { findNode, unresolved } from './ids.ts'
import { accountNode } from './object-nodes.ts'
import { repositoryNode } from './repository-node.ts'

export type Prepared = {
  readonly document: DocumentNode
  readonly variables: Readonly<Record<string, unknown>>
  readonly name: string
  readonly isMutation: boolean
  readonly rootFields: readonly string[]
  readonly contentWrites: number
  readonly cost: Cost
}
export type Answer = { readonly status: number; readonly body: unknown }
export type Quota = { readonly limit: number; readonly used: number; readonly remaining: number; readonly reset: number }

const mostNodes = 500_000
let built: GraphQLSchema | null = null
/** GitHub's schema; built once (0.2 s). */
export function gitHubSchema(): GraphQLSchema {
  built ??= buildSchema(published.idl, { assumeValidSDL: true })
  return built
}

/** Reads a request. Gives GitHub's answer (200 with errors) where it does not parse or fit the schema, or is too big. */
export function prepare(body: unknown): Prepared | Answer {
  const { query, variables } = (body ?? {}) as { query?: unknown; variables?: Record<string, unknown> }
  if (typeof query !== 'string') return refused('A query attribute must be specified and must be a string.')
  let document: DocumentNode
  try {
    document = parse(query)
  } catch (error) {
    return refused((error as Error).message)
  }
  const schema = gitHubSchema()
  const problems = validate(schema, document)
  if (problems.length > 0) return { status: 200, body: { errors: problems.map((problem) => ({ message: problem.message, locations: problem.locations })) } }
  const operation = document.definitions.find((one) => one.kind === Kind.OPERATION_DEFINITION)
  if (operation === undefined) return refused('No operation')
  const cost = costOf(schema, document, variables ?? {})
  if (cost.nodes > mostNodes) {
    return refused(
      `By the time this query traverses to the last connection, it is requesting up to ${cost.nodes} possible nodes which exceeds the maximum limit of 500,000.`,
      'MAX_NODE_LIMIT_EXCEEDED',
    )
  }
  const fields = operation.selectionSet.selections.flatMap((one) => (one.kind === Kind.FIELD ? [one] : []))
  const isMutation = operation.operation === 'mutation'
  const refs = (input: unknown) => ((input as { refUpdates?: readonly unknown[] } | undefined)?.refUpdates?.length ?? 1) || 1
  const writes = fields.map((field) => {
    if (field.name.value !== 'updateRefs') return 1
    const given = field.arguments?.find((one) => one.name.value === 'input')?.value
    if (given?.kind === Kind.VARIABLE) return refs(variables?.[given.name.value])
    const list = given?.kind === Kind.OBJECT ? given.fields.find((one) => one.name.value === 'refUpdates')?.value : undefined
    return list?.kind === Kind.LIST ? list.values.length : list?.kind === Kind.VARIABLE ? refs({ refUpdates: variables?.[list.name.value] }) : 1
  })
  return {
    document,
    variables: variables ?? {},
    name: operation.name?.value ?? '',
    isMutation,
    rootFields: fields.map((field) => field.name.value),
    contentWrites: isMutation ? writes.reduce((sum, one) => sum + one, 0) : 0,
    cost,
  }
}

/** Executes it. 502 where a query resolves more fields than the budget; fields that the stand-in does not play are violations. */
export async function run(world: World, actor: Actor, prepared: Prepared, quota: Quota): Promise<Answer> {
  const context: Context = { world, actor, fields: 0, cost: prepared.cost }
  const result = await execute({
    schema: gitHubSchema(),
    document: prepared.document,
    rootValue: prepared.isMutation ? mutationRoot() : queryRoot(world, quota),
    variableValues: prepared.variables,
    contextValue: context,
    fieldResolver,
  })
  if (!prepared.isMutation && context.fields > world.settings.graphqlFieldBudget) {
    return { status: 502, body: { message: "We couldn't respond to your request in time. Sorry about that." } }
  }
  return { status: 200, body: serialized(world, result) }
}

const fieldResolver: GraphQLFieldResolver<Record<string, unknown>, Context> = (source, args: Record<string, unknown>, context, info) => {
  context.fields += 1
  if (!(info.fieldName in source)) {
    const field = `${info.parentType.name}.${info.fieldName}`
    context.world.violations.push(`graphql: the stand-in does not play ${field}`)
    throw new Error(`the stand-in does not play ${field}`)
  }
  const value = source[info.fieldName]
  return typeof value === 'function' ? (value as (args: unknown, context: Context) => unknown)(args, context) : value
}

function queryRoot(world: World, quota: Quota): Record<string, unknown> {
  return {
    node: (args: { id: string }, { actor }: Context) => findNode(world, actor, args.id) ?? raise(unresolved(args.id)),
    nodes: (args: { ids: readonly string[] }, { actor }: Context) => {
      if (args.ids.length > 100) throw new Refusal('unprocessable', `You may not provide more than 100 node ids; you provided ${args.ids.length}.`)
      return args.ids.map((id) => findNode(world, actor, id) ?? unresolved(id))
    },
    repository: (args: { owner: string; name: string }, { actor }: Context) => {
      const repo = world.repoNamed(args.owner, args.name)
      if (repo === null || !sees(actor, repo)) throw new Refusal('not-found', `Could not resolve to a Repository with the name '${args.owner}/${args.name}'.`)
      return repositoryNode(world, repo)
    },
    viewer: (_args: unknown, { actor }: Context) => ({ ...accountNode(world, actor.account), __typename: 'User', login: actor.account.login }),
    rateLimit: (_args: unknown, { cost }: Context) => ({
      __typename: 'RateLimit',
      limit: quota.limit,
      used: quota.used,
      remaining: quota.remaining,
      resetAt: new Date(quota.reset * 1000).toISOString(),
      cost: cost.cost,
      nodeCount: cost.nodes,
    }),
  }
}

function serialized(world: World, result: ExecutionResult): unknown {
  if (result.errors === undefined) return { data: result.data }
  const errors = result.errors.map((error) => {
    const cause = error.originalError
    if (cause !== undefined && cause !== null && !(cause instanceof Refusal) && !cause.message.startsWith('the stand-in'))
      world.violations.push(`graphql: ${error.message}`)
    return { ...(cause instanceof Refusal ? { type: cause.type } : {}), path: error.path, locations: error.locations, message: error.message }
  })
  return { data: result.data ?? null, errors }
}

function refused(message: string, type?: string): Answer {
  return { status: 200, body: { errors: [{ ...(type === undefined ? {} : { type }), message }] } }
}
function raise(error: Error): never {
  throw error
}
