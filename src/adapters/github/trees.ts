/** The files of many repos without cloning them: nested trees by GraphQL, whole trees by REST where that is not enough. */
import { z } from 'zod'
import type { ListedFile, RepoTree } from '../../ports/repo-files.ts'
import { inSlices, isTooMuch } from './batches.ts'
import type { Client, Document } from './client.ts'
import { raiseUnlessGone } from './graphql.ts'
import { readHeads, type Wanted } from './heads.ts'
import { anyRef, inRepo } from './names.ts'
import { fileMode, renewed, repoFragment, repoNode } from './repo-fields.ts'
import { check } from './transport.ts'

const mostRepos = 25
const depth = 4

type Entry = {
  readonly name: string
  readonly mode: number
  readonly oid: string
  readonly size?: number | undefined
  readonly object?: { readonly entries?: readonly Entry[] | null | undefined } | null | undefined
}

const entry: z.ZodType<Entry> = z.object({
  name: z.string(),
  mode: z.number(),
  oid: z.string(),
  size: z.number().optional(),
  get object() {
    return z.object({ entries: z.array(entry).nullish() }).nullish()
  },
})

const node = repoNode.extend({
  head: z.object({ name: z.string(), target: z.object({ oid: z.string(), tree: z.object({ entries: z.array(entry).nullish() }) }).nullish() }).nullish(),
})

const wholeTree = z.object({
  truncated: z.boolean(),
  tree: z.array(z.object({ path: z.string(), mode: z.string(), type: z.string(), sha: z.string(), size: z.number().nullish() })),
})

const nested = (levels: number): string =>
  levels === 1 ? 'entries { name mode oid size }' : `entries { name mode oid size object { ... on Tree { ${nested(levels - 1)} } } }`

/** No connection in it: 0 nodes, cost 1. */
export function treesDocument(wanted: readonly Wanted[]): Document {
  const variables: Record<string, unknown> = {}
  const aliases = wanted.map(({ repo, branch }, index) => {
    variables[`r${index}`] = repo.nodeId
    if (branch !== null) variables[`b${index}`] = anyRef(branch)
    const field = branch === null ? 'defaultBranchRef' : `ref(qualifiedName: $b${index})`
    return `r${index}: node(id: $r${index}) { ...RepoFields ... on Repository { head: ${field} { ...Head } } }`
  })
  const declared = Object.keys(variables).map((name) => `$${name}: ${name.startsWith('r') ? 'ID' : 'String'}!`)
  const query = `query Trees(${declared.join(', ')}) {
  ${aliases.join('\n  ')}
}
${repoFragment}
fragment Head on Ref { name target { oid ... on Commit { tree { ${nested(depth)} } } } }`
  return { query, variables }
}

type Found = Omit<RepoTree, 'files' | 'isPartial'> & { readonly entries: readonly Entry[] | null }

/** The wanted files of each repo's branch; repos that are gone or empty are left out. Faults of the client. */
export async function readTrees(
  client: Client,
  installationId: number,
  wanted: readonly Wanted[],
  isWanted: (path: string) => boolean,
): Promise<readonly RepoTree[]> {
  const found = await inSlices(wanted, mostRepos, async (slice) => {
    try {
      return await readNested(client, installationId, slice)
    } catch (error) {
      // One repo that is too much for GraphQL even alone is left to REST.
      if (slice.length > 1 || !isTooMuch(error)) throw error
      return (await readHeads(client, installationId, slice)).map((head) => ({ ...head, entries: null }))
    }
  })
  const trees: RepoTree[] = []
  for (const { entries, ...head } of found) {
    const near = entries === null ? { files: [], isDeep: true } : walk(entries)
    const { files, isPartial } = near.isDeep ? await readWhole(client, installationId, head, near.files) : { files: near.files, isPartial: false }
    trees.push({ ...head, files: files.filter(({ path }) => isWanted(path)), isPartial })
  }
  return trees
}

async function readNested(client: Client, installationId: number, slice: readonly Wanted[]): Promise<readonly Found[]> {
  const purpose = { what: `list the files of ${slice.length} repos`, needs: 'contents: read' }
  const answer = await client.query(installationId, purpose, treesDocument(slice))
  return slice.flatMap(({ repo }, index) => {
    const one = check(client.attempt(purpose), node.nullish(), answer.data[`r${index}`])
    if (!one?.head?.target) {
      raiseUnlessGone(answer, [`r${index}`])
      return []
    }
    return [{ repo: renewed(repo, one), branch: one.head.name, commitOid: one.head.target.oid, entries: one.head.target.tree.entries ?? null }]
  })
}

/** https://docs.github.com/rest/git/trees#get-a-tree; `near` are the files that are known anyway, for when the whole is cut. */
async function readWhole(
  client: Client,
  installationId: number,
  { repo, commitOid }: Pick<RepoTree, 'repo' | 'commitOid'>,
  near: readonly ListedFile[],
): Promise<Pick<RepoTree, 'files' | 'isPartial'>> {
  const purpose = { what: `list the files of ${repo.owner}/${repo.name}`, needs: 'contents: read' }
  const parameters = { ...inRepo(repo), tree_sha: commitOid, recursive: '1' }
  const { data } = await client.read(installationId, purpose, { route: 'GET /repos/{owner}/{repo}/git/trees/{tree_sha}', parameters })
  const { tree, truncated } = check(client.attempt(purpose), wholeTree, data)
  const files = tree.flatMap(({ path, mode, sha, size }) => fileAt(path, mode, sha, size))
  if (!truncated) return { files, isPartial: false }
  const known = new Set(files.map(({ path }) => path))
  return { files: [...files, ...near.filter(({ path }) => !known.has(path))], isPartial: true }
}

/** Files of nested entries; `isDeep` when a directory's entries were not given. */
function walk(entries: readonly Entry[], folder = ''): { readonly files: readonly ListedFile[]; readonly isDeep: boolean } {
  const files: ListedFile[] = []
  let isDeep = false
  for (const { name, mode, oid, size, object } of entries) {
    const path = folder + name
    if (mode !== 0o040000) files.push(...fileAt(path, mode, oid, size))
    else if (!object?.entries) isDeep = true
    else {
      const below = walk(object.entries, `${path}/`)
      files.push(...below.files)
      isDeep ||= below.isDeep
    }
  }
  return { files, isDeep }
}

function fileAt(path: string, mode: number | string, blobOid: string, size: number | null | undefined): readonly ListedFile[] {
  const known = fileMode(mode)
  return known === null ? [] : [{ path, blobOid, mode: known, size: size ?? 0 }]
}
