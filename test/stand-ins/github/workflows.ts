/** Workflows: read from the YAML in the repo; runs that dispatches and pushes start, and that tests finish. */
import { parse } from 'yaml'
import { Refusal, notAccessible, notFound } from './refusal.ts'
import type { Repo, Run } from './repos.ts'
import { type Account, type Actor, allows, type World } from './world.ts'

export type WorkflowInput = { readonly required: boolean; readonly type: string; readonly default: unknown; readonly options: readonly string[] | null }
export type Workflow = {
  readonly path: string
  readonly name: string
  /** Event name → its settings (null where it has none). */
  readonly on: ReadonlyMap<string, Record<string, unknown> | null>
  readonly inputs: ReadonlyMap<string, WorkflowInput>
}
const object = (value: unknown): Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Record<string, unknown>) : {}

/** The workflow file at a commit; null when it is missing or cannot be read. */
export function readWorkflow(repo: Repo, commitOid: string | null, path: string): Workflow | null {
  const commit = commitOid === null ? null : repo.git.commit(commitOid)
  const entry = commit === null ? null : repo.git.at(commit.tree, path)
  const bytes = entry === null ? null : repo.git.blob(entry.oid)
  if (bytes === null) return null
  let file: Record<string, unknown>
  try {
    file = object(parse(Buffer.from(bytes).toString(), { schema: 'core' }))
  } catch {
    return null
  }
  const trigger = file.on ?? file.true
  const named: [string, unknown][] =
    typeof trigger === 'string'
      ? [[trigger, null]]
      : Array.isArray(trigger)
        ? trigger.map((name): [string, unknown] => [String(name), null])
        : Object.entries(object(trigger))
  const on = new Map(named.map(([name, settings]) => [name, settings === null ? null : object(settings)]))
  const inputs = Object.entries(object(on.get('workflow_dispatch')?.inputs)).map(([name, raw]): [string, WorkflowInput] => {
    const input = object(raw)
    return [
      name,
      {
        required: input.required === true,
        type: String(input.type ?? 'string'),
        default: input.default,
        options: Array.isArray(input.options) ? input.options.map(String) : null,
      },
    ]
  })
  return { path, name: typeof file.name === 'string' ? file.name : path, on, inputs: new Map(inputs) }
}

/** Paths of the workflow files at the head of the default branch. */
export function workflowPaths(repo: Repo): string[] {
  const head = repo.head(repo.defaultBranch)
  const files = head === null ? [] : [...repo.git.files(repo.git.needCommit(head).tree).keys()]
  return files.filter((path) => /^\.github\/workflows\/[^/]+\.ya?ml$/.test(path))
}

/** The number GitHub gives to a workflow file. */
export function workflowId(world: World, repo: Repo, path: string): number {
  const known = repo.workflowIds.get(path)
  if (known !== undefined) return known
  const id = world.nextId()
  repo.workflowIds.set(path, id)
  return id
}

/** The path behind a workflow's number or file name. Raises `Refusal` not-found. */
export function workflowPath(world: World, repo: Repo, named: string): string {
  const path = workflowPaths(repo).find((one) => one === named || one === `.github/workflows/${named}` || String(workflowId(world, repo, one)) === named)
  if (path === undefined) throw notFound()
  return path
}

