/** Wake-ups of a burst go together. */
import { expect, it } from 'vitest'
import { batched } from '../../../../src/adapters/queue/batched.ts'
import type { Job } from '../../../../src/ports/job-queue.ts'

it('what comes while wake-ups are on their way goes with the next, each once; a failure fails its batch only', async () => {
  const sent: string[][] = []
  const wake = batched(async (jobs: readonly Job[]) => {
    sent.push(jobs.map(({ group }) => group))
    if (sent.length === 1) throw new Error('down')
  })
  const job = (group: string): Job => ({ kind: 'inbox', group })
  const first = wake([job('a')])
  const failed = expect(first).rejects.toThrow('down')
  await Promise.resolve()
  const second = Promise.all([wake([job('b'), job('c')]), wake([job('b')]), wake([job('d')])])
  await Promise.all([failed, second])
  await wake([job('e')])
  expect(sent).toEqual([['a'], ['b', 'c', 'd'], ['e']])
})
