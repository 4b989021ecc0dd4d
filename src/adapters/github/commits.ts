/** Commits on branches of ours: verified ones by `createCommitOnBranch`, through the Git Data API where a file mode has to be kept. */
import { z } from 'zod'
import type { Fault } from '../../domain/fault.ts'
import { formatRepo, type Repo } from '../../domain/repo/repo.ts'
import type { Proposal } from '../../ports/repo-changes.ts'
import type { Client, Document, WritePurpose } from './client.ts'
import { fault } from './faults.ts'
import { type GraphqlAnswer, outcome } from './graphql.ts'
import { isWorkflow, ownRef, scratchBranch } from './names.ts'
import type { Permissions } from './tokens.ts'

/** https://docs.github.com/graphql/reference/mutations#createcommitonbranch; runs although `createRef` failed, so each field is judged alone. */
export const proposeDocument = `mutation Propose($ref: CreateRefInput!, $commit: CreateCommitOnBranchInput!) {
  createRef(input: $ref) { ref { name } }
  createCommitOnBranch(input: $commit) { commit { oid } }
}`
/** One commit more on a branch that is there. */
export const commitDocument = 'mutation Commit($commit: CreateCommitOnBranchInput!) { createCommitOnBranch(input: $commit) { commit { oid } } }'
/** https://docs.github.com/graphql/reference/mutations#createref */
export const createRefDocument = 'mutation CreateRef($ref: CreateRefInput!) { createRef(input: $ref) { ref { name } } }'
/** All or nothing, each with the oid it must have before (https://docs.github.com/graphql/reference/mutations#updaterefs). */
export const moveDocument = 'mutation Move($move: UpdateRefsInput!) { updateRefs(input: $move) { clientMutationId } }'
/** A scratch branch that was left behind starts again at the new base. */
export const recommitDocument = `mutation Recommit($move: UpdateRefsInput!, $commit: CreateCommitOnBranchInput!) {
  updateRefs(input: $move) { clientMutationId }
  createCommitOnBranch(input: $commit) { commit { oid } }
}`
/** Where one branch is; null when it is not there. */
export const refDocument = 'query Ref($id: ID!, $ref: String!) { node(id: $id) { ... on Repository { ref(qualifiedName: $ref) { target { oid } } } } }'

const noOid = '0'.repeat(40)
const madeCommit = z.object({ commit: z.object({ oid: z.string().regex(/^[0-9a-f]{40}$/) }) })
const refNode = z.object({ ref: z.object({ target: z.object({ oid: z.string() }) }).nullish() }).nullish()

type Move = { readonly branch: string; readonly beforeOid: string; readonly afterOid: string | null; readonly force?: boolean }

/** The rights to deliver these paths; no more than that. */
export function deliveryRights(paths: readonly string[]): Permissions {
  const rights: Permissions = { contents: 'write', pull_requests: 'write' }
  return paths.some(isWorkflow) ? { ...rights, workflows: 'write' } : rights
}

/** A new branch at `baseOid` with one commit. Faults of `RepoChanges`; what of it happened after a fault is for the caller to look up. */
export async function createBranchWithCommit(client: Client, proposal: Proposal, branch = proposal.branch): Promise<string> {
  const purpose = purposeOf(proposal, `commit to a new branch of ${formatRepo(proposal.repo)}`, 2)
  const ref = { repositoryId: proposal.repo.nodeId, name: ownRef(branch), oid: proposal.baseOid }
  const answer = await client.mutate(proposal.repo, purpose, {
    query: proposeDocument,
    variables: { ref, commit: commitInput(proposal, branch, proposal.baseOid) },
  })
  const created = outcome(client.attempt(purpose), answer, 'createRef')
  // Where the branch was there already, at our base and without a commit, the commit sits on it and all is well.
  const oid = committed(client, purpose, answer)
  if (typeof oid === 'string') return oid
  if ('fault' in created) throw created.fault
  // GitHub may not know its own new branch yet.
  throw oid.kind === 'missing' ? fault(client.attempt(purpose), 'transient', 'GitHub does not know the new branch yet') : oid
}

/** One more commit on a branch that must be at `expectedHeadOid`. */
export async function appendCommit(client: Client, proposal: Proposal, branch: string, expectedHeadOid: string): Promise<string> {
  const purpose = purposeOf(proposal, `commit to ${branch} of ${formatRepo(proposal.repo)}`, 1)
  const answer = await client.mutate(proposal.repo, purpose, { query: commitDocument, variables: { commit: commitInput(proposal, branch, expectedHeadOid) } })
  const oid = committed(client, purpose, answer)
  if (typeof oid !== 'string') throw oid
  return oid
}

