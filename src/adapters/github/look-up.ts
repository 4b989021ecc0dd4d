/** Reading back where updates stand before every write. */
import { z } from 'zod'
import { parseBodyMarker } from '../../domain/update-marker.ts'
import type { Repo } from '../../domain/repo/repo.ts'
import type { PullRequestStanding, Standing } from '../../ports/repo-changes.ts'
import { inSlices } from './batches.ts'
import type { Client } from './client.ts'
import { raiseUnlessGone } from './graphql.ts'
import type { Identity } from './identity.ts'
import { inRepo, isBranchName } from './names.ts'
import { isCrowded, standingNode, standingOf, standingsDocument, type WantedStanding } from './standing.ts'
import type { Tokens } from './tokens.ts'
import { check } from './transport.ts'

/** What a repo is called now: names change, and commits are addressed by name. */
export type RepoName = Pick<Repo, 'owner' | 'name'>

const mostUpdates = 25
const purpose = { what: 'look up our branches and pull requests', needs: 'pull_requests: read' }

const viewerForm = z.object({ login: z.string() }).nullish()

const listed = z.array(
  z.object({
    number: z.number(),
    state: z.enum(['open', 'closed']),
    merged_at: z.string().nullish(),
    html_url: z.string(),
    body: z.string().nullish(),
    head: z.object({ sha: z.string(), repo: z.object({ id: z.number() }).nullish() }),
    user: z.object({ login: z.string() }).nullish(),
  }),
)

/** One request for 25 updates. What is looked up is about to be written to: the repos that are there get one token. Faults of the client. */
export async function lookUp(
  deps: {
    readonly client: Client
    readonly tokens: Tokens
    readonly identity: Identity
    readonly wantsSignature: boolean
    readonly names: Map<number, RepoName>
  },
  installationId: number,
  wanted: readonly WantedStanding[],
): Promise<readonly (Standing | null)[]> {
  const { client, identity } = deps
  const possible = wanted.filter(({ baseBranch }) => isBranchName(baseBranch))
  const found = await inSlices(possible, mostUpdates, async (slice) => {
    const answer = await client.query(installationId, purpose, standingsDocument(slice))
    const viewer = answer.data['viewer']
    identity.learn(check(client.attempt(purpose), viewerForm, viewer)?.login ?? '')
    const login = await identity.login()
    const read: (Standing | null)[] = []
    for (const [index, one] of slice.entries()) {
      const node = check(client.attempt(purpose), standingNode.nullish(), answer.data[`u${index}`])
      raiseUnlessGone(answer, [`u${index}`], ['compare'])
      if (node) deps.names.set(one.repo.id, { owner: node.owner.login, name: node.name })
      const standing = node ? standingOf(node, one.paths, login, deps.wantsSignature) : null
      read.push(standing !== null && node && isCrowded(node) ? { ...standing, pullRequest: await listOurs(client, installationId, one, login) } : standing)
    }
    return read
  })
  const standings = wanted.map((one) => (isBranchName(one.baseBranch) ? (found[possible.indexOf(one)] ?? null) : nowhere(one.paths)))
  deps.tokens.announce(
    installationId,
    wanted.flatMap(({ repo }, index) => (standings[index] === null ? [] : [repo.id])),
  )
  return standings
}

/** A base branch that cannot exist. */
function nowhere(paths: readonly string[]): Standing {
  return { baseOid: null, files: new Map(paths.map((path) => [path, null])), branch: null, isPrefixTaken: false, pullRequest: null }
}

/** https://docs.github.com/rest/pulls/pulls#list-pull-requests: `head` with the owner leaves forks out. */
async function listOurs(client: Client, installationId: number, { repo, branch }: WantedStanding, login: string): Promise<PullRequestStanding | null> {
  const parameters = { ...inRepo(repo), head: `${repo.owner}:${branch}`, state: 'all', sort: 'created', direction: 'desc', per_page: 20 }
  const { data } = await client.read(installationId, purpose, { route: 'GET /repos/{owner}/{repo}/pulls', parameters })
  const ours = check(client.attempt(purpose), listed, data).filter(({ head }) => head.repo?.id === repo.id)
  const one = ours.find(({ state }) => state === 'open') ?? ours[0]
  if (one === undefined) return null
  return {
    number: one.number,
    state: one.state === 'open' ? 'open' : one.merged_at ? 'merged' : 'closed',
    headOid: one.head.sha,
    fingerprint: parseBodyMarker(one.body ?? ''),
    isOurs: one.user?.login === login,
    url: one.html_url,
  }
}
