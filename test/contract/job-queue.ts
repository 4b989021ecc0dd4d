/** What every job queue keeps. Run on each implementation; `open` gives a queue on the same store each time, as another process would have it. */
import { afterEach, describe, expect, it } from 'vitest'
import type { WorkKind } from '../../src/domain/due-work.ts'
import type { Job, JobQueue } from '../../src/ports/job-queue.ts'

/** Where the suite stands: one store, any number of queues on it, errors that handlers threw. */
export type QueueBed = { readonly open: () => Promise<JobQueue>; readonly errors: unknown[] }

/** A promise that a handler resolves. */
export function signal<T = void>(): { readonly promise: Promise<T>; readonly resolve: (value: T) => void } {
  let resolve: (value: T) => void = () => {}
  const promise = new Promise<T>((done) => {
    resolve = done
  })
  return { promise, resolve }
}

/** Each test uses groups and kinds of its own, since jobs of an earlier test may still wait. */
export function describeJobQueue(name: string, bed: () => QueueBed): void {
  describe(`job queue on ${name}`, () => {
    const opened: JobQueue[] = []
    const open = async () => {
      const queue = await bed().open()
      opened.push(queue)
      return queue
    }
    afterEach(async () => {
      await Promise.all(opened.splice(0).map((queue) => queue.close(0)))
    })

    it('hands a wake-up to a worker of another process', async () => {
      const [web, worker] = [await open(), await open()]
      const got = signal<Job>()
      await worker.work('discover', 1, async (job) => got.resolve(job))
      await web.wake([{ kind: 'discover', group: '123' }])
      expect(await got.promise).toEqual({ kind: 'discover', group: '123' })
    })

    it('wakes a worker that came later', async () => {
      const web = await open()
      await web.wake([{ kind: 'rebuild', group: 'early' }])
      const got = signal<string>()
      await (await open()).work('rebuild', 1, async ({ group }) => got.resolve(group))
      expect(await got.promise).toBe('early')
    })

    it('makes one job of those that wait with the same kind and group', async () => {
      const web = await open()
      await Promise.all(
        Array.from({ length: 20 }, () =>
          web.wake([
            { kind: 'resolve', group: 'a:b' },
            { kind: 'resolve', group: 'a:b' },
          ]),
        ),
      )
      await web.wake([{ kind: 'resolve', group: 'last' }])
      expect(await groupsUntil(await open(), 'resolve', 'last')).toEqual(['a:b', 'last'])
    })

    it('runs a group again when it is woken during its own work', async () => {
      const web = await open()
      const worker = await open()
      const started = signal()
      const goOn = signal()
      const again = signal()
      let runs = 0
      await worker.work('decide', 4, async () => {
        runs += 1
        if (runs === 1) {
          started.resolve()
          await goOn.promise
        } else again.resolve()
      })
      await web.wake([{ kind: 'decide', group: 'busy' }])
      await started.promise
      await web.wake([{ kind: 'decide', group: 'busy' }])
      await web.wake([{ kind: 'decide', group: 'busy' }])
      expect(runs).toBe(1)
      goOn.resolve()
      await again.promise
      expect(runs).toBe(2)
    })

    it('accepts a group again after its work, also after it failed', async () => {
      const [web, worker] = [await open(), await open()]
      const runs: string[] = []
      let next = signal()
      await worker.work('inbox', 1, async ({ group }) => {
        runs.push(group)
        next.resolve()
        throw new Error(`cannot do ${group}`)
      })
      for (let i = 0; i < 3; i++) {
        next = signal()
        await web.wake([{ kind: 'inbox', group: 'g' }])
        await next.promise
      }
      expect(runs).toEqual(['g', 'g', 'g'])
      await worker.close(1_000)
      expect(bed().errors.filter((error) => String(error).includes('cannot do g'))).toHaveLength(3)
    })

    it('runs at most `concurrency` at once and all of them in the end', async () => {
      const [web, worker] = [await open(), await open()]
      const done = signal()
      let [now, most, total] = [0, 0, 0]
      await worker.work('installation', 3, async () => {
        now += 1
        most = Math.max(most, now)
        await new Promise((resolve) => setImmediate(resolve))
        now -= 1
        total += 1
        if (total === 60) done.resolve()
      })
      await web.wake(Array.from({ length: 60 }, (_, i) => ({ kind: 'installation', group: String(i) })))
      await done.promise
      expect(most).toBeLessThanOrEqual(3)
    })

    it('closes in time although a job never ends, telling it so', async () => {
      const [web, worker] = [await open(), await open()]
      const started = signal<AbortSignal>()
      await worker.work('deliver', 1, async (_job, signal) => {
        started.resolve(signal)
        await new Promise(() => {})
      })
      await web.wake([{ kind: 'deliver', group: 'stuck' }])
      const told = await started.promise
      // That it ends at all is the point: BullMQ's own close would wait for the job.
      await worker.close(100)
      expect(told.aborted).toBe(true)
    })

    it('hands a job that its worker left behind to another one', async () => {
      const [web, dying, heir] = [await open(), await open(), await open()]
      const started = signal()
      await dying.work('deliver', 1, async ({ group }) => {
        if (group !== 'left') return
        started.resolve()
        await new Promise(() => {})
      })
      await web.wake([{ kind: 'deliver', group: 'left' }])
      await started.promise
      await dying.close(0)
      const got = signal()
      await heir.work('deliver', 1, async ({ group }) => {
        if (group === 'left') got.resolve()
      })
      await got.promise
    })

    it('waits for running jobs before it closes', async () => {
      const [web, worker] = [await open(), await open()]
      const started = signal()
      const finish = signal()
      let finished = false
      await worker.work('rebuild', 1, async () => {
        started.resolve()
        await finish.promise
        finished = true
      })
      await web.wake([{ kind: 'rebuild', group: 'running' }])
      await started.promise
      const closed = worker.close(10_000)
      finish.resolve()
      await closed
      expect(finished).toBe(true)
    })

    it('raises `transient` when it is woken after it closed', async () => {
      const queue = await open()
      await queue.close(0)
      await expect(queue.wake([{ kind: 'inbox', group: 'late' }])).rejects.toMatchObject({ kind: 'transient' })
    })
  })
}

/** The groups that a worker is handed, in order, up to `last`. */
async function groupsUntil(queue: JobQueue, kind: WorkKind, last: string): Promise<readonly string[]> {
  const groups: string[] = []
  const end = signal()
  await queue.work(kind, 1, async ({ group }) => {
    groups.push(group)
    if (group === last) end.resolve()
  })
  await end.promise
  return groups
}
