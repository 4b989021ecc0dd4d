/** The background parts of one process: its workers, their sweeper and the schedules. */
import type { House } from './compose.ts'
import { startSchedules } from './schedules.ts'
import { stagesOf } from './workers/stages.ts'
import { startSweeper } from './workers/sweeper.ts'
import { type Activity, startWorker } from './workers/worker.ts'

/** The parts of the app that can run in processes of their own. */
export type Part = 'web' | 'worker' | 'scheduler'

export type Running = {
  readonly activity: Activity
  /** Takes no more work and gives back what does not end in time; the house is closed afterwards by whoever opened it. */
  stop(): Promise<void>
}

/** Starts the background parts. Work that becomes due through a webhook or a stage is woken at once by the worker's own sweeper. */
export async function startBackground(house: House, parts: readonly Part[]): Promise<Running> {
  const { stores, queue, log, now, config } = house
  const { dueWork } = stores
  const sweeper = startSweeper({ dueWork, queue, log, now, everyMs: config.sweepSeconds * 1000 })
  const activity = { running: 0, started: 0 }
  if (parts.includes('worker')) {
    const worker = { dueWork, queue, log, now, leaseMs: config.leaseSeconds * 1000, nudge: sweeper.nudge, activity }
    for (const stage of stagesOf(house)) await startWorker(worker, stage)
  }
  const schedules = parts.includes('scheduler') ? startSchedules(house, sweeper.nudge) : null
  return {
    activity,
    stop: async () => {
      schedules?.stop()
      await sweeper.stop()
    },
  }
}
