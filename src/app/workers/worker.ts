/** Workers: lease what is due, run its stage, and give every claim back with what came of it. */
import type { Logger } from 'pino'
import type { Claim } from '../../domain/due-work.ts'
import { isFault } from '../../domain/fault.ts'
import type { DueWorkStore } from '../../ports/due-work-store.ts'
import type { Job, JobQueue } from '../../ports/job-queue.ts'
import type { Outcome, Stage } from './stage.ts'

/** How busy the workers of this process are. */
export type Activity = {
  /** Wake-ups that are being handled now. */
  running: number
  /** Wake-ups handled since the start. */
  started: number
}

export type WorkerParts = {
  readonly dueWork: DueWorkStore
  readonly queue: JobQueue
  readonly log: Logger
  readonly now: () => Date
  readonly leaseMs: number
  readonly activity: Activity
  /** Called after work was done: more may be due now. */
  readonly nudge: () => void
}

/** The first wait after a failure, ms; it doubles with each attempt. */
const firstBackoffMs = 2_000
const longestBackoffMs = 60 * 60 * 1000
/** The longest wait that somebody else may ask for, ms: Docker Hub counts pulls over six hours. */
const longestWaitMs = 6 * 60 * 60 * 1000

/** Runs the stage for every wake-up of its kind until the queue is closed. */
export async function startWorker(parts: WorkerParts, stage: Stage): Promise<void> {
  const { activity } = parts
  await parts.queue.work(stage.kind, stage.concurrency, async (job, signal) => {
    activity.started += 1
    activity.running += 1
    await handle(parts, stage, job, signal).finally(() => void (activity.running -= 1))
  })
}

async function handle(parts: WorkerParts, stage: Stage, job: Job, signal: AbortSignal): Promise<void> {
  const { dueWork, now, leaseMs } = parts
  const claims = await dueWork.claim(stage.kind, job.group, { asOf: now(), leaseMs, limit: stage.batch })
  if (claims.length === 0) return
  const renewal = setInterval(() => void renewAll(parts, claims), leaseMs / 3)
  try {
    const outcomes = await stage.run(job.group, claims, now(), signal).catch((fault: unknown): readonly Outcome[] => claims.map((claim) => ({ claim, fault })))
    for (const outcome of outcomes) await settle(parts, stage, outcome)
  } finally {
    clearInterval(renewal)
    parts.nudge()
  }
}

async function renewAll({ dueWork, log, leaseMs }: WorkerParts, claims: readonly Claim[]): Promise<void> {
  try {
    for (const claim of claims) await dueWork.renew(claim, leaseMs)
  } catch (error) {
    log.warn({ err: error }, 'lease not renewed')
  }
}

/** A bug is reported with its stack and costs the work a retry, nothing else. */
async function settle({ dueWork, log, now }: WorkerParts, stage: Stage, outcome: Outcome): Promise<void> {
  const { claim } = outcome
  const about = { stage: stage.kind, key: claim.key }
  if (!('fault' in outcome)) {
    await dueWork.finish(claim, outcome.next)
    log.debug({ ...about, next: outcome.next }, 'stage done')
    return
  }
  const { fault } = outcome
  const backoffMs = Math.min(firstBackoffMs * 2 ** Math.min(claim.attempts, 20), longestBackoffMs)
  // What the other side asks for counts, but neither "at once" for ever nor "in thirty years".
  const asked = isFault(fault) ? fault.retryAfterMs : null
  const waitMs = asked === null ? backoffMs : Math.min(Math.max(asked, firstBackoffMs), longestWaitMs)
  if (isFault(fault)) log.warn({ ...about, fault: fault.kind, host: fault.host, problem: fault.message, attempts: claim.attempts, waitMs }, 'stage faulted')
  else log.error({ ...about, err: fault, attempts: claim.attempts, waitMs }, 'stage broke')
  await dueWork.retry(claim, new Date(now().getTime() + waitMs), fault instanceof Error ? fault.message : String(fault))
}
