/** Collects wake-ups while others are on their way, so that a burst of webhooks costs a handful of statements and not one each. */
import type { Job } from '../../ports/job-queue.ts'
import { wakeId } from './wake-id.ts'

/** At most one `send` at a time; what comes meanwhile goes together with the next, each kind and group once. Rejects as the batch does. */
export function batched(send: (jobs: readonly Job[]) => Promise<void>): (jobs: readonly Job[]) => Promise<void> {
  let waiting = new Map<string, Job>()
  let next: Promise<void> | null = null
  let last: Promise<void> = Promise.resolve()
  const flush = (): Promise<void> => {
    const batch = [...waiting.values()]
    waiting = new Map()
    next = null
    last = send(batch)
    return last
  }
  return (jobs) => {
    for (const job of jobs) waiting.set(wakeId(job), job)
    next ??= last.then(flush, flush)
    return next
  }
}
