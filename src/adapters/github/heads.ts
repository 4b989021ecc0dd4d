/** Where the base branches of many repos are: 100 repos a request, cost 1. */
import { z } from 'zod'
import type { Repo } from '../../domain/repo/repo.ts'
import type { RepoHead } from '../../ports/repo-files.ts'
import { inSlices } from './batches.ts'
import type { Client, Document } from './client.ts'
import { raiseUnlessGone } from './graphql.ts'
import { anyRef } from './names.ts'
import { renewed, repoFragment, repoNode } from './repo-fields.ts'
import { check } from './transport.ts'

/** A repo and the branch that is asked for; null is its default branch. */
export type Wanted = { readonly repo: Repo; readonly branch: string | null }

const mostNodes = 100
const ref = z.object({ name: z.string(), target: z.object({ oid: z.string() }).nullish() }).nullish()
const node = repoNode.extend({ head: ref })
const list = z.array(node.nullish())

/** One document for all: default branches through `nodes(ids:)`, named ones by alias. */
export function headsDocument(wanted: readonly Wanted[]): Document {
  const variables: Record<string, unknown> = { ids: wanted.filter((one) => one.branch === null).map((one) => one.repo.nodeId) }
  const named = wanted.flatMap((one, index) => {
    if (one.branch === null) return []
    variables[`r${index}`] = one.repo.nodeId
    variables[`b${index}`] = anyRef(one.branch)
    return [index]
  })
  const declared = ['$ids: [ID!]!', ...named.map((index) => `$r${index}: ID!, $b${index}: String!`)].join(', ')
  const aliases = named.map(
    (index) => `r${index}: node(id: $r${index}) { ...RepoFields ... on Repository { head: ref(qualifiedName: $b${index}) { ...Head } } }`,
  )
  const query = `query Heads(${declared}) {
  nodes(ids: $ids) { ...RepoFields ... on Repository { head: defaultBranchRef { ...Head } } }
  ${aliases.join('\n  ')}
}
${repoFragment}
fragment Head on Ref { name target { oid } }`
  return { query, variables }
}

/** Repos that are gone, empty or without the branch are left out. Faults of the client. */
export async function readHeads(client: Client, installationId: number, wanted: readonly Wanted[]): Promise<readonly RepoHead[]> {
  const purpose = { what: `read the branches of ${wanted.length} repos`, needs: 'contents: read' }
  const heads = await inSlices(wanted, mostNodes, async (slice) => {
    const answer = await client.query(installationId, purpose, headsDocument(slice))
    const nodes = check(client.attempt(purpose), list, answer.data['nodes'] ?? [])
    let at = 0
    return slice.map((one, index) => {
      const place = one.branch === null ? ['nodes', at++] : [`r${index}`]
      const found = one.branch === null ? nodes[at - 1] : check(client.attempt(purpose), node.nullish(), answer.data[`r${index}`])
      if (!found?.head) raiseUnlessGone(answer, place)
      return found?.head?.target ? { repo: renewed(one.repo, found), branch: found.head.name, commitOid: found.head.target.oid } : null
    })
  })
  return heads.filter((head) => head !== null)
}
