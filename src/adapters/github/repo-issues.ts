/** The port of repo issues on GitHub: found by author and marker in the list, since search lags (https://docs.github.com/rest/issues/issues#list-repository-issues). */
import { z } from 'zod'
import { formatRepo, type Repo } from '../../domain/repo/repo.ts'
import type { RepoIssues } from '../../ports/repo-issues.ts'
import type { Client } from './client.ts'
import type { Identity } from './identity.ts'
import { inRepo } from './names.ts'
import { readPages } from './pages.ts'
import { check } from './transport.ts'

const mostIssues = 1_000
const permissions = { issues: 'write' } as const

const issueForm = z.object({
  number: z.number(),
  title: z.string(),
  body: z.string().nullish(),
  user: z.object({ login: z.string() }).nullish(),
  pull_request: z.unknown().optional(),
})

/** The last line of the issue's body. Throws on a topic that would not stay inside a comment. */
export function topicMarker(topic: string): string {
  if (!/^[a-z0-9](?:[a-z0-9 ._:/-]{0,98}[a-z0-9])?$/i.test(topic) || topic.includes('--')) throw new Error(`not a topic: ${JSON.stringify(topic)}`)
  return `<!-- underpin topic=${topic} -->`
}

/** Two processes that open the same topic at once leave two issues; the oldest is kept up from then on. */
export function createRepoIssues(client: Client, identity: Identity): RepoIssues {
  /** The oldest open issue of the topic that we wrote. */
  async function find(repo: Repo, marker: string) {
    const creator = await identity.login()
    const purpose = { what: `list the issues of ${formatRepo(repo)}`, needs: 'issues: read' }
    const parameters = { ...inRepo(repo), creator, state: 'open', sort: 'created', direction: 'asc' }
    const issues = await readPages(
      client,
      repo.installationId,
      purpose,
      { route: 'GET /repos/{owner}/{repo}/issues', parameters },
      z.array(issueForm),
      mostIssues,
    )
    return issues.find((one) => one.user?.login === creator && !one.pull_request && one.body?.includes(marker) === true) ?? null
  }

  async function write(repo: Repo, route: string, fields: Readonly<Record<string, unknown>>): Promise<number> {
    const purpose = { what: `write an issue in ${formatRepo(repo)}`, permissions, cost: 1 }
    const { data } = await client.write(repo, purpose, { route, parameters: { ...inRepo(repo), ...fields } })
    return check(client.attempt(purpose), issueForm.pick({ number: true }), data).number
  }

  return {
    async say(repo, topic, { title, body }) {
      const marker = topicMarker(topic)
      const text = body.includes(marker) ? body : `${body}\n\n${marker}`
      const found = await find(repo, marker)
      if (found === null) return await write(repo, 'POST /repos/{owner}/{repo}/issues', { title, body: text })
      if (found.title === title && found.body === text) return found.number
      return await write(repo, 'PATCH /repos/{owner}/{repo}/issues/{issue_number}', { issue_number: found.number, title, body: text })
    },
    async settle(repo, topic) {
      const found = await find(repo, topicMarker(topic))
      if (found === null) return
      await write(repo, 'PATCH /repos/{owner}/{repo}/issues/{issue_number}', { issue_number: found.number, state: 'closed', state_reason: 'completed' })
    },
  }
}
