/** The queue: a wake-up call and nothing more. Losing all of it costs time, never work. */
import type { WorkKind } from '../domain/due-work.ts'

/** Ids only; what is to be done stands in the memory. */
export type Job = { readonly kind: WorkKind; readonly group: string }

export interface JobQueue {
  /** Wakes a worker for each job. Jobs with the same kind and group that still wait are one. Raises `transient` when the queue is down. */
  wake(jobs: readonly Job[]): Promise<void>
  /**
   * Runs `handle` for each job of `kind`, at most `concurrency` at once in this process. At least once: a job may run twice or concurrently
   * with itself. What `handle` throws is reported to `onError` and the job dropped: the sweeper brings it back.
   */
  work(kind: WorkKind, concurrency: number, handle: (job: Job, signal: AbortSignal) => Promise<void>): Promise<void>
  /** Takes no new jobs, waits `graceMs` for running ones, aborts their signal, and closes; done at the latest `graceMs` + 2 s later. */
  close(graceMs: number): Promise<void>
}
