/** Workflow runs: dispatches and pushes start them, tests finish them. */
import { notAccessible, Refusal } from './refusal.ts'
import type { Repo, Run } from './repos.ts'
import { readWorkflow, type Workflow, workflowId, workflowPaths } from './workflows.ts'
import { type Account, type Actor, allows, type Happening, type World } from './world.ts'

type Values = Readonly<Record<string, unknown>>
type Start = {
  readonly workflow: Workflow
  readonly event: string
  readonly branch: string
  readonly headOid: string
  readonly actor: Account
  readonly inputs: Values
  readonly title: string
}

/** Starts a `workflow_dispatch` run. Raises `Refusal` as GitHub: 403 archived, 422 disabled, no such trigger, ref or input. */
export function dispatchWorkflow(world: World, actor: Actor, repo: Repo, path: string, wish: { readonly ref: string; readonly inputs: Values }): Run {
  needDispatch(actor, repo, 'actions')
  const branch = wish.ref.replace(/^refs\/(heads|tags)\//, '')
  const commit = repo.resolve(wish.ref)
  if (commit === null || /^[0-9a-f]{40}$/.test(branch)) throw new Refusal('unprocessable', `No ref found for: ${wish.ref}`)
  const workflow = readWorkflow(repo, commit.oid, path)
  if (workflow === null || !workflow.on.has('workflow_dispatch')) throw new Refusal('unprocessable', "Workflow does not have 'workflow_dispatch' trigger")
  if (repo.disabledWorkflows.has(path)) throw new Refusal('unprocessable', "Cannot trigger a 'workflow_dispatch' on a disabled workflow")
  const unexpected = Object.keys(wish.inputs).filter((name) => !workflow.inputs.has(name))
  if (unexpected.length > 0) throw new Refusal('unprocessable', `Unexpected inputs provided: ${JSON.stringify(unexpected)}`)
  for (const [name, input] of workflow.inputs) {
    const value = wish.inputs[name] ?? input.default
    if (input.required && (value === undefined || value === '')) throw new Refusal('unprocessable', `Required input '${name}' not provided`)
    if (value !== undefined && input.options !== null && !input.options.includes(String(value))) {
      throw new Refusal('unprocessable', `Provided value '${String(value)}' for input '${name}' not in the list of allowed values`)
    }
  }
  const inputs = Object.fromEntries([...workflow.inputs].map(([name, input]) => [name, wish.inputs[name] ?? input.default]))
  return startRun(world, repo, { workflow, event: 'workflow_dispatch', branch, headOid: commit.oid, actor: actor.account, inputs, title: workflow.name })
}

/** Starts what listens to `repository_dispatch` on the default branch. Raises `Refusal` 422 for a payload over 64 KB. */
export function dispatchRepository(world: World, actor: Actor, repo: Repo, eventType: string, payload: Values): Run[] {
  needDispatch(actor, repo, 'contents')
  if (Buffer.byteLength(JSON.stringify(payload)) > 65_535) throw new Refusal('unprocessable', 'client_payload is too large')
  const headOid = repo.head(repo.defaultBranch)
  const details = { branch: repo.defaultBranch, client_payload: payload }
  world.tell({ event: 'repository_dispatch', action: eventType, repo, sender: actor.account, installation: null, details })
  return workflowPaths(repo).flatMap((path) => {
    const workflow = readWorkflow(repo, headOid, path)
    const settings = workflow?.on.get('repository_dispatch')
    if (workflow === null || headOid === null || settings === undefined || repo.disabledWorkflows.has(path)) return []
    if (settings?.types !== undefined && !list(settings.types).includes(eventType)) return []
    return [
      startRun(world, repo, {
        workflow,
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

/** Starts the runs that a push to a branch causes; to be put among the world's listeners. */
export function runsOfPushes(world: World): (happening: Happening) => void {
  return ({ event, repo, sender, details }) => {
    const branch = /^refs\/heads\/(.+)$/.exec(String(details.ref))?.[1]
    if (event !== 'push' || repo === null || branch === undefined || details.deleted === true || !world.settings.pushesStartRuns) return
    const headOid = String(details.after)
    const head = repo.git.needCommit(headOid)
    const before = repo.git.commit(String(details.before))
    const { added, removed, modified } = repo.git.changedFiles(before?.tree ?? null, head.tree)
    for (const path of [...repo.git.files(head.tree).keys()].filter((one) => /^\.github\/workflows\/[^/]+\.ya?ml$/.test(one))) {
      const workflow = readWorkflow(repo, headOid, path)
      const settings = workflow?.on.get('push')
      if (workflow === null || settings === undefined || repo.disabledWorkflows.has(path) || !isWanted(settings, branch, [...added, ...removed, ...modified]))
        continue
      startRun(world, repo, { workflow, event: 'push', branch, headOid, actor: sender, inputs: {}, title: head.message.split('\n', 1)[0] ?? '' })
    }
  }
}

function isWanted(settings: Values | null, branch: string, files: readonly string[]): boolean {
  if (settings === null) return true
  const { branches, paths } = settings
  const ignored = settings['branches-ignore']
  if (settings.tags !== undefined && branches === undefined && ignored === undefined) return false
  if (branches !== undefined && !list(branches).some((glob) => matches(glob, branch))) return false
  if (ignored !== undefined && list(ignored).some((glob) => matches(glob, branch))) return false
  return paths === undefined || files.some((file) => list(paths).some((glob) => matches(glob, file)))
}

const list = (value: unknown): string[] => (Array.isArray(value) ? value.map(String) : [String(value)])
const matches = (glob: string, text: string): boolean =>
  new RegExp(`^${glob.replace(/[.+^${}()|[\]\\]/g, '\\$&').replace(/\*\*\/?|\*/g, (stars) => (stars === '*' ? '[^/]*' : '.*'))}$`).test(text)

function needDispatch(actor: Actor, repo: Repo, permission: string): void {
  if (!allows(actor, permission, 'write')) throw notAccessible()
  if (repo.isArchived) throw new Refusal('forbidden', 'Repository was archived so is read-only.')
}

function startRun(world: World, repo: Repo, start: Start): Run {
  const { workflow, inputs } = start
  const id = world.nextId()
  workflowId(world, repo, workflow.path)
  const value = (name: string) => String(inputs[name] ?? '')
  const title = workflow.runName?.replace(/\$\{\{\s*(?:inputs|github\.event\.inputs|github\.event\.client_payload)\.([\w-]+)\s*\}\}/g, (_all, name: string) =>
    value(name),
  )
  const run: Run = {
    id,
    nodeId: `WFR_${id}`,
    number: [...repo.runs.values()].filter((one) => one.workflowPath === workflow.path).length + 1,
    workflowPath: workflow.path,
    event: start.event,
    branch: start.branch,
    headOid: start.headOid,
    actor: start.actor,
    createdAt: world.now(),
    name: workflow.name,
    title: title ?? start.title,
    inputs,
    updatedAt: world.now(),
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
