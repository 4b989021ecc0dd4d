/** The sweeper: wakes a worker for everything that is due, so that a lost queue costs time and never work. */
import type { Logger } from 'pino'
import type { DueWorkStore } from '../../ports/due-work-store.ts'
import type { JobQueue } from '../../ports/job-queue.ts'

export type Sweeper = {
  /** Sweeps soon; calls in between are one. */
  nudge(): void
  /** Ends the loop; resolves when the sweep that runs has ended. */
  stop(): Promise<void>
}

/** Groups woken by one sweep at most; the next one brings the rest. */
const mostWoken = 500
/** A nudge waits this long, ms, so that the nudges of a busy moment are one sweep. */
const gatherMs = 25

/** Sweeps now and then every `everyMs` until stopped. Failures are logged and the next sweep tries again. */
export function startSweeper({
  dueWork,
  queue,
  log,
  now,
  everyMs,
}: {
  dueWork: DueWorkStore
  queue: JobQueue
  log: Logger
  now: () => Date
  everyMs: number
}): Sweeper {
  let isStopped = false
  let running: Promise<void> = Promise.resolve()
  let timer: NodeJS.Timeout | null = null
  const sweep = async () => {
    try {
      const due = await dueWork.due(now(), mostWoken)
      if (due.length > 0) await queue.wake(due)
    } catch (error) {
      log.warn({ err: error }, 'sweep failed')
    }
  }
  let isSweeping = false
  let isAskedAgain = false
  const plan = (ms: number) => {
    if (isStopped) return
    if (isSweeping) {
      isAskedAgain ||= ms === 0
      return
    }
    if (timer !== null) clearTimeout(timer)
    timer = setTimeout(() => {
      isSweeping = true
      running = sweep().finally(() => {
        isSweeping = false
        const isSoon = isAskedAgain
        isAskedAgain = false
        plan(isSoon ? 0 : everyMs)
      })
    }, ms)
  }
  let isNudged = false
  plan(0)
  return {
    nudge: () => {
      if (isNudged) return
      isNudged = true
      setTimeout(() => {
        isNudged = false
        plan(0)
      }, gatherMs)
    },
    stop: async () => {
      isStopped = true
      if (timer !== null) clearTimeout(timer)
      await running
    },
  }
}
