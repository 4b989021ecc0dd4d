/** The queue on a real redis-server (Debian's package); where it is missing these tests fail. */
import { type ChildProcess, spawn } from 'node:child_process'
import { mkdtemp, rm } from 'node:fs/promises'
import { type AddressInfo, createServer } from 'node:net'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { inspectRedis, redisQueue } from '../../src/adapters/queue/index.ts'
import { describeJobQueue, signal } from '../contract/job-queue.ts'

type Server = { readonly url: string; readonly stop: (how: NodeJS.Signals) => Promise<void> }

let folder: string
let redis: Server
const errors: unknown[] = []
const warnings: string[] = []
const open = (url: string) => redisQueue(url, { allowInsecure: false, onWarning: (text) => warnings.push(text), onError: (error) => errors.push(error) })

beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'upr-'))
  redis = await startRedis(await freePort(), ['--appendonly', 'yes'])
})
afterAll(async () => {
  await redis.stop('SIGKILL')
  await rm(folder, { recursive: true, force: true })
})

describeJobQueue('Redis', () => ({ open: () => open(redis.url), errors }))

describe('queue on Redis', () => {
  it('is refused where Redis evicts keys, and warned about where it keeps no append-only file', async () => {
    const evicting = await startRedis(await freePort(), ['--maxmemory', '50mb', '--maxmemory-policy', 'allkeys-lru', '--save', ''])
    expect(await inspectRedis(evicting.url)).toEqual({ evictionPolicy: 'allkeys-lru', appendOnly: false })
    await expect(open(evicting.url)).rejects.toMatchObject({ kind: 'invalid', message: expect.stringContaining('noeviction') })
    await evicting.stop('SIGKILL')
    const forgetful = await startRedis(await freePort(), ['--save', ''])
    warnings.length = 0
    await (await open(forgetful.url)).close(0)
    expect(warnings).toHaveLength(1)
    await forgetful.stop('SIGKILL')
  })

  it('raises `transient` when there is no Redis', async () => {
    await expect(open(`redis://127.0.0.1:${await freePort()}`)).rejects.toMatchObject({ kind: 'transient' })
  })

  it('says when its memory is full, and loses nothing it accepted', async () => {
    const small = await startRedis(await freePort(), ['--maxmemory', '3mb', '--maxmemory-policy', 'noeviction', '--save', ''])
    const queue = await open(small.url)
    const accepted: string[] = []
    const full = async () => {
      for (let i = 0; i < 20_000; i += 50) {
        const groups = Array.from({ length: 50 }, (_, n) => `${i + n}${'x'.repeat(200)}`)
        await queue.wake(groups.map((group) => ({ kind: 'discover', group })))
        accepted.push(...groups)
      }
    }
    await expect(full()).rejects.toMatchObject({ kind: 'transient' })
    expect(accepted.length).toBeGreaterThan(0)
    await queue.close(0)
    await small.stop('SIGKILL')
  })

  it('fails at once while Redis is down, works again after a kill -9 and restart', async () => {
    const port = await freePort()
    const args = ['--appendonly', 'yes', '--dir', await mkdtemp(path.join(folder, 'aof-'))]
    let server = await startRedis(port, args)
    const queue = await open(server.url)
    await queue.wake([{ kind: 'resolve', group: 'kept' }])
    await server.stop('SIGKILL')
    await expect(queue.wake([{ kind: 'resolve', group: 'down' }])).rejects.toMatchObject({ kind: 'transient' })
    await expect(queue.ping()).rejects.toMatchObject({ kind: 'transient' })
    server = await startRedis(port, args)
    const got = signal<string>()
    await queue.work('resolve', 1, async ({ group }) => got.resolve(group))
    expect(await got.promise).toBe('kept')
    await queue.close(0)
    await server.stop('SIGKILL')
  })

  it('retakes the work of a killed process within ten seconds', async () => {
    const queue = await open(redis.url)
    const program = `
      const { redisQueue } = await import(${JSON.stringify(new URL('../../dist/adapters/queue/index.js', import.meta.url).href)})
      const queue = await redisQueue(${JSON.stringify(redis.url)}, { allowInsecure: false, onWarning() {}, onError() {} })
      await queue.work('rebuild', 1, async () => { process.stdout.write('started'); await new Promise(() => {}) })`
    const child = spawn(process.execPath, ['--input-type=module', '-e', program], { stdio: ['ignore', 'pipe', 'inherit'] })
    const started = signal()
    child.stdout.on('data', () => started.resolve())
    await queue.wake([{ kind: 'rebuild', group: 'orphan' }])
    await started.promise
    child.kill('SIGKILL')
    const killed = performance.now()
    const got = signal()
    await queue.work('rebuild', 1, async () => got.resolve())
    await got.promise
    expect(performance.now() - killed).toBeLessThan(10_000)
    await queue.close(0)
  })
})

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  await new Promise((resolve) => server.once('listening', resolve))
  const { port } = server.address() as AddressInfo
  await new Promise((resolve) => server.close(resolve))
  return port
}

async function startRedis(port: number, args: readonly string[]): Promise<Server> {
  const child: ChildProcess = spawn('redis-server', ['--port', String(port), '--bind', '127.0.0.1', '--dir', folder, ...args], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  await new Promise<void>((ready, failed) => {
    let text = ''
    child.once('error', failed)
    child.once('exit', () => failed(new Error(`redis-server ended: ${text}`)))
    child.stdout?.on('data', (chunk: Buffer) => {
      text += chunk.toString()
      if (text.includes('Ready to accept connections')) ready()
    })
  })
  return {
    url: `redis://127.0.0.1:${port}`,
    stop: (how) =>
      new Promise((gone) => {
        child.once('exit', () => gone())
        child.kill(how)
      }),
  }
}
