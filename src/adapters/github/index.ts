/** GitHub behind five ports: one client, one budget, one set of tokens. */
import type { Installations } from '../../ports/installations.ts'
import type { RepoChanges } from '../../ports/repo-changes.ts'
import type { RepoFiles } from '../../ports/repo-files.ts'
import type { RepoIssues } from '../../ports/repo-issues.ts'
import type { RepoWorkflows } from '../../ports/repo-workflows.ts'
import type { WriteBudget } from '../../ports/write-budget.ts'
import { createClient, type Log } from './client.ts'
import { createIdentity } from './identity.ts'
import { createInstallations } from './installations.ts'
import { createRepoChanges } from './repo-changes.ts'
import { createRepoFiles } from './repo-files.ts'
import { createRepoIssues } from './repo-issues.ts'
import { createRepoWorkflows } from './repo-workflows.ts'
import { createTokens } from './tokens.ts'
import { bindRequest, graphqlUrl } from './transport.ts'

/** The five ports; each method's faults are told where the port is. */
export type GitHub = {
  readonly installations: Installations
  readonly repoFiles: RepoFiles
  readonly repoChanges: RepoChanges
  readonly repoIssues: RepoIssues
  readonly repoWorkflows: RepoWorkflows
}

/** Who we are, where GitHub is, and what is shared with other processes. */
export type GitHubOptions = {
  readonly appId: string
  /** PEM. */
  readonly privateKey: string
  /** `https://api.github.com`, or `https://host/api/v3`. All credentials go there and nowhere else. */
  readonly baseUrl: string
  /** The guarded one of `adapters/http`. */
  readonly fetch: typeof globalThis.fetch
  readonly budget: WriteBudget
  readonly now: () => Date
  /** Told when GitHub asks us to wait. */
  readonly log?: Log
  /** False for a server that does not sign the app's commits: then a name in a commit is all there is to tell ours by. */
  readonly wantsSignature?: boolean
}

/** Sends nothing yet. Throws when `baseUrl` is no URL. */
export function createGitHub({ appId, privateKey, baseUrl, fetch, budget, now, log, wantsSignature = true }: GitHubOptions): GitHub {
  const { host } = new URL(baseUrl)
  const request = bindRequest(baseUrl, fetch)
  const tokens = createTokens({ appId, privateKey, host, request, now })
  const client = createClient({ host, graphqlUrl: graphqlUrl(baseUrl), request, tokens, budget, now, log })
  const identity = createIdentity(client)
  return {
    installations: createInstallations(client),
    repoFiles: createRepoFiles(client),
    repoChanges: createRepoChanges({ client, tokens, identity, wantsSignature }),
    repoIssues: createRepoIssues(client, identity),
    repoWorkflows: createRepoWorkflows(client, identity),
  }
}
