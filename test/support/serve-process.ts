/** `underpin serve` as a process of its own, so that it can be killed. */
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import { until } from './until.ts'

/** The compiled command. */
export const serveScript = fileURLToPath(new URL('../../dist/app/cli/main.js', import.meta.url))

export type ServeProcess = {
  readonly child: ChildProcess
  /** What it said on stderr so far. */
  log(): string
  /** Sends the signal and resolves with the exit code (null after a kill). */
  end(signal: NodeJS.Signals): Promise<number | null>
}

/** A port that was free a moment ago. */
export async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  server.close()
  await once(server, 'close')
  if (address === null || typeof address === 'string') throw new Error('no port')
  return address.port
}

/** Starts it and waits until it runs. `operatorFile` is written into `dataDir`; `only`: one part of the app, all without it. */
export async function startServe(options: {
  readonly only?: 'web' | 'worker' | 'scheduler'
  readonly env: Readonly<Record<string, string>>
  readonly operatorFile: string
  readonly dataDir: string
}): Promise<ServeProcess> {
  const file = path.join(options.dataDir, 'operator.yml')
  writeFileSync(file, options.operatorFile)
  const child = spawn(process.execPath, [serveScript, 'serve', ...(options.only === undefined ? [] : ['--only', options.only])], {
    env: { PATH: process.env['PATH'], ...options.env, UNDERPIN_CONFIG: file },
    stdio: ['ignore', 'inherit', 'pipe'],
  })
  let said = ''
  child.stderr?.setEncoding('utf8').on('data', (text: string) => {
    said += text
  })
  const exit = new Promise<number | null>((resolve) => child.once('exit', (code) => resolve(code)))
  await until('underpin serve runs', () => {
    if (child.exitCode !== null) throw new Error(`underpin serve ended with ${child.exitCode}: ${said}`)
    return said.includes('underpin runs')
  })
  return {
    child,
    log: () => said,
    end: (signal) => {
      child.kill(signal)
      return exit
    },
  }
}
