/** One PostgreSQL server process: initialised, started, asked, stopped. */
import { type ChildProcess, execFile, spawn } from 'node:child_process'
import { closeSync, existsSync, openSync, readdirSync, readFileSync, renameSync, rmSync } from 'node:fs'
import { chown, mkdtemp, rm } from 'node:fs/promises'
import path from 'node:path'
import { promisify } from 'node:util'
import { Client, DatabaseError, type PoolConfig } from 'pg'
import { Fault } from '../../../domain/fault.ts'
import { isAlive } from './lock-file.ts'
import { libraryPath } from './native.ts'
import { dataIn, type Placement } from './placement.ts'

const run = promisify(execFile)
const databaseUser = 'underpin'
/** Longer than any recovery of a database this small, shorter than a person's patience. */
const stopMs = 20_000

/** How to connect to a database of the server behind `socketDir`. Reads nothing from PGHOST and the like. */
export function connectionTo(socketDir: string, database: string): PoolConfig {
  return { host: socketDir, port: 5432, user: databaseUser, database, password: '', ssl: false }
}

/**
 * Makes the data folder unless it is there. It is made beside and renamed into place, so that a folder half made (killed meanwhile, two at once) is
 * never started on.
 */
export async function initialise(placement: Placement): Promise<void> {
  const dataDir = dataIn(placement)
  removeHalfMade(dataDir)
  if (existsSync(dataDir)) return
  const made = await mkdtemp(`${dataDir}.${process.pid}.`)
  if (placement.owner !== null) await chown(made, placement.owner.uid, placement.owner.gid)
  const settings = ['--auth-local=trust', '--auth-host=reject', '-E', 'UTF8', '--locale-provider=builtin', '--builtin-locale=C.UTF-8', '--locale=C']
  try {
    await run(
      path.join(placement.native.dir, 'bin/initdb'),
      ['-D', made, '-U', databaseUser, ...settings, '--no-instructions'],
      processOptions(placement, made),
    )
    renameSync(made, dataDir)
  } catch (cause) {
    await rm(made, { recursive: true, force: true })
    if (existsSync(dataDir)) return
    const said = cause instanceof Error && 'stderr' in cause ? String(cause.stderr).trim() : ''
    throw new Fault('invalid', `the embedded PostgreSQL cannot be set up in ${dataDir}: ${said}; or set DATABASE_URL`, { cause })
  }
}

/**
 * Starts the server, detached, so that Ctrl-C reaches only us and we drain before it stops. It outlives us when we are killed. What it says goes to
 * a file, as a pipe would break then. It does not answer yet (`answers`).
 */
export function launch(placement: Placement, settings: Readonly<Record<string, string>>): ChildProcess {
  const dataDir = dataIn(placement)
  const all = { listen_addresses: '', max_connections: '100', unix_socket_permissions: '0700', log_checkpoints: 'off', ...settings }
  const options = Object.entries(all).flatMap(([name, value]) => ['-c', `${name}=${value}`])
  const log = openSync(logIn(placement), 'w', 0o600)
  try {
    const child = spawn(path.join(placement.native.dir, 'bin/postgres'), ['-D', dataDir, '-k', placement.socketDir, ...options], {
      ...processOptions(placement, dataDir),
      stdio: ['ignore', log, log],
      detached: true,
    })
    child.unref()
    return child
  } finally {
    closeSync(log)
  }
}

/** The end of what the server said. */
export function lastWords(placement: Placement): string {
  try {
    return readFileSync(logIn(placement), 'utf8').slice(-2000).trim()
  } catch {
    return ''
  }
}

/** Whether a server behind `socketDir` answers a query now; false while it starts up or stops, and when there is none. */
export async function answers(socketDir: string): Promise<boolean> {
  if (!existsSync(path.join(socketDir, '.s.PGSQL.5432'))) return false
  const client = new Client({ ...connectionTo(socketDir, 'postgres'), connectionTimeoutMillis: 2_000, query_timeout: 2_000 })
  client.on('error', () => {})
  try {
    await client.connect()
    await client.query('select 1')
    return true
  } catch {
    return false
  } finally {
    await client.end().catch(() => {})
  }
}

/** Makes our database unless it is there. */
export async function createDatabase(socketDir: string, database: string): Promise<void> {
  const client = new Client(connectionTo(socketDir, 'postgres'))
  await client.connect()
  try {
    const { rowCount } = await client.query('select from pg_database where datname = $1', [database])
    if (rowCount === 0) await client.query(`create database ${client.escapeIdentifier(database)}`)
  } catch (error) {
    const isThere = error instanceof DatabaseError && (error.code === '42P04' || error.code === '23505')
    if (!isThere) throw error
  } finally {
    await client.end()
  }
}

/** Fast shutdown: connections are cut, everything is written. After 20 s the server is killed, which costs a recovery at the next start. */
export async function stop(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return
  child.ref()
  const ended = new Promise<void>((resolve) => child.once('exit', () => resolve()))
  child.kill('SIGINT')
  const timer = setTimeout(() => child.kill('SIGQUIT'), stopMs)
  await ended
  clearTimeout(timer)
}

function logIn(placement: Placement): string {
  return path.join(placement.home, 'server.log')
}

function processOptions(placement: Placement, cwd: string) {
  const libraries = libraryPath(placement.native, path.join(placement.home, `links-${placement.native.version}`))
  const env = { PATH: '/usr/bin:/bin', LC_ALL: 'C', TZ: 'UTC', ...(libraries === null ? {} : { LD_LIBRARY_PATH: libraries }) }
  return { ...placement.owner, env, cwd }
}

/** What an `initialise` that was killed left behind. */
function removeHalfMade(dataDir: string): void {
  const prefix = `${path.basename(dataDir)}.`
  for (const name of readdirSync(path.dirname(dataDir))) {
    const pid = name.startsWith(prefix) ? Number.parseInt(name.slice(prefix.length), 10) : Number.NaN
    if (Number.isSafeInteger(pid) && !isAlive(pid)) rmSync(path.join(path.dirname(dataDir), name), { recursive: true, force: true })
  }
}
