/** What each webhook makes due. Bodies are hints: a handler only names what has to be looked at, and the stages ask GitHub. */
import type { Logger } from 'pino'
import type { ZodType } from 'zod'
import { deliverWork, discoverWork, type Work, work } from '../../domain/due-work.ts'
import type { Repo } from '../../domain/repo/repo.ts'
import { formatUpdateKey } from '../../domain/update.ts'
import { isWanted } from '../../pipeline/discover/snapshot.ts'
import type { DueWorkStore } from '../../ports/due-work-store.ts'
import type { RebuildStore } from '../../ports/rebuild-store.ts'
import type { RepoStore } from '../../ports/repo-store.ts'
import type { UpdateStore } from '../../ports/update-store.ts'
import { installationEvent, pullRequestEvent, pushEvent, repositoryEvent, workflowRunEvent } from './schema.ts'

export type HandlerPorts = {
  readonly repos: Pick<RepoStore, 'read' | 'look'>
  readonly updates: Pick<UpdateStore, 'byPullRequest' | 'ofRepo'>
  readonly rebuilds: Pick<RebuildStore, 'byRun'>
  readonly dueWork: Pick<DueWorkStore, 'schedule'>
  readonly now: () => Date
  readonly log: Logger
}

/** GitHub lists at most this many commits in a push; a longer one may have changed anything. */
const mostCommits = 2048
/** The names that `branchName` gives. */
const ourBranch = /^refs\/heads\/[a-z0-9][a-z0-9._/-]*-[0-9a-f]{8}(?:-\d+)?$/

/** Installed, uninstalled, suspended, repos added or removed: the installation is read again. */
export async function onInstallation(ports: HandlerPorts, payload: unknown): Promise<void> {
  const event = read(ports, installationEvent, payload)
  if (event !== null) await due(ports, work('installation', event.installation.id, ports.now()))
}

/** Renamed, archived, transferred, deleted, another default branch: the installation is read again, and the repo looked into. */
export async function onRepository(ports: HandlerPorts, payload: unknown): Promise<void> {
  const event = read(ports, repositoryEvent, payload)
  if (event === null) return
  const repo = await ports.repos.read(event.repository.id)
  const installationIds = new Set([event.installation?.id, repo?.installationId].flatMap((id) => (id === undefined ? [] : [id])))
  await due(ports, ...[...installationIds].map((id) => work('installation', id, ports.now())))
  if (repo !== null) await due(ports, discoverWork(repo.id, repo.installationId, ports.now()))
}

/**
 * A push to the base or default branch that touched a file we read: the repo is looked into. A push to a branch of ours that a person has taken over, its
 * deletion included: the update is looked at. Any other push costs nothing.
 */
export async function onPush(ports: HandlerPorts, payload: unknown): Promise<void> {
  const event = read(ports, pushEvent, payload)
  if (event === null) return
  const { ref, forced, repository, commits, installation } = event
  const repo = await ports.repos.read(repository.id)
  if (repo === null) {
    if (installation !== undefined) await due(ports, work('installation', installation.id, ports.now()))
    return
  }
  if (ourBranch.test(ref)) await lookAtTakenOver(ports, repo, ref)
  const look = await ports.repos.look(repo.id)
  const isAwaited = look?.absentBranches.some((branch) => ref === `refs/heads/${branch}`) === true
  const watched = [...(look?.branches.map(({ branch }) => branch) ?? []), ...(look?.baseBranches ?? []), repository.default_branch]
  if (!isAwaited && !watched.some((branch) => ref === `refs/heads/${branch}`)) return
  const paths = commits.flatMap(({ added, removed, modified }) => [...added, ...removed, ...modified])
  const isRelevant = isAwaited || forced || commits.length === 0 || commits.length >= mostCommits || paths.some(isWanted)
  if (isRelevant) await due(ports, discoverWork(repo.id, repo.installationId, ports.now()))
}

/** A branch that we make may be free again, or ours again. */
async function lookAtTakenOver(ports: HandlerPorts, repo: Repo, ref: string): Promise<void> {
  const updates = await ports.updates.ofRepo(repo.id)
  const taken = updates.filter(({ state, branch }) => state === 'hands-off' && ref === `refs/heads/${branch}`)
  await due(ports, ...taken.map(({ key }) => deliverWork(formatUpdateKey(key), repo.installationId, ports.now())))
}

/** A pull request of ours was closed, merged or reopened: its update is looked at. */
export async function onPullRequest(ports: HandlerPorts, payload: unknown): Promise<void> {
  const event = read(ports, pullRequestEvent, payload)
  if (event === null || !['closed', 'reopened'].includes(event.action)) return
  const update = await ports.updates.byPullRequest(event.repository.id, event.pull_request.number)
  if (update !== null) await due(ports, deliverWork(formatUpdateKey(update.key), update.installationId, ports.now()))
}

/** A run that one of our rebuilds started has moved on. */
export async function onWorkflowRun(ports: HandlerPorts, payload: unknown): Promise<void> {
  const event = read(ports, workflowRunEvent, payload)
  const rebuild = event === null ? null : await ports.rebuilds.byRun(event.repository.id, event.workflow_run.id)
  if (rebuild !== null) await due(ports, work('rebuild', rebuild.id, ports.now()))
}

function due({ dueWork }: HandlerPorts, ...items: readonly Work[]): Promise<void> {
  return dueWork.schedule(items)
}

function read<T>({ log }: HandlerPorts, schema: ZodType<T>, payload: unknown): T | null {
  const parsed = schema.safeParse(payload)
  if (parsed.success) return parsed.data
  log.warn({ problems: parsed.error.issues.slice(0, 3).map(({ path, message }) => `${path.join('.')}: ${message}`) }, 'webhook body not understood')
  return null
}
