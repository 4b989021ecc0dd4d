/** The port of installations on GitHub (https://docs.github.com/rest/apps/apps#list-installations-for-the-authenticated-app). */
import { z } from 'zod'
import type { Repo } from '../../domain/repo/repo.ts'
import type { Installations } from '../../ports/installations.ts'
import type { Client } from './client.ts'
import { countPages } from './pages.ts'
import { check } from './transport.ts'

const mostInstallations = 100_000
const mostRepos = 100_000

const installationsForm = z.array(
  z.object({
    id: z.number(),
    account: z.object({ login: z.string().optional(), slug: z.string().optional() }).nullish(),
    suspended_at: z.string().nullish(),
  }),
)

const grantedForm = z.object({ permissions: z.record(z.string(), z.unknown()) })

const repoForm = z.object({
  id: z.number(),
  node_id: z.string(),
  name: z.string(),
  owner: z.object({ login: z.string() }),
  default_branch: z.string(),
  archived: z.boolean(),
  fork: z.boolean(),
  private: z.boolean(),
  pushed_at: z.string().nullish(),
})
const reposForm = z.object({ repositories: z.array(repoForm) })

/** What an installation allows is asked again after this long, ms, where it allows all; where it does not, each time: somebody may just have agreed. */
const allowedForMs = 12 * 3_600_000

/** Pages are counted by us, 100 items each. */
export function createInstallations(client: Client): Installations {
  const allowedUntil = new Map<number, number>()

  /** Asked as the app, which has one budget for all installations. */
  async function mayWriteWorkflows(installationId: number): Promise<boolean> {
    const now = client.now().getTime()
    if ((allowedUntil.get(installationId) ?? 0) > now) return true
    const what = `read what installation ${installationId} allows`
    const { data } = await client.asApp(what, { route: 'GET /app/installations/{installation_id}', parameters: { installation_id: installationId } })
    const { permissions } = check({ host: client.host, what, needs: null, isWrite: false }, grantedForm, data)
    const may = permissions['workflows'] === 'write'
    if (may) allowedUntil.set(installationId, now + allowedForMs)
    else allowedUntil.delete(installationId)
    return may
  }

  return {
    async list() {
      const what = 'list the installations'
      const found = await countPages(mostInstallations, async (page) => {
        const { data } = await client.asApp(what, { route: 'GET /app/installations', parameters: { per_page: 100, page } })
        return check({ host: client.host, what, needs: null, isWrite: false }, installationsForm, data)
      })
      return found.map(({ id, account, suspended_at }) => ({ id, account: account?.login ?? account?.slug ?? '', suspended: Boolean(suspended_at) }))
    },
    async repos(installationId) {
      const purpose = { what: `list the repos of installation ${installationId}`, needs: 'metadata: read' }
      const found = await countPages(mostRepos, async (page) => {
        const { data } = await client.read(installationId, purpose, { route: 'GET /installation/repositories', parameters: { per_page: 100, page } })
        return check(client.attempt(purpose), reposForm, data).repositories
      })
      const may = await mayWriteWorkflows(installationId)
      return found.map((repo) => repoOf(repo, installationId, may))
    },
  }
}

function repoOf(repo: z.infer<typeof repoForm>, installationId: number, mayWriteWorkflows: boolean): Repo {
  return {
    id: repo.id,
    nodeId: repo.node_id,
    installationId,
    owner: repo.owner.login,
    name: repo.name,
    defaultBranch: repo.default_branch,
    isArchived: repo.archived,
    isFork: repo.fork,
    isPrivate: repo.private,
    mayWriteWorkflows,
    pushedAt: repo.pushed_at ? new Date(repo.pushed_at) : null,
  }
}
