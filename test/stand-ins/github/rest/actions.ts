/** Workflows, runs and dispatches. */
import { notFound } from '../refusal.ts'
import type { Run } from '../repos.ts'
import { runShape, workflowShape } from '../shapes-app.ts'
import { dispatchRepository, dispatchWorkflow } from '../runs.ts'
import { workflowPath, workflowPaths } from '../workflows.ts'
import { type Call, type Endpoints, onRepo, paged, type RestAnswer, text } from './call.ts'

const matchesCreated = (run: Run, wanted: string | null): boolean => {
  if (wanted === null) return true
  const at = run.createdAt.getTime()
  const [from, to] = wanted.split('..')
  if (to !== undefined) return (from === '*' || at >= Date.parse(from ?? '')) && (to === '*' || at <= Date.parse(to))
  const [, operator, date] = /^(>=|<=|>|<)?(.+)$/.exec(wanted) ?? []
  const limit = Date.parse(date ?? '')
  if (operator === undefined) return run.createdAt.toISOString().startsWith(wanted.slice(0, 19))
  return operator === '>=' ? at >= limit : operator === '<=' ? at <= limit : operator === '>' ? at > limit : at < limit
}

function listRuns(call: Call, path: string | null): RestAnswer {
  const { repo } = onRepo(call, 'actions', 'read')
  const { query } = call
  const status = query.get('status')
  const found = [...repo.runs.values()].filter(
    (run) =>
      (path === null || run.workflowPath === path) &&
      (query.get('event') === null || run.event === query.get('event')) &&
      (query.get('branch') === null || run.branch === query.get('branch')) &&
      (query.get('actor') === null || run.actor.login === query.get('actor')) &&
      (query.get('head_sha') === null || run.headOid === query.get('head_sha')) &&
      (status === null || run.status === status || run.conclusion === status) &&
      matchesCreated(run, query.get('created')),
  )
  const { items, headers } = paged(call, found.toReversed())
  return { status: 200, headers, body: { total_count: found.length, workflow_runs: items.map((run) => runShape(call.world, repo, run)) } }
}

const setEnabled = (call: Call, isEnabled: boolean): RestAnswer => {
  const { repo } = onRepo(call, 'actions', 'write')
  const path = workflowPath(call.world, repo, call.params.workflow_id ?? '')
  if (isEnabled) repo.disabledWorkflows.delete(path)
  else repo.disabledWorkflows.add(path)
  return { status: 204 }
}

/** By operation id. */
export const actionEndpoints: Endpoints = {
  'actions/list-repo-workflows': {
    run: (call) => {
      const { repo } = onRepo(call, 'actions', 'read')
      const paths = workflowPaths(repo)
      const { items, headers } = paged(call, paths)
      return { status: 200, headers, body: { total_count: paths.length, workflows: items.map((path) => workflowShape(call.world, repo, path)) } }
    },
  },
  'actions/get-workflow': {
    run: (call) => {
      const { repo } = onRepo(call, 'actions', 'read')
      return { status: 200, body: workflowShape(call.world, repo, workflowPath(call.world, repo, call.params.workflow_id ?? '')) }
    },
  },
  'actions/create-workflow-dispatch': {
    writes: 1,
    run: (call) => {
      const { actor, repo } = onRepo(call, 'actions', 'write')
      const path = workflowPath(call.world, repo, call.params.workflow_id ?? '')
      const run = dispatchWorkflow(call.world, actor, repo, path, { ref: String(call.body.ref), inputs: (call.body.inputs ?? {}) as Record<string, unknown> })
      if (call.body.return_run_details !== true) return { status: 204 }
      return {
        status: 200,
        body: {
          workflow_run_id: run.id,
          run_url: `${call.world.url}/api/v3/repos/${repo.fullName}/actions/runs/${run.id}`,
          html_url: `${call.world.url}/${repo.fullName}/actions/runs/${run.id}`,
        },
      }
    },
  },
  'actions/enable-workflow': { writes: 1, run: (call) => setEnabled(call, true) },
  'actions/disable-workflow': { writes: 1, run: (call) => setEnabled(call, false) },
  'actions/list-workflow-runs': {
    run: (call) => {
      const { repo } = onRepo(call, 'actions', 'read')
      return listRuns(call, workflowPath(call.world, repo, call.params.workflow_id ?? ''))
    },
  },
  'actions/list-workflow-runs-for-repo': { run: (call) => listRuns(call, null) },
  'actions/get-workflow-run': {
    run: (call) => {
      const { repo } = onRepo(call, 'actions', 'read')
      const run = repo.runs.get(Number(call.params.run_id))
      if (run === undefined) throw notFound()
      return { status: 200, body: runShape(call.world, repo, run) }
    },
  },
  'repos/create-dispatch-event': {
    writes: 1,
    run: (call) => {
      const { actor, repo } = onRepo(call, 'contents', 'write')
      dispatchRepository(call.world, actor, repo, text(call.body.event_type) ?? '', (call.body.client_payload ?? {}) as Record<string, unknown>)
      return { status: 204 }
    },
  },
}
