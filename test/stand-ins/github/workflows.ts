/** Workflows: read from the YAML in the repo. */
import { parse } from 'yaml'
import { notFound } from './refusal.ts'
import type { Repo } from './repos.ts'
import type { World } from './world.ts'

export type WorkflowInput = { readonly required: boolean; readonly type: string; readonly default: unknown; readonly options: readonly string[] | null }
export type Workflow = {
  readonly path: string
  readonly name: string
  /** `run-name`, or null. */
  readonly runName: string | null
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
  return {
    path,
    name: typeof file.name === 'string' ? file.name : path,
    runName: typeof file['run-name'] === 'string' ? file['run-name'] : null,
    on,
    inputs: new Map(inputs),
  }
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
