/** Several processes on one PostgreSQL and one Redis: the work is shared, each part drains on SIGTERM, and the database may go and come back. */
import { chmodSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { ensurePostgres } from '../../src/adapters/store/embedded/index.ts'
import { createPostgresStores, migrate, openPool } from '../../src/adapters/store/postgres/index.ts'
import type { Moment, SeenRequest } from '../stand-ins/github/index.ts'
import { createTestDatabase, type TestDatabase } from '../stand-ins/postgres.ts'
import { prepareProcesses, type Processes } from '../support/processes.ts'
import { type RedisServer, startRedis } from '../support/redis-server.ts'
import type { ServeProcess } from '../support/serve-process.ts'
import { until } from '../support/until.ts'

/** A stopping process has this long by the configuration's default. */
const drainMs = 25_000

let redis: RedisServer
beforeAll(async () => {
  redis = await startRedis()
})
afterAll(() => redis.stop())

/** Waits for the end of a process that was told to stop; fails when it takes longer than it may. */
async function drained(serve: ServeProcess): Promise<number | null> {
  serve.child.kill('SIGTERM')
  await until('the process has drained', () => serve.child.exitCode !== null || serve.child.signalCode !== null, drainMs)
  return serve.child.exitCode
}

/** Resolves at the first request that fits, which waits for `act`. */
function at({ github }: Processes, match: (request: SeenRequest) => boolean, moment: Moment, act: () => void | Promise<void>): Promise<void> {
  return new Promise((resolve) => {
    let isDone = false
    github.onRequest(async (request, now) => {
      if (isDone || now !== moment || !match(request)) return
      isDone = true
      await act()
      resolve()
    })
  })
}

const rooted =
  (field: string) =>
  ({ rootFields, operation }: SeenRequest): boolean =>
    rootFields.includes(field) || operation === field

describe('a web process, two workers and a scheduler', () => {
  let database: TestDatabase
  let all: Processes
  let web: ServeProcess
  let scheduler: ServeProcess
  let workers: ServeProcess[]
  beforeAll(async () => {
    database = await createTestDatabase()
    all = await prepareProcesses({ databaseUrl: database.url, redisUrl: redis.url, stores: () => database.stores })
    web = await all.start('web')
    scheduler = await all.start('scheduler')
    workers = [await all.start('worker'), await all.start('worker')]
  })
  afterAll(async () => {
    await all.close()
    await database.drop()
  })
  afterEach(() => all.github.assertNoViolations())

  it('bring 20 repos of a moved tag one pull request each', async () => {
    const fleet = await all.repos(20)
    await fleet.delivered(await fleet.move('second'))

    expect(fleet.counts()).toEqual(fleet.names.map(() => 1))
  })

  it.each([
    ['Standings', 'before-apply'],
    ['createCommitOnBranch', 'after-apply'],
    ['createPullRequest', 'before-apply'],
    ['updateRefs', 'after-apply'],
  ] as const)('workers that are told to stop at %s %s drain with 0, and others bring the work to its end', async (field, moment) => {
    const fleet = await all.repos(3)
    if (field === 'updateRefs') await fleet.delivered(await fleet.move('second'))
    const codes: Promise<number | null>[] = []
    const told = at(all, rooted(field), moment, () => void codes.push(...workers.map(drained)))
    const digest = await fleet.move('third')
    await told
    expect(await Promise.all(codes)).toEqual([0, 0])
    workers = [await all.start('worker'), await all.start('worker')]
    await fleet.delivered(digest)

    expect(fleet.counts()).toEqual([1, 1, 1])
  })

  it('go on when the database ends all their connections in the middle of a delivery', async () => {
    const fleet = await all.repos(3)
    const cut = at(all, rooted('createPullRequest'), 'after-apply', async () => {
      await database.pool.query('select pg_terminate_backend(pid) from pg_stat_activity where datname = current_database() and pid <> pg_backend_pid()')
    })
    const digest = await fleet.move('second')
    await cut
    await fleet.delivered(digest)

    expect(fleet.counts()).toEqual([1, 1, 1])
    for (const { child, log } of [web, scheduler, ...workers]) expect(child.exitCode, log().slice(-3_000)).toBeNull()
  })

  it('drain with 0 when all are told to stop while repos are being looked into', async () => {
    const told = at(all, rooted('createCommitOnBranch'), 'before-apply', () => {})
    const fleet = await all.repos(3)
    await fleet.move('second')
    await told

    expect(await Promise.all([web, scheduler, ...workers].map(drained))).toEqual([0, 0, 0, 0])
  })
})

describe('a database that is stopped at once and started again', () => {
  it('in the middle of a delivery leaves the process running, and the work is done once', async () => {
    const dataDir = folder()
    const options = { dataDir, log: () => {}, settings: { fsync: 'off' } }
    let cluster = await ensurePostgres(options)
    const { host = '', user = '' } = cluster.connectionOptions as { readonly host?: string; readonly user?: string }
    const pool = openPool({ connectionOptions: cluster.connectionOptions }, { applicationName: 'test', onError: () => {} })
    await migrate(pool)
    const stores = createPostgresStores(pool)
    const url = `postgres://${user}@${encodeURIComponent(host)}:5432/underpin`
    const all = await prepareProcesses({ databaseUrl: url, redisUrl: redis.url, stores: () => stores })
    const serve = await all.start()
    const fleet = await all.repos(3)
    const restarted = at(all, rooted('createPullRequest'), 'after-apply', async () => {
      process.kill(serverPid(dataDir), 'SIGQUIT')
      cluster = await ensurePostgres(options)
    })
    const digest = await fleet.move('second')
    await restarted
    await fleet.delivered(digest).catch((error: unknown) => {
      throw new Error(`${(error as Error).message}: ${serve.log().slice(-4_000)}`)
    })

    expect(fleet.counts()).toEqual([1, 1, 1])
    expect(serve.child.exitCode, serve.log().slice(-3_000)).toBeNull()
    all.github.assertNoViolations()
    expect(await drained(serve)).toBe(0)
    await all.close()
    await pool.end()
    await cluster.stop()
    rmSync(dataDir, { recursive: true, force: true, maxRetries: 5 })
  })
})

describe('the embedded database', () => {
  it('outlives the kill -9 of the process that started it, and the next one adopts it with everything in it', async () => {
    const dataDir = folder()
    const pools: ReturnType<typeof openPool>[] = []
    let stores: ReturnType<typeof createPostgresStores> | null = null
    const all = await prepareProcesses({
      databaseUrl: null,
      dataDir,
      logLevel: 'debug',
      stores: () => {
        if (stores === null) throw new Error('the database is not known yet')
        return stores
      },
    })
    const first = await all.start()
    const adopted = await ensurePostgres({ dataDir, log: () => {} })
    expect(adopted.adopted).toBe(true)
    pools.push(openPool({ connectionOptions: adopted.connectionOptions }, { applicationName: 'test', onError: () => {} }))
    stores = createPostgresStores(pools[0]!)
    const fleet = await all.repos(2)
    const killed = at(all, rooted('createPullRequest'), 'after-apply', async () => void (await first.end('SIGKILL')))
    const digest = await fleet.move('second')
    await killed
    const second = await all.start()
    await fleet.delivered(digest)

    expect(second.log()).toContain('adopted the embedded PostgreSQL')
    expect(fleet.counts()).toEqual([1, 1])
    expect(await drained(second)).toBe(0)
    for (const pool of pools) await pool.end()
    process.kill(serverPid(dataDir), 'SIGQUIT')
    await all.close()
  })
})

/** A folder that the user of the embedded PostgreSQL can reach. */
function folder(): string {
  const made = mkdtempSync(path.join(os.tmpdir(), 'underpin-processes-'))
  chmodSync(made, 0o755)
  return made
}

function serverPid(dataDir: string): number {
  return Number.parseInt(readFileSync(path.join(dataDir, 'data/postmaster.pid'), 'utf8'), 10)
}
