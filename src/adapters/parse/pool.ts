/** A pool of forked children that answer tasks; a crash, an endless loop or a full memory costs one child and fails one task. */
import { type ChildProcess, fork } from 'node:child_process'
import { Fault } from '../../domain/fault.ts'

export type PoolOptions = {
  /** The script of the children: it answers each message with an `Answer`. */
  readonly script: string
  readonly children?: number
  readonly memoryMb?: number
  /** From the moment a child that is ready has the task. */
  readonly timeoutMs?: number
  /** Until a child is ready, or has answered its first task; on a busy machine starting takes seconds, and that is no fault of the file. */
  readonly bootMs?: number
  readonly tasksPerChild?: number
  /** Tasks that may wait; more are refused. */
  readonly queueLength?: number
}

/** What a child may send once it can take tasks. */
export type Ready = { readonly isReady: true }

/** What a child sends back. */
export type Answer = { readonly ok: true; readonly value: unknown } | { readonly ok: false; readonly message: string }

export type ParsePool = {
  /** The child's answer to `task` (structured clone). Raises `invalid` when it refuses, dies or takes too long, `transient` when the queue is full or closed. */
  run(task: unknown): Promise<unknown>
  /** Ends the children; what waits fails. Resolves when they are gone. */
  close(): Promise<void>
}

type Job = { readonly task: unknown; readonly resolve: (value: unknown) => void; readonly reject: (error: Fault) => void }
type Worker = { readonly child: ChildProcess; job: Job | null; timer: NodeJS.Timeout | null; timedOut: boolean; isReady: boolean; done: number; ended: boolean }

/** A pool without children yet: the first task starts one. Idle children do not keep the process alive. */
export function createParsePool(options: PoolOptions): ParsePool {
  const { script, children = 2, memoryMb = 96, timeoutMs = 5_000, bootMs = 20_000, tasksPerChild = 2_000, queueLength = 10_000 } = options
  const workers = new Set<Worker>()
  const idle: Worker[] = []
  const queue: Job[] = []
  let closed = false

  const settle = (worker: Worker): Job | null => {
    const { job } = worker
    worker.job = null
    if (worker.timer !== null) clearTimeout(worker.timer)
    worker.timer = null
    return job
  }

  const watch = (worker: Worker, ms: number): void => {
    if (worker.timer !== null) clearTimeout(worker.timer)
    worker.timer = setTimeout(() => {
      worker.timedOut = true
      worker.child.kill('SIGKILL')
    }, ms)
  }

  const end = (worker: Worker): void => {
    worker.ended = true
    workers.delete(worker)
    const at = idle.indexOf(worker)
    if (at >= 0) idle.splice(at, 1)
    worker.child.kill('SIGKILL')
  }

  const start = (): Worker => {
    const child = fork(script, [], {
      // Young objects get little room: with more, a child is a quarter larger and no faster.
      execArgv: [`--max-old-space-size=${memoryMb}`, '--max-semi-space-size=4', '--disallow-code-generation-from-strings'],
      serialization: 'advanced',
      env: {},
      stdio: ['ignore', 'ignore', 'ignore', 'ipc'],
    })
    const worker: Worker = { child, job: null, timer: null, timedOut: false, isReady: false, done: 0, ended: false }
    workers.add(worker)
    child.on('error', () => end(worker)) // also a send to a child that has just died: 'close' follows and fails the job
    child.on('message', (answer: Answer | Ready) => {
      worker.isReady = true
      if ('isReady' in answer) return worker.job === null ? undefined : watch(worker, timeoutMs)
      const job = settle(worker)
      if (answer.ok) job?.resolve(answer.value)
      else job?.reject(new Fault('invalid', answer.message))
      if (worker.ended) return
      if (++worker.done >= tasksPerChild) end(worker)
      else idle.push(worker)
      pump()
    })
    child.on('close', (code, signal) => {
      end(worker)
      const why = worker.timedOut ? `the parser gave no answer in ${timeoutMs} ms` : `the parser died (${signal ?? code})`
      settle(worker)?.reject(new Fault('invalid', why))
      if (!closed) pump()
    })
    return worker
  }

  const hold = ({ child }: Worker, isHeld: boolean): void => {
    if (isHeld) {
      child.ref()
      child.channel?.ref()
    } else {
      child.unref()
      child.channel?.unref()
    }
  }

  const pump = (): void => {
    while (queue.length > 0) {
      const worker = idle.pop() ?? (workers.size < children ? start() : null)
      if (worker === null) break
      const job = queue.shift()
      if (job === undefined) break
      worker.job = job
      hold(worker, true)
      watch(worker, worker.isReady ? timeoutMs : Math.max(timeoutMs, bootMs))
      worker.child.send(job.task as object, () => {})
    }
    for (const worker of idle) hold(worker, false)
  }

  return {
    run: (task) =>
      new Promise((resolve, reject) => {
        if (closed) return reject(new Fault('transient', 'the parser pool is closed'))
        if (queue.length >= queueLength) return reject(new Fault('transient', 'too many files wait for the parser'))
        queue.push({ task, resolve, reject })
        pump()
      }),
    close: async () => {
      closed = true
      for (const job of queue.splice(0)) job.reject(new Fault('transient', 'the parser pool is closed'))
      const gone = [...workers].map(
        ({ child }) => new Promise<void>((resolve) => (child.exitCode !== null || child.signalCode !== null ? resolve() : child.once('exit', () => resolve()))),
      )
      for (const worker of workers) {
        hold(worker, true)
        end(worker)
      }
      await Promise.all(gone)
    },
  }
}
