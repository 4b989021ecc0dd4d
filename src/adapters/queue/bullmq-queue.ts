/**
 * The queue over BullMQ, whatever stores it. One BullMQ queue per kind of work.
 *
 * **Duplicates.** BullMQ silently ignores a job id that exists, also while that job is active, so a wake-up during the work would be lost until
 * the sweeper. We therefore leave job ids alone and use its deduplication with `keepLastIfActive`: while a wake-up waits, others are one with it;
 * while its job is active, one more is kept and put into the queue when the job ends. A deduplication key whose job is gone (an outage) is
 * discarded by both backends at the next wake-up, and the sweeper wakes again what is due.
 *
 * **Crashes.** A killed worker's job is taken over after `lockMs + stalledMs`; one that kills its worker twice is dropped.
 */
import { type BackendFactory, type IQueueBackend, type Job as QueuedJob, Queue, Worker } from 'bullmq'
import { setTimeout as delay } from 'node:timers/promises'
import { Fault } from '../../domain/fault.ts'
import type { WorkKind } from '../../domain/due-work.ts'
import type { Job, JobQueue } from '../../ports/job-queue.ts'
import { batched } from './batched.ts'
import { damped } from './damped.ts'
import { quietly, type QueueErrors } from './queue-errors.ts'
import { wakeId } from './wake-id.ts'

/** Opens one backend; the connection is the factory's own business. */
export type OpenBackend = BackendFactory<IQueueBackend, object>

export type BullmqParts = {
  readonly producer: OpenBackend
  readonly worker: OpenBackend
  readonly onError: QueueErrors
  /** Ends the connections that the factories share; called last. */
  readonly disconnect: () => Promise<void>
  /** Proves that the store answers; rejects when it does not. */
  readonly ping: () => Promise<void>
}

/** A job queue that can be asked whether it is there, for readiness and `doctor`. */
export type OpenQueue = JobQueue & {
  /** Raises `transient` when the queue is down. */
  ping(): Promise<void>
}

const lockMs = 5_000
const stalledMs = 2_000
const pauseAfterErrorMs = 1_000
/** A wake-up that takes longer counts as failed: who wakes is answering a webhook. */
const wakeTimeoutMs = 5_000
/** Wake-ups that one statement adds. */
const bulk = 250
const keep = { removeOnComplete: true, removeOnFail: true, attempts: 1 } as const

type JobBody = { readonly group: string }

/** `parts` as the port. See the port for what its methods promise. */
export function bullmqQueue(parts: BullmqParts): OpenQueue {
  const onError = quietly(parts.onError)
  const queues = new Map<WorkKind, Queue>()
  const workers: Worker[] = []
  const running = new Set<Promise<void>>()
  let closing: Promise<void> | null = null

  const queueOf = (kind: WorkKind): Queue => {
    const known = queues.get(kind)
    if (known) return known
    const queue = new Queue(kind, { connection: {}, streams: { events: { maxLen: 100 } } }, parts.producer) as unknown as Queue
    queue.on('error', (error) => onError(error, { kind, group: null }))
    queues.set(kind, queue)
    return queue
  }

  const add = async (kind: WorkKind, jobs: readonly Job[]): Promise<void> => {
    const entries = jobs.map((job) => ({
      name: kind,
      data: { group: job.group } satisfies JobBody,
      opts: { ...keep, deduplication: { id: wakeId(job), keepLastIfActive: true } },
    }))
    for (let at = 0; at < entries.length; at += bulk) await answered(queueOf(kind).addBulk(entries.slice(at, at + bulk)), wakeTimeoutMs)
  }

  const wake = batched(async (jobs) => {
    if (closing) throw new Fault('transient', 'the queue is closing')
    const kinds = new Set(jobs.map(({ kind }) => kind))
    await Promise.all(
      [...kinds].map((kind) =>
        add(
          kind,
          jobs.filter((job) => job.kind === kind),
        ),
      ),
    )
  })

  const openDamped: OpenBackend = (name, options, more) => damped(parts.worker(name, options, more), pauseAfterErrorMs)

  const work: JobQueue['work'] = async (kind, concurrency, handle) => {
    const run = async (group: string, signal: AbortSignal): Promise<void> => {
      try {
        await handle({ kind, group }, signal)
      } catch (error) {
        parts.onError(error, { kind, group })
      }
    }
    const worker = new Worker(
      kind,
      async (job: QueuedJob<JobBody>, _token, signal) => {
        const done = run(job.data.group, signal ?? new AbortController().signal)
        running.add(done)
        await done.finally(() => running.delete(done))
      },
      {
        connection: {},
        concurrency,
        lockDuration: lockMs,
        stalledInterval: stalledMs,
        runRetryDelay: pauseAfterErrorMs,
        drainDelay: 5,
        removeOnComplete: { count: 0 },
        removeOnFail: { count: 0 },
      },
      openDamped,
    ) as unknown as Worker
    worker.on('error', (error) => onError(error, { kind, group: null }))
    workers.push(worker)
    await answered(worker.waitUntilReady(), wakeTimeoutMs)
  }

  const shutDown = async (graceMs: number): Promise<void> => {
    // `close()` waits for ever on a running job, and a later `close(true)` waits with it; hence this order.
    await within(200, Promise.all(workers.map((worker) => worker.pause(true))))
    const drained = async () => {
      while (running.size > 0) await Promise.all(running)
    }
    const idle = await within(graceMs, drained())
    if (!idle) {
      for (const worker of workers) worker.cancelAllJobs('shutdown')
      await within(500, drained())
    }
    const force = running.size > 0
    await within(2_000, Promise.allSettled([...workers.map((worker) => worker.close(force)), ...[...queues.values()].map((queue) => queue.close())]))
    await within(300, parts.disconnect())
  }

  return {
    wake,
    work,
    ping: () => answered(parts.ping(), wakeTimeoutMs),
    close: (graceMs) => (closing ??= shutDown(graceMs)),
  }
}

/** True when `promise` settled within `ms`; its failure is not ours to report. */
async function within(ms: number, promise: Promise<unknown>): Promise<boolean> {
  const timer = new AbortController()
  const late = delay(ms, false, { signal: timer.signal }).catch(() => false)
  const done = promise.then(
    () => true,
    () => true,
  )
  return await Promise.race([done, late]).finally(() => timer.abort())
}

/** Waits for `promise`; a failure, or silence for `ms`, raises `transient`. */
async function answered(promise: Promise<unknown>, ms: number): Promise<void> {
  let failure: unknown = null
  const settled = await within(
    ms,
    promise.catch((error: unknown) => {
      failure = error ?? new Error('unknown')
    }),
  )
  if (!settled) throw new Fault('transient', `the queue did not answer within ${ms} ms`)
  if (failure !== null) throw new Fault('transient', 'the queue is down', { cause: failure })
}
