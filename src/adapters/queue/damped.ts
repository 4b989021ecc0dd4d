/** A BullMQ backend whose worker loop is slow to repeat what failed. */
import { setTimeout as delay } from 'node:timers/promises'
import type { IQueueBackend } from 'bullmq'

/** How long an idle worker waits at most before it looks by itself: PostgreSQL's backend would wait an hour for a lost NOTIFY. */
const longestWaitSeconds = 5

/**
 * BullMQ's worker repeats a failing fetch at once (more than 1,000 errors in seconds were seen). Here the failure of a fetch or of a wait comes
 * `pauseMs` later, and a failed wait ends as "look now", since BullMQ would take it for "wait for the longest time".
 */
export function damped<B extends IQueueBackend>(backend: B, pauseMs: number): B {
  const moveToActive = backend.moveToActive.bind(backend)
  const waitForJob = backend.waitForJob.bind(backend)
  const pause = () => delay(pauseMs, undefined, { ref: false })
  backend.moveToActive = async (token, name) => {
    try {
      return await moveToActive(token, name)
    } catch (error) {
      await pause()
      throw error
    }
  }
  backend.waitForJob = async (blockTimeout) => {
    try {
      return await waitForJob(Math.min(blockTimeout, longestWaitSeconds))
    } catch (error) {
      await pause()
      await backend.reconnectBlocking().catch(() => {})
      // Not rethrown: the fetch that follows meets the same trouble and reports it.
      if (error instanceof TypeError) throw error
      return null
    }
  }
  return backend
}
