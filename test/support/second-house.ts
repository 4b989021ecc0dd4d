/** A second worker beside the one of a loop: its own pools, tokens and queue connections on the same memory. */
import { readFileSync } from 'node:fs'
import { type Running, startBackground } from '../../src/app/background.ts'
import { openGround, openHouse } from '../../src/app/compose.ts'
import { loadConfig } from '../../src/app/config.ts'
import { createLog } from '../../src/app/log.ts'
import type { Loop } from './loop.ts'
import { until } from './until.ts'

export type SecondHouse = {
  readonly running: Running
  /** Resolves when neither house has anything to do now. */
  rest(): Promise<void>
  close(): Promise<void>
}

/** Starts it on the loop's clock and settings. */
export async function startSecondHouse(loop: Loop): Promise<SecondHouse> {
  const config = loadConfig(loop.env, (file) => (file === 'operator.yml' ? loop.operatorFile : readFileSync(file, 'utf8')))
  if (config.github === null) throw new Error('the loop has no app')
  const house = await openHouse(await openGround(config, createLog({ level: 'silent' }), loop.clock.now), config.github)
  const running = await startBackground(house, ['worker', 'scheduler'])
  const both = [loop.running.activity, running.activity]
  const started = () => both.reduce((sum, activity) => sum + activity.started, 0)
  return {
    running,
    rest: () =>
      until(
        'both workers rest',
        async () => {
          await loop.github.settled()
          const before = started()
          const soon = new Date(loop.clock.now().getTime() + config.deliverGatherSeconds * 1000 + 500)
          const due = await house.stores.dueWork.due(soon, 1)
          return due.length === 0 && both.every((activity) => activity.running === 0) && started() === before
        },
        60_000,
      ).then(() => {}),
    close: async () => {
      await running.stop()
      await house.close(5_000)
    },
  }
}