/** One commit on `baseOid` on the scratch branch of `proposal.branch`; a scratch branch left by a crash is used again. */
export async function commitOnScratch(client: Client, proposal: Proposal): Promise<string> {
  const scratch = scratchBranch(proposal.branch)
  try {
    return await createBranchWithCommit(client, proposal, scratch)
  } catch (error) {
    const leftOid = isConflict(error) ? await readRef(client, proposal.repo, scratch) : null
    if (leftOid === null) throw error
    const purpose = purposeOf(proposal, `commit to a scratch branch of ${formatRepo(proposal.repo)}`, 2)
    const move = moveInput(proposal.repo, [{ branch: scratch, beforeOid: leftOid, afterOid: proposal.baseOid, force: true }])
    const answer = await client.mutate(proposal.repo, purpose, {
      query: recommitDocument,
      variables: { move, commit: commitInput(proposal, scratch, proposal.baseOid) },
    })
    const oid = committed(client, purpose, answer)
    if (typeof oid !== 'string') throw oid
    return oid
  }
}

/** Moves and deletes (`afterOid: null`) branches of ours in one step; raises `conflict` when one is not where it must be. */
export async function moveBranches(client: Client, repo: Repo, moves: readonly Move[], rights = deliveryRights([])): Promise<void> {
  const purpose = { what: `move ${moves[0]?.branch ?? 'a branch'} of ${formatRepo(repo)}`, permissions: rights, cost: moves.length }
  await mutateOne(client, repo, purpose, { query: moveDocument, variables: { move: moveInput(repo, moves) } }, 'updateRefs')
}

/** A new branch of ours at a commit that is there. */
export async function createBranch(client: Client, repo: Repo, branch: string, oid: string, rights: Permissions): Promise<void> {
  const purpose = { what: `make the branch ${branch} in ${formatRepo(repo)}`, permissions: rights, cost: 1 }
  const ref = { repositoryId: repo.nodeId, name: ownRef(branch), oid }
  await mutateOne(client, repo, purpose, { query: createRefDocument, variables: { ref } }, 'createRef')
}

/** A mutation of one field; its payload, or its fault raised. */
export async function mutateOne(client: Client, repo: Repo, purpose: WritePurpose, document: Document, field: string): Promise<unknown> {
  const done = outcome(client.attempt(purpose), await client.mutate(repo, purpose, document), field)
  if ('fault' in done) throw done.fault
  return done.value
}

async function readRef(client: Client, repo: Repo, branch: string): Promise<string | null> {
  const purpose = { what: `look for ${branch} in ${formatRepo(repo)}`, needs: 'contents: read' }
  const answer = await client.query(repo.installationId, purpose, { query: refDocument, variables: { id: repo.nodeId, ref: ownRef(branch) } })
  const node = refNode.safeParse(answer.data['node'])
  return node.success ? (node.data?.ref?.target.oid ?? null) : null
}

function isConflict(error: unknown): boolean {
  return error instanceof Error && 'kind' in error && error.kind === 'conflict'
}

function committed(client: Client, purpose: WritePurpose, answer: GraphqlAnswer): string | Fault {
  const done = outcome(client.attempt(purpose), answer, 'createCommitOnBranch')
  if ('fault' in done) return done.fault
  const made = madeCommit.safeParse(done.value)
  return made.success ? made.data.commit.oid : fault(client.attempt(purpose), 'transient', 'GitHub did not name the commit')
}

function purposeOf(proposal: Proposal, what: string, cost: number): WritePurpose {
  return { what, permissions: deliveryRights(proposal.files.map(({ path }) => path)), cost }
}

function commitInput({ repo, commitMessage, files }: Proposal, branch: string, expectedHeadOid: string) {
  ownRef(branch)
  const [headline = '', ...rest] = commitMessage.split('\n')
  return {
    branch: { repositoryNameWithOwner: formatRepo(repo), branchName: branch },
    expectedHeadOid,
    message: { headline, body: rest.join('\n').replace(/^\n/, '') },
    fileChanges: { additions: files.map(({ path, bytes }) => ({ path, contents: Buffer.from(bytes).toString('base64') })) },
  }
}

function moveInput(repo: Repo, moves: readonly Move[]) {
  const refUpdates = moves.map(({ branch, beforeOid, afterOid, force }) => ({
    name: ownRef(branch),
    beforeOid,
    afterOid: afterOid ?? noOid,
    force: force ?? false,
  }))
  return { repositoryId: repo.nodeId, refUpdates }
}
