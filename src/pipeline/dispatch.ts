/** Dispatch: asks a repo's own pipeline for a rebuild at most twice per cause, and follows the run to its end. */
import { type Claim, decideWork } from '../domain/due-work.ts'
import { isFault } from '../domain/fault.ts'
import { mostTries, type Rebuild } from '../domain/rebuild.ts'
import type { Repo } from '../domain/repo/repo.ts'
import type { AuditTrail } from '../ports/audit-trail.ts'
import type { DueWorkStore } from '../ports/due-work-store.ts'
import type { RebuildStore } from '../ports/rebuild-store.ts'
import type { RepoStore } from '../ports/repo-store.ts'
import type { RepoWorkflows, WorkflowRun } from '../ports/repo-workflows.ts'

export type DispatchPorts = {
  readonly repoWorkflows: RepoWorkflows
  readonly rebuilds: Pick<RebuildStore, 'read' | 'record'>
  readonly repos: Pick<RepoStore, 'read'>
  readonly dueWork: Pick<DueWorkStore, 'schedule'>
  readonly audit: AuditTrail
  /** How long a dispatch with an unknown outcome is looked for among the runs before it counts as lost, ms. */
  readonly lookForMs: number
  /** How often a run is looked at when no webhook tells of it, ms. */
  readonly pollMs: number
}

/** Between two looks for a run that a dispatch may have started, ms. */
const lookEveryMs = 5_000
/** A run that has not ended after this long is given up on, ms: GitHub ends runs after 35 days, jobs after 6 hours. */
const longestRunMs = 24 * 60 * 60 * 1000

/** Brings one rebuild forward; gives when to look again (null: it is over). Raises GitHub's faults, after which the row says what is unknown. */
export async function dispatch(ports: DispatchPorts, claim: Claim, asOf: Date): Promise<Date | null> {
  const rebuild = await ports.rebuilds.read(claim.key)
  const repo = rebuild === null ? null : await ports.repos.read(rebuild.repoId)
  if (rebuild === null || repo === null) return null
  if (rebuild.state === 'asked') return send(ports, claim, rebuild, repo, asOf)
  if (rebuild.state === 'sent') return lookFor(ports, claim, rebuild, repo, asOf)
  if (rebuild.state === 'running') return follow(ports, claim, rebuild, repo, asOf)
  // A kill between the end of a rebuild and what it wakes leads here again.
  await wakeDecision(ports, rebuild, asOf)
  return null
}

/** The row says `sent` before anything leaves, so that a crash in between leads to a look-up and never to a second build. */
async function send(ports: DispatchPorts, claim: Claim, rebuild: Rebuild, repo: Repo, asOf: Date): Promise<Date | null> {
  const sent = { state: 'sent', tries: rebuild.tries + 1, sentAt: asOf } as const
  if (!(await ports.rebuilds.record(claim, sent))) return null
  try {
    const run = await ports.repoWorkflows.dispatch(repo, { ...rebuild, ...sent })
    await note(ports, rebuild, asOf, 'workflow dispatched', run)
    return (run === null ? null : await adopt(ports, claim, rebuild, run, asOf)) ?? later(asOf, lookEveryMs)
  } catch (error) {
    if (!isFault(error)) throw error
    if (error.kind === 'rate-limited') await ports.rebuilds.record(claim, { state: 'asked', tries: rebuild.tries })
    if (error.kind === 'transient' || error.kind === 'rate-limited') throw error
    await note(ports, rebuild, asOf, 'workflow refused', null)
    return end(ports, claim, rebuild, { state: 'gave-up', conclusion: `${rebuild.workflow ?? 'repository_dispatch'}: ${error.message}` }, asOf)
  }
}

async function lookFor(ports: DispatchPorts, claim: Claim, rebuild: Rebuild, repo: Repo, asOf: Date): Promise<Date | null> {
  const sentAt = rebuild.sentAt ?? rebuild.askedAt
  const isOver = asOf.getTime() - sentAt.getTime() >= ports.lookForMs
  const runs = await ports.repoWorkflows.candidates(repo, rebuild).catch((error: unknown) => {
    // A workflow that is gone has no runs; waiting for it would hold up every later rebuild.
    if (isOver && isFault(error) && error.kind !== 'transient' && error.kind !== 'rate-limited') return []
    throw error
  })
  for (const run of runs) {
    const next = await adopt(ports, claim, rebuild, run, asOf)
    if (next !== null) return next
  }
  if (!isOver) return later(asOf, Math.min(lookEveryMs, ports.lookForMs))
  if (rebuild.tries < mostTries) {
    await ports.rebuilds.record(claim, { state: 'asked' })
    return asOf
  }
  return end(ports, claim, rebuild, { state: 'gave-up', conclusion: `no run appeared after ${rebuild.tries} dispatches` }, asOf)
}

/** Null when the run already belongs to another rebuild. */
async function adopt(ports: DispatchPorts, claim: Claim, rebuild: Rebuild, run: WorkflowRun, asOf: Date): Promise<Date | null> {
  const isMine = await ports.rebuilds.record(claim, { state: 'running', runId: run.id, runUrl: run.url })
  if (isMine) await note(ports, rebuild, asOf, 'run followed', run)
  return isMine ? later(asOf, ports.pollMs) : null
}

async function follow(ports: DispatchPorts, claim: Claim, rebuild: Rebuild, repo: Repo, asOf: Date): Promise<Date | null> {
  if (rebuild.runId === null) return null
  const isTooLong = asOf.getTime() - (rebuild.sentAt ?? rebuild.askedAt).getTime() >= longestRunMs
  const run = await ports.repoWorkflows.run(repo, rebuild.runId).catch((error: unknown) => {
    if (isFault(error) && (error.kind === 'missing' || isTooLong)) return null
    throw error
  })
  if (run === null) return end(ports, claim, rebuild, { state: 'gave-up', conclusion: 'its run is gone, or GitHub tells us nothing about it' }, asOf)
  if (run.status !== 'completed') {
    if (!isTooLong) return later(asOf, ports.pollMs)
    return end(ports, claim, rebuild, { state: 'gave-up', conclusion: 'the run did not end within a day' }, asOf)
  }
  await note(ports, rebuild, asOf, 'run ended', run)
  return end(ports, claim, rebuild, { state: 'finished', conclusion: run.conclusion }, asOf)
}

/** What moved while the rebuild ran is decided about now. */
async function end(ports: DispatchPorts, claim: Claim, rebuild: Rebuild, how: Pick<Rebuild, 'state' | 'conclusion'>, asOf: Date): Promise<null> {
  if (await ports.rebuilds.record(claim, how)) await wakeDecision(ports, rebuild, asOf)
  return null
}

function wakeDecision({ dueWork }: DispatchPorts, { repoId, installationId }: Rebuild, asOf: Date): Promise<void> {
  return dueWork.schedule([decideWork(repoId, installationId, asOf)])
}

function later(asOf: Date, ms: number): Date {
  return new Date(asOf.getTime() + ms)
}

function note({ audit }: DispatchPorts, rebuild: Rebuild, at: Date, action: string, run: WorkflowRun | null): Promise<void> {
  const detail = { rebuild: rebuild.id, cause: rebuild.cause, run: run?.id ?? null, conclusion: run?.conclusion ?? null }
  return audit.append({ at, installationId: rebuild.installationId, repoId: rebuild.repoId, action, detail })
}
