/** The pool of parser children: whatever a child does, one task fails and the next is answered. */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { createParsePool, type ParsePool, type PoolOptions } from '../../../../src/adapters/parse/pool.ts'

let folder = ''
let script = ''
const pools: ParsePool[] = []

beforeAll(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'underpin-pool-'))
  script = path.join(folder, 'child.mjs')
  writeFileSync(
    script,
    `process.on('disconnect', () => process.exit(0))
     const all = []
     process.on('message', (task) => {
       if (task === 'loop') for (;;);
       if (task === 'abort') process.abort()
       if (task === 'exit') process.exit(3)
       if (task === 'memory') for (;;) all.push(new Array(1e5).fill(all.length))
       if (task === 'env') return process.send({ ok: true, value: Object.keys(process.env) })
       if (task === 'pid') return process.send({ ok: true, value: process.pid })
       if (task === 'no') return process.send({ ok: false, message: 'I will not' })
       process.send({ ok: true, value: task })
     })`,
  )
})
afterEach(() => Promise.all(pools.splice(0).map((pool) => pool.close())))
afterAll(() => rmSync(folder, { recursive: true }))

const pool = (options: Partial<PoolOptions> = {}): ParsePool => {
  const made = createParsePool({ script, bootMs: 0, ...options })
  pools.push(made)
  return made
}

describe('a parse pool', () => {
  it('answers tasks in order of their promise, bytes included', async () => {
    const { run } = pool()
    const tasks = Array.from({ length: 50 }, (_, i) => ({ i, bytes: new Uint8Array([i]) }))
    expect(await Promise.all(tasks.map((task) => run(task)))).toEqual(tasks)
  })

  it('counts the time of a file from when its child is ready: one that starts slowly is no fault of the file', async () => {
    const slow = path.join(folder, 'slow.mjs')
    const wait = 'Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 800)'
    writeFileSync(
      slow,
      `${wait}\nprocess.on('message', (task) => task === 'loop' ? ${wait} : process.send({ ok: true, value: task }))\nprocess.send({ isReady: true })`,
    )
    const { run } = pool({ script: slow, children: 1, timeoutMs: 500, bootMs: 30_000 })
    expect(await run('first')).toBe('first')
    await expect(run('loop')).rejects.toMatchObject({ kind: 'invalid', message: 'the parser gave no answer in 500 ms' })
  })

  it.each([
    ['abort', /died/],
    ['exit', /died \(3\)/],
    ['memory', /died/],
    ['no', /I will not/],
  ])('fails the task %s as invalid and goes on', async (task, message) => {
    const { run } = pool({ children: 1, memoryMb: 32 })
    const [failed, next] = await Promise.allSettled([run(task), run('next')])
    expect(failed).toMatchObject({ status: 'rejected', reason: { kind: 'invalid', message: expect.stringMatching(message) } })
    expect(next).toEqual({ status: 'fulfilled', value: 'next' })
  })

  it('kills an endless loop after the time-out, which does not run for tasks that wait', async () => {
    // A child needs some of its time to start: what loops runs into any limit, what answers must have far more than it takes.
    const { run } = pool({ children: 1, timeoutMs: 3_000 })
    const results = await Promise.allSettled([run('loop'), run('next')])
    expect(results.map(({ status }) => status)).toEqual(['rejected', 'fulfilled'])
    expect(results[0]).toMatchObject({ reason: { kind: 'invalid', message: 'the parser gave no answer in 3000 ms' } })
  })

  it('gives the children nothing of our environment', async () => {
    expect(await pool().run('env')).not.toContain('PATH')
  })

  it('replaces a child after its share of tasks', async () => {
    const { run } = pool({ children: 1, tasksPerChild: 2 })
    const pids = [await run('pid'), await run('pid'), await run('pid')]
    expect(pids[0]).toBe(pids[1])
    expect(pids[2]).not.toBe(pids[0])
  })

  it('refuses tasks when too many wait, and all once it is closed', async () => {
    const made = pool({ children: 1, queueLength: 1 })
    const first = made.run('a')
    const second = made.run('b')
    await expect(made.run('c')).rejects.toMatchObject({ kind: 'transient' })
    expect(await Promise.all([first, second])).toEqual(['a', 'b'])
    await made.close()
    await expect(made.run('d')).rejects.toMatchObject({ kind: 'transient' })
  })

  it('fails what runs and what waits when it is closed', async () => {
    const made = pool({ children: 1 })
    const running = Promise.allSettled([made.run('loop'), made.run('a')])
    await made.close()
    expect((await running).map(({ status }) => status)).toEqual(['rejected', 'rejected'])
  })

  it('lets an idle process end', async () => {
    const main = path.join(folder, 'main.mjs')
    const compiled = path.resolve(import.meta.dirname, '../../../../dist/adapters/parse/pool.js')
    writeFileSync(
      main,
      `import { createParsePool } from ${JSON.stringify(compiled)}\nconsole.log(await createParsePool({ script: ${JSON.stringify(script)} }).run('done'))\n`,
    )
    const child = spawn(process.execPath, [main], { stdio: ['ignore', 'pipe', 'inherit'] })
    let printed = ''
    child.stdout.on('data', (chunk: Buffer) => (printed += chunk.toString()))
    expect(await once(child, 'exit')).toEqual([0, null])
    expect(printed).toBe('done\n')
  })
})
