/** Chores of the clock: each has its turn, whatever became of the others. */
import { expect, test } from 'vitest'
import type { House } from '../../../src/app/compose.ts'
import { startSchedules } from '../../../src/app/schedules.ts'
import { Fault } from '../../../src/domain/fault.ts'

test('a GitHub that cannot be reached keeps no feed from being due, and nothing from being cleared away', async () => {
  const done: string[] = []
  const warned: unknown[] = []
  let finished = () => {}
  const isFinished = new Promise<void>((resolve) => (finished = resolve))
  const house = {
    now: () => new Date('2099-01-01T00:00:00Z'),
    log: { warn: (fields: unknown) => warned.push(fields), error: (fields: unknown) => warned.push(fields) },
    github: { installations: { list: () => Promise.reject(new Fault('transient', 'GitHub is down')) } },
    config: { feeds: { enabled: ['made-up'], minutes: 60 } },
    feeds: { names: ['made-up'] },
    distros: { distros: [] },
    stores: {
      inbox: { purge: async () => done.push('purged') },
      advisories: { parts: async () => [] },
      dueWork: { schedule: async (due: readonly { kind: string; key: string }[]) => done.push(...due.map(({ kind, key }) => `${kind} ${key}`)) },
      inventories: {
        releases: async () => [],
        forgetUnused: async () => {
          done.push('forgotten')
          return 0
        },
      },
    },
  } as unknown as House

  let nudges = 0
  const schedules = startSchedules(house, () => {
    nudges += 1
    if (nudges === 4) finished()
  })
  await isFinished
  schedules.stop()

  expect(done).toEqual(['feed made-up', 'purged', 'forgotten'])
  expect(warned).toEqual([{ chore: 'list installations', fault: 'transient', problem: 'GitHub is down' }])
})
