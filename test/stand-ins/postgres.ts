/** A real PostgreSQL for tests: one embedded cluster per test run, one database per test file, copied from a migrated template. */
import { type ChildProcess, spawn } from 'node:child_process'
import { randomUUID } from 'node:crypto'
import { readFileSync } from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { isMainThread } from 'node:worker_threads'
import { Client, type Pool, type PoolConfig } from 'pg'
import { ensurePostgres } from '../../src/adapters/store/embedded/index.ts'
import { createPostgresStores, migrate, openPool, type Stores } from '../../src/adapters/store/postgres/index.ts'

export type TestDatabase = {
  readonly pool: Pool
  readonly stores: Stores
  /** For further pools, and for the queue. */
  readonly connectionOptions: PoolConfig
  /** The same as a DATABASE_URL, for other processes. */
  readonly url: string
  /** Ends the pool and drops the database. */
  drop(): Promise<void>
}

export type TestDatabaseOptions = {
  /** Default true; an empty database otherwise. */
  readonly isMigrated?: boolean
  /** Connections of `pool`, 10 unless told. */
  readonly max?: number
}

const template = 'underpin_template'

/** The process that this test run ends with: vitest's own, whichever of its workers we are. */
const runPid = isMainThread ? process.ppid : process.pid

/** A fresh database on the cluster of this test run, about 50 ms; the first one of a run starts the cluster, about 1 s. It ends with the run. */
export async function createTestDatabase({ isMigrated = true, max = 10 }: TestDatabaseOptions = {}): Promise<TestDatabase> {
  const cluster = await ensureCluster()
  const name = `test_${randomUUID().replaceAll('-', '')}`
  if (isMigrated) await ensureTemplate(cluster)
  await asAdmin(cluster, (admin) => admin.query(`create database ${name}${isMigrated ? ` template ${template}` : ''}`))
  const connectionOptions = { ...cluster, database: name }
  const pool = openPool({ connectionOptions }, { applicationName: 'test', max, connectMs: 60_000, onError: () => {} })
  return {
    pool,
    stores: createPostgresStores(pool),
    connectionOptions,
    url: `postgres://${cluster.user}@${encodeURIComponent(cluster.host ?? '')}:5432/${name}`,
    drop: async () => {
      await pool.end()
      await asAdmin(cluster, (admin) => admin.query(`drop database ${name} with (force)`))
    },
  }
}

async function ensureCluster(): Promise<PoolConfig> {
  const dataDir = path.join(os.tmpdir(), `underpin-test-${runPid}`)
  const settings = { fsync: 'off', synchronous_commit: 'off', full_page_writes: 'off', max_connections: '200' }
  const { connectionOptions, adopted } = await ensurePostgres({ dataDir, settings, log: () => {} })
  if (!adopted) stopWithRun(Number.parseInt(readFileSync(path.join(dataDir, 'data/postmaster.pid'), 'utf8'), 10), dataDir, connectionOptions.host ?? '')
  return connectionOptions
}

/** Which worker starts the cluster is chance, and it ends before the others: a small process of its own waits for the end of the run, however it comes. */
function stopWithRun(serverPid: number, dataDir: string, socketDir: string): ChildProcess {
  const isThere = '(pid) => { try { process.kill(pid, 0); return true } catch { return false } }'
  const script = `
    const isThere = ${isThere}, [run, server] = [${runPid}, ${serverPid}]
    const timer = setInterval(() => {
      if (isThere(run)) return
      clearInterval(timer)
      if (isThere(server)) process.kill(server, 'SIGQUIT')
      setTimeout(() => [${JSON.stringify(dataDir)}, ${JSON.stringify(socketDir)}].forEach((dir) => require('node:fs').rmSync(dir, { recursive: true, force: true, maxRetries: 5 })), 500)
    }, 300)`
  const watcher = spawn(process.execPath, ['-e', script], { detached: true, stdio: 'ignore' })
  watcher.unref()
  return watcher
}

async function ensureTemplate(cluster: PoolConfig): Promise<void> {
  await asAdmin(cluster, async (admin) => {
    await admin.query('select pg_advisory_lock(1)')
    const { rowCount } = await admin.query('select from pg_database where datname = $1 and datistemplate', [template])
    if (rowCount !== 0) return
    await admin.query(`drop database if exists ${template}`)
    await admin.query(`create database ${template}`)
    const pool = openPool({ connectionOptions: { ...cluster, database: template } }, { applicationName: 'test', onError: () => {} })
    await migrate(pool)
    await pool.end()
    await admin.query(`alter database ${template} is_template true`)
  })
}

async function asAdmin(cluster: PoolConfig, work: (admin: Client) => Promise<unknown>): Promise<void> {
  const admin = new Client({ ...cluster, database: 'postgres' })
  await admin.connect()
  try {
    await work(admin)
  } finally {
    await admin.end()
  }
}
