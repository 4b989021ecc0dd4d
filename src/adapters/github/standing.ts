/** Where updates stand on GitHub, 25 in one request: base branch, files, our branch, its commits and its pull requests. */
import { z } from 'zod'
import { parseBodyMarker, parseCommitTrailer } from '../../domain/update-marker.ts'
import type { Repo } from '../../domain/repo/repo.ts'
import type { PullRequestStanding, Standing } from '../../ports/repo-changes.ts'
import type { Document } from './client.ts'
import { isBot } from './identity.ts'
import { anyRef, ownRef } from './names.ts'
import { fileMode } from './repo-fields.ts'

/** An update's place in a repo, and the files it changes. */
export type WantedStanding = { readonly repo: Repo; readonly baseBranch: string; readonly branch: string; readonly paths: readonly string[] }

/** More commits than this on our branch are not looked at: it is not ours then. */
export const mostCommits = 6
/** Pull requests of one branch name, forks' included. */
export const mostPullRequests = 10

/**
 * The document and its variables. What comes from outside stands in variables only. Per update two connections:
 * `history` and `pullRequests`, so 25 updates are 400 nodes and cost 1
 * (https://docs.github.com/graphql/overview/rate-limits-and-query-limits-for-the-graphql-api).
 * `compare` runs from our branch to the base branch, so that it is not asked where our branch does not exist: its `behindBy` are our commits.
 */
export function standingsDocument(wanted: readonly WantedStanding[]): Document {
  const variables: Record<string, string> = {}
  const aliases = wanted.map(({ repo, baseBranch, branch, paths }, index) => {
    const put = (name: string, value: string) => {
      variables[`${name}_${index}`] = value
      return `$${name}_${index}`
    }
    const files = paths.map((path, at) => `f${at}: file(path: ${put(`f${at}`, path)}) { oid mode }`).join(' ')
    const base = put('base', baseBranch)
    return `u${index}: node(id: ${put('id', repo.nodeId)}) { ... on Repository {
    name owner { login }
    base: ref(qualifiedName: ${put('baseRef', anyRef(baseBranch))}) { target { ... on Commit { oid ${files} } } }
    prefix: ref(qualifiedName: ${put('prefix', anyRef(branch.split('/')[0] ?? branch))}) { name }
    branch: ref(qualifiedName: ${put('ref', ownRef(branch))}) { ...Branch compare(headRef: ${base}) { behindBy } }
    pullRequests(headRefName: ${put('head', branch)}, first: ${mostPullRequests}, orderBy: { field: CREATED_AT, direction: DESC }) { ...PullRequests }
  } }`
  })
  const declared = Object.keys(variables).map((name) => `$${name}: ${name.startsWith('id_') ? 'ID' : 'String'}!`)
  const query = `query Standings(${declared.join(', ')}) {
  viewer { login }
  ${aliases.join('\n  ')}
}
fragment Branch on Ref { target { oid ... on Commit { history(first: ${mostCommits}) { nodes {
  oid message author { email user { login } } signature { isValid wasSignedByGitHub }
} } } } }
fragment PullRequests on PullRequestConnection { totalCount nodes { number state headRefOid isCrossRepository url body author { __typename login } } }`
  return { query, variables }
}

const commit = z.object({
  oid: z.string(),
  message: z.string(),
  author: z.object({ email: z.string().nullish(), user: z.object({ login: z.string() }).nullish() }).nullish(),
  signature: z.object({ isValid: z.boolean(), wasSignedByGitHub: z.boolean() }).nullish(),
})

const pullRequest = z.object({
  number: z.number(),
  state: z.enum(['OPEN', 'MERGED', 'CLOSED']),
  headRefOid: z.string(),
  isCrossRepository: z.boolean(),
  url: z.string(),
  body: z.string(),
  author: z.object({ __typename: z.string(), login: z.string() }).nullish(),
})

