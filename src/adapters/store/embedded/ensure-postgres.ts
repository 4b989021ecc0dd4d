/** Makes sure that the embedded PostgreSQL of a data folder runs: adopts the one that does, or starts one. */
import type { ChildProcess } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import type { PoolConfig } from 'pg'
import { Fault } from '../../../domain/fault.ts'
import { isAlive, readLock, removeStaleLocks } from './lock-file.ts'
import { findNative, type Native } from './native.ts'
import { dataIn, type Placement, place } from './placement.ts'
import { answers, connectionTo, createDatabase, initialise, lastWords, launch, stop } from './server.ts'

export type EmbeddedOptions = {
  /** `.underpin` in the project; made when it is not there. */
  readonly dataDir: string
  /** Told what happens, for the log. */
  readonly log: (message: string, fields: Readonly<Record<string, string | number>>) => void
  /** PostgreSQL settings beside our own; tests switch `fsync` off. */
  readonly settings?: Readonly<Record<string, string>>
  /** The programs; this machine's package unless told. */
  readonly native?: Native
}

export type EmbeddedPostgres = {
  /** Socket, user and database, for `openPool`. */
  readonly connectionOptions: PoolConfig
  /** Somebody else started it, and stops it. */
  readonly adopted: boolean
  /** To be shown to the person who started us, or null. */
  readonly notice: string | null
  /** Fast shutdown of a server that we started, at most 20 s; nothing for an adopted one. The caller stops it last, after its pools. */
  stop(): Promise<void>
}

const database = 'underpin'
/** A server that was killed recovers first; nothing this small takes longer. */
const startMs = 60_000
const pollMs = 20
/** A killed server's last backends may hold its memory for a moment; what fails longer than this fails for another reason. */
const mostLaunches = 20
const relaunchMs = 250

/**
 * Gives a server that answers. Survives its own death and the server's: a server whose starter was killed is adopted, stale locks are removed, a
 * killed server recovers. Installs no signal handlers: who started it calls `stop`. Raises `missing` (no programs for this machine: set
 * DATABASE_URL) and `invalid` (it does not start: why).
 */
export async function ensurePostgres({ dataDir, log, settings = {}, native }: EmbeddedOptions): Promise<EmbeddedPostgres> {
  const placement = place(dataDir, native ?? findNative())
  const data = dataIn(placement)
  const deadline = Date.now() + startMs
  let started: ChildProcess | null = null
  let launches = 0
  await initialise(placement)
  checkVersion(placement)
  while (Date.now() < deadline) {
    for (const socketDir of new Set([readLock(data)?.socketDir ?? placement.socketDir, placement.socketDir])) {
      if (await answers(socketDir)) return ready(placement, socketDir, isRunning(started) && readLock(data)?.pid === started.pid ? started : null, log)
    }
    removeStaleLocks(data, placement.socketDir)
    const holder = readLock(data)
    if (!isRunning(started) && (holder === null || !isAlive(holder.pid))) {
      if (launches === mostLaunches) break
      if (launches > 0) await delay(relaunchMs)
      launches += 1
      started = launch(placement, settings)
      started.once('error', () => {})
    }
    await delay(pollMs)
  }
  if (isRunning(started)) await stop(started)
  throw new Fault('invalid', `the embedded PostgreSQL in ${data} does not start: ${lastWords(placement)}; or set DATABASE_URL`)
}

function isRunning(child: ChildProcess | null): child is ChildProcess {
  return child !== null && child.pid !== undefined && child.exitCode === null && child.signalCode === null
}

async function ready(placement: Placement, socketDir: string, child: ChildProcess | null, log: EmbeddedOptions['log']): Promise<EmbeddedPostgres> {
  await createDatabase(socketDir, database)
  log(child === null ? 'adopted the embedded PostgreSQL that runs' : 'started the embedded PostgreSQL', { data: dataIn(placement), socket: socketDir })
  return {
    connectionOptions: connectionTo(socketDir, database),
    adopted: child === null,
    notice: placement.notice,
    stop: async () => {
      if (child !== null) await stop(child)
    },
  }
}

/** Data of another major version cannot be read, and the server would only say so in its log. */
function checkVersion(placement: Placement): void {
  const file = path.join(dataIn(placement), 'PG_VERSION')
  const of = existsSync(file) ? readFileSync(file, 'utf8').trim() : ''
  const ours = placement.native.version.split('.')[0] ?? ''
  if (of !== ours)
    throw new Fault(
      'invalid',
      `${dataIn(placement)} was written by PostgreSQL ${of}, and this version brings ${ours}; move the data with pg_dump, or set DATABASE_URL`,
    )
}
