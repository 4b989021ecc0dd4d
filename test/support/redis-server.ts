/** Debian's real redis-server, started by a test on a free port and gone with it; where the program is missing the test fails. */
import { type ChildProcess, spawn } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { Redis } from 'ioredis'
import { freePort } from './serve-process.ts'

export type RedisServer = {
  readonly url: string
  /** Ends the process at once and keeps its data. */
  kill(): Promise<void>
  /** Starts it again on the same port with the same data. */
  start(): Promise<void>
  /** Loses every key. */
  flush(): Promise<void>
  /** Ends it and removes its data. */
  stop(): Promise<void>
}

/** Starts one that keeps an append-only file and evicts nothing, as production's should. */
export async function startRedis(): Promise<RedisServer> {
  const folder = mkdtempSync(path.join(os.tmpdir(), 'upr-'))
  const port = await freePort()
  const url = `redis://127.0.0.1:${port}`
  let child = await launch(port, folder)
  const kill = () => ended(child, 'SIGKILL')
  return {
    url,
    kill,
    start: async () => {
      child = await launch(port, folder)
    },
    flush: async () => {
      const client = new Redis(url)
      await client.flushall()
      client.disconnect()
    },
    stop: async () => {
      await kill()
      rmSync(folder, { recursive: true, force: true, maxRetries: 5 })
    },
  }
}

function launch(port: number, folder: string): Promise<ChildProcess> {
  const settings = ['--bind', '127.0.0.1', '--dir', folder, '--appendonly', 'yes', '--save', '', '--maxmemory-policy', 'noeviction']
  const child = spawn('redis-server', ['--port', String(port), ...settings], { stdio: ['ignore', 'pipe', 'inherit'] })
  return new Promise((resolve, reject) => {
    let said = ''
    child.once('error', reject)
    child.once('exit', () => reject(new Error(`redis-server ended: ${said}`)))
    child.stdout?.on('data', (chunk: Buffer) => {
      said += chunk.toString()
      if (said.includes('Ready to accept connections')) resolve(child)
    })
  })
}

function ended(child: ChildProcess, signal: NodeJS.Signals): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return Promise.resolve()
  return new Promise((resolve) => {
    child.once('exit', () => resolve())
    child.kill(signal)
  })
}