/** Starts a `workflow_dispatch` run. Raises `Refusal` as GitHub: 403 disabled, 422 no such trigger, ref or input. */
export function dispatchWorkflow(
  world: World,
  actor: Actor,
  repo: Repo,
  path: string,
  wish: { readonly ref: string; readonly inputs: Readonly<Record<string, unknown>> },
): Run {
  if (!allows(actor, 'actions', 'write')) throw notAccessible()
  if (repo.isArchived) throw new Refusal('forbidden', 'Repository was archived so is read-only.')
  const branch = wish.ref.replace(/^refs\/(heads|tags)\//, '')
  const commit = repo.resolve(wish.ref)
  if (commit === null || /^[0-9a-f]{40}$/.test(branch)) throw new Refusal('unprocessable', `No ref found for: ${wish.ref}`)
  const workflow = readWorkflow(repo, commit.oid, path)
  if (workflow === null || !workflow.on.has('workflow_dispatch')) throw new Refusal('unprocessable', "Workflow does not have 'workflow_dispatch' trigger")
  if (repo.disabledWorkflows.has(path)) throw new Refusal('unprocessable', `Cannot trigger a 'workflow_dispatch' on a disabled workflow`)
  const unexpected = Object.keys(wish.inputs).filter((name) => !workflow.inputs.has(name))
  if (unexpected.length > 0) throw new Refusal('unprocessable', `Unexpected inputs provided: ${JSON.stringify(unexpected)}`)
  for (const [name, input] of workflow.inputs) {
    const value = wish.inputs[name] ?? input.default
    if (input.required && (value === undefined || value === '')) throw new Refusal('unprocessable', `Required input '${name}' not provided`)
    if (value !== undefined && input.options !== null && !input.options.includes(String(value)))
      throw new Refusal('unprocessable', `Provided value '${String(value)}' for input '${name}' not in the list of allowed values`)
  }
  return startRun(world, repo, {
    path,
    event: 'workflow_dispatch',
    branch,
    headOid: commit.oid,
    actor: actor.account,
    inputs: wish.inputs,
    title: workflow.name,
  })
}

/** Starts what listens to `repository_dispatch` on the default branch. */
export function dispatchRepository(world: World, actor: Actor, repo: Repo, eventType: string, payload: Readonly<Record<string, unknown>>): Run[] {
  if (!allows(actor, 'contents', 'write')) throw notAccessible()
  if (repo.isArchived) throw new Refusal('forbidden', 'Repository was archived so is read-only.')
  if (JSON.stringify(payload).length > 65_535) throw new Refusal('unprocessable', 'client_payload is too large')
  const headOid = repo.head(repo.defaultBranch)
  world.tell({
    event: 'repository_dispatch',
    action: eventType,
    repo,
    sender: actor.account,
    installation: null,
    details: { branch: repo.defaultBranch, client_payload: payload },
  })
  return workflowPaths(repo).flatMap((path) => {
    const workflow = readWorkflow(repo, headOid, path)
    const settings = workflow?.on.get('repository_dispatch')
    if (workflow === null || headOid === null || settings === undefined || repo.disabledWorkflows.has(path)) return []
    const types = settings?.types
    const wanted = types === undefined ? null : Array.isArray(types) ? types.map(String) : [String(types)]
    if (wanted !== null && !wanted.includes(eventType)) return []
    return [
      startRun(world, repo, {
        path,
        event: 'repository_dispatch',
        branch: repo.defaultBranch,
        headOid,
        actor: actor.account,
        inputs: payload,
        title: eventType,
      }),
    ]
  })
}

/** Ends a run, as its jobs would. */
export function completeRun(world: World, repo: Repo, run: Run, conclusion: string): void {
  if (run.status === 'queued') advance(world, repo, run)
  Object.assign(run, { status: 'completed', conclusion, updatedAt: world.now() })
  tellRun(world, repo, run, 'completed')
}

function startRun(
  world: World,
  repo: Repo,
  made: { path: string; event: string; branch: string; headOid: string; actor: Account; inputs: Readonly<Record<string, unknown>>; title: string },
): Run {
  const id = world.nextId()
  workflowId(world, repo, made.path)
  const number = [...repo.runs.values()].filter((run) => run.workflowPath === made.path).length + 1
  const at = world.now()
  const run: Run = {
    id,
    nodeId: `WFR_${id}`,
    number,
    workflowPath: made.path,
    event: made.event,
    branch: made.branch,
    headOid: made.headOid,
    actor: made.actor,
    createdAt: at,
    title: made.title,
    inputs: made.inputs,
    updatedAt: at,
    status: 'queued',
    conclusion: null,
  }
  repo.runs.set(id, run)
  tellRun(world, repo, run, 'requested')
  if (world.settings.runsStart) advance(world, repo, run)
  return run
}

function advance(world: World, repo: Repo, run: Run): void {
  Object.assign(run, { status: 'in_progress', updatedAt: world.now() })
  tellRun(world, repo, run, 'in_progress')
}

function tellRun(world: World, repo: Repo, run: Run, action: string): void {
  world.tell({ event: 'workflow_run', action, repo, sender: run.actor, installation: null, details: { run } })
}
