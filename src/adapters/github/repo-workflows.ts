/** The port of workflows on GitHub: dispatches, and finding the runs that they started. */
import { z } from 'zod'
import { isFault } from '../../domain/fault.ts'
import type { Rebuild } from '../../domain/rebuild.ts'
import { formatRepo, type Repo } from '../../domain/repo/repo.ts'
import type { RepoWorkflows, WorkflowRun } from '../../ports/repo-workflows.ts'
import type { Call, Client } from './client.ts'
import { fault } from './faults.ts'
import type { Identity } from './identity.ts'
import { inRepo, workflowFile } from './names.ts'
import { check } from './transport.ts'

/** The type that workflows listen to: `on: repository_dispatch: types: [underpin-rebuild]`. */
export const dispatchType = 'underpin-rebuild'

const mostInputs = 25
const mostCauseChars = 500
/** Clocks differ. */
const slackMs = 60_000

const dispatched = z.object({ workflow_run_id: z.number(), html_url: z.string() })
const runForm = z.object({
  id: z.number(),
  html_url: z.string(),
  status: z.string().nullish(),
  conclusion: z.string().nullish(),
  created_at: z.string(),
  event: z.string(),
  head_branch: z.string().nullish(),
  actor: z.object({ login: z.string() }).nullish(),
})
const runsForm = z.object({ workflow_runs: z.array(runForm) })

/** A dispatch is sent once, whatever comes back; `candidates` looks for what it started. */
export function createRepoWorkflows(client: Client, identity: Identity): RepoWorkflows {
  const reading = (repo: Repo) => ({ what: `read the workflow runs of ${formatRepo(repo)}`, needs: 'actions: read' })

  return {
    async dispatch(repo, rebuild) {
      const { permissions, call } = dispatchCall(client, repo, rebuild)
      const purpose = { what: `start a rebuild in ${formatRepo(repo)}`, permissions, cost: 1 }
      const { data } = await client.write(repo, purpose, call).catch((error: unknown) => {
        if (!isFault(error) || error.kind !== 'conflict') throw error
        const advice = `the workflow ${rebuild.workflow ?? ''} is disabled: enable it on the Actions page of the repo`
        throw fault(client.attempt(purpose), 'conflict', advice)
      })
      const run = dispatched.safeParse(data)
      if (!run.success) return null
      return { id: run.data.workflow_run_id, url: run.data.html_url, status: 'queued', conclusion: null, createdAt: client.now() }
    },
    async candidates(repo, rebuild) {
      const since = new Date((rebuild.sentAt ?? rebuild.askedAt).getTime() - slackMs)
      const actor = await identity.login()
      const event = rebuild.workflow === null ? 'repository_dispatch' : 'workflow_dispatch'
      const branch = rebuild.workflow === null ? repo.defaultBranch : rebuild.ref
      const created = `>=${since.toISOString().replace(/\.\d+Z$/, 'Z')}`
      const parameters = { ...inRepo(repo), event, branch, actor, created, per_page: 100 }
      const call =
        rebuild.workflow === null
          ? { route: 'GET /repos/{owner}/{repo}/actions/runs', parameters }
          : {
              route: 'GET /repos/{owner}/{repo}/actions/workflows/{workflow_id}/runs',
              parameters: { ...parameters, workflow_id: fileOf(client, repo, rebuild.workflow) },
            }
      const { data } = await client.read(repo.installationId, reading(repo), call)
      return check(client.attempt(reading(repo)), runsForm, data)
        .workflow_runs.filter((run) => run.event === event && run.actor?.login === actor)
        .map(runOf)
        .sort((a, b) => a.createdAt.getTime() - b.createdAt.getTime())
    },
    async run(repo, runId) {
      const parameters = { ...inRepo(repo), run_id: runId }
      const { data } = await client.read(repo.installationId, reading(repo), { route: 'GET /repos/{owner}/{repo}/actions/runs/{run_id}', parameters })
      return runOf(check(client.attempt(reading(repo)), runForm, data))
    },
  }
}

function dispatchCall(client: Client, repo: Repo, rebuild: Rebuild): { readonly permissions: Readonly<Record<string, 'write'>>; readonly call: Call } {
  if (rebuild.workflow === null) {
    // https://docs.github.com/rest/repos/repos#create-a-repository-dispatch-event: at most ten top-level keys and 64 KB.
    const client_payload = { id: rebuild.id, cause: rebuild.cause.slice(0, mostCauseChars), noCache: true, pull: true }
    const parameters = { ...inRepo(repo), event_type: dispatchType, client_payload }
    return { permissions: { contents: 'write' }, call: { route: 'POST /repos/{owner}/{repo}/dispatches', parameters } }
  }
  // https://docs.github.com/rest/actions/workflows#create-a-workflow-dispatch-event
  const parameters = {
    ...inRepo(repo),
    workflow_id: fileOf(client, repo, rebuild.workflow),
    ref: rebuild.ref,
    inputs: inputsOf(client, repo, rebuild),
    return_run_details: true,
  }
  return { permissions: { actions: 'write' }, call: { route: 'POST /repos/{owner}/{repo}/actions/workflows/{workflow_id}/dispatches', parameters } }
}

function inputsOf(client: Client, repo: Repo, { inputs }: Rebuild): Rebuild['inputs'] {
  const bad = Object.keys(inputs).find((name) => !/^[A-Za-z_][A-Za-z0-9_-]{0,99}$/.test(name))
  const attempt = client.attempt({ what: `start a rebuild in ${formatRepo(repo)}`, needs: 'actions: write' })
  if (bad !== undefined) throw fault(attempt, 'invalid', `"${bad}" cannot be the name of an input`)
  if (Object.keys(inputs).length > mostInputs) throw fault(attempt, 'invalid', `a workflow takes at most ${mostInputs} inputs`)
  return inputs
}

function fileOf(client: Client, repo: Repo, workflow: string): string {
  const file = workflowFile(workflow)
  if (file !== null) return file
  const attempt = client.attempt({ what: `name a workflow of ${formatRepo(repo)}`, needs: 'actions: write' })
  throw fault(attempt, 'invalid', `"${workflow}" is not the name of a YAML file in .github/workflows`)
}

function runOf(run: z.infer<typeof runForm>): WorkflowRun {
  return { id: run.id, url: run.html_url, status: run.status ?? 'unknown', conclusion: run.conclusion ?? null, createdAt: new Date(run.created_at) }
}
