/** What the queue reports when nobody waits for an answer: broken connections, and what handlers throw. */
import type { WorkKind } from '../../domain/due-work.ts'

/** `group` is null when the trouble is the queue's own. The error may name hosts; the log redacts. */
export type QueueErrors = (error: unknown, at: { readonly kind: WorkKind; readonly group: string | null }) => void

/** Passes on the same message at most once in `windowMs`: BullMQ repeats the trouble of a broken connection for each worker and each try. */
export function quietly(report: QueueErrors, windowMs = 5_000, now: () => number = () => performance.now()): QueueErrors {
  const last = new Map<string, number>()
  return (error, at) => {
    const key = error instanceof Error ? error.message : String(error)
    const time = now()
    if (time - (last.get(key) ?? Number.NEGATIVE_INFINITY) < windowMs) return
    if (last.size > 100) last.clear()
    last.set(key, time)
    report(error, at)
  }
}