/** What one alias of the document gives. */
export const standingNode = z.object({
  name: z.string(),
  owner: z.object({ login: z.string() }),
  base: z.object({ target: z.looseObject({ oid: z.string() }).nullish() }).nullish(),
  prefix: z.object({ name: z.string() }).nullish(),
  branch: z
    .object({
      target: z.object({ oid: z.string(), history: z.object({ nodes: z.array(commit.nullish()).nullish() }) }).nullish(),
      compare: z.object({ behindBy: z.number() }).nullish(),
    })
    .nullish(),
  pullRequests: z.object({ totalCount: z.number(), nodes: z.array(pullRequest.nullish()).nullish() }),
})

/** As parsed. */
export type StandingNode = z.infer<typeof standingNode>
type Commit = z.infer<typeof commit>
type PullRequest = z.infer<typeof pullRequest>

const treeEntry = z.object({ oid: z.string(), mode: z.number() })

/** What one node of the answer says. `login` is our bot's, `wantsSignature` whether GitHub signs what we commit. */
export function standingOf(node: StandingNode, paths: readonly string[], login: string, wantsSignature: boolean): Standing {
  const { base, branch } = node
  return {
    baseOid: base?.target?.oid ?? null,
    files: new Map(paths.map((path, at) => [path, fileOf(base?.target?.[`f${at}`])])),
    branch: branch?.target ? { oid: branch.target.oid, ...ownership(branch, base?.target?.oid ?? null, login, wantsSignature) } : null,
    isPrefixTaken: Boolean(node.prefix),
    pullRequest: newest(
      (node.pullRequests.nodes ?? []).filter((one) => one !== null && one !== undefined),
      login,
    ),
  }
}

/** True when the answer was full of pull requests of forks and may have left ours out: anybody can name a branch like ours. */
export function isCrowded({ pullRequests }: StandingNode): boolean {
  return pullRequests.totalCount > mostPullRequests && !(pullRequests.nodes ?? []).some((one) => one?.isCrossRepository === false)
}

function fileOf(entry: unknown): { readonly blobOid: string; readonly mode: NonNullable<ReturnType<typeof fileMode>> } | null {
  const found = treeEntry.safeParse(entry)
  const mode = found.success ? fileMode(found.data.mode) : null
  return found.success && mode !== null ? { blobOid: found.data.oid, mode } : null
}

function ownership(branch: NonNullable<StandingNode['branch']>, baseOid: string | null, login: string, wantsSignature: boolean) {
  const commits = (branch.target?.history.nodes ?? []).filter((one) => one !== null && one !== undefined)
  // Without a base there is nothing to compare with; a branch that stands where the base stands has no commit of its own.
  const own = branch.target?.oid === baseOid ? 0 : (branch.compare?.behindBy ?? Number.POSITIVE_INFINITY)
  const isOurs = own <= commits.length && commits.slice(0, own).every((one) => isOurCommit(one, login, wantsSignature))
  return { isOurs, fingerprint: isOurs && own > 0 ? parseCommitTrailer(commits[0]?.message ?? '') : null }
}

/** Names and e-mail addresses in commits can be anybody's; GitHub's signature under them cannot. */
function isOurCommit({ author, signature }: Commit, login: string, wantsSignature: boolean): boolean {
  if (wantsSignature && !(signature?.isValid === true && signature.wasSignedByGitHub)) return false
  if (author?.user) return author.user.login === login
  return /^\d+\+(.+)@users\.noreply\./.exec(author?.email ?? '')?.[1] === login
}

function newest(all: readonly PullRequest[], login: string): PullRequestStanding | null {
  const ours = all.filter((one) => !one.isCrossRepository)
  const one = ours.find(({ state }) => state === 'OPEN') ?? ours[0]
  if (one === undefined) return null
  return {
    number: one.number,
    state: one.state === 'OPEN' ? 'open' : one.state === 'MERGED' ? 'merged' : 'closed',
    headOid: one.headRefOid,
    fingerprint: parseBodyMarker(one.body),
    isOurs: isBot(one.author ?? null, login),
    url: one.url,
  }
}
