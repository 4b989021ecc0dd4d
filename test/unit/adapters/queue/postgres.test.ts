/** The queue on PostgreSQL: the contract, its connections, and what a database that goes away does. */
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { migrateQueue, type PostgresConnection, postgresQueue } from '../../../../src/adapters/queue/index.ts'
import { ensurePostgres } from '../../../../src/adapters/store/embedded/index.ts'
import type { WorkKind } from '../../../../src/domain/due-work.ts'
import { describeJobQueue, signal } from '../../../contract/job-queue.ts'
import { createTestDatabase, type TestDatabase } from '../../../stand-ins/postgres.ts'

let database: TestDatabase
let connection: PostgresConnection
const errors: unknown[] = []

beforeAll(async () => {
  database = await createTestDatabase({ isMigrated: false, max: 1 })
  connection = database.connectionOptions as PostgresConnection
  await Promise.all([migrateQueue(connection), migrateQueue(connection)])
})
afterAll(() => database.drop())

describeJobQueue('PostgreSQL', () => ({ open: () => postgresQueue(connection, (error) => errors.push(error)), errors }))

describe('queue on PostgreSQL', () => {
  it('refuses a database that was never migrated, naming the command', async () => {
    const empty = await createTestDatabase({ isMigrated: false, max: 1 })
    await expect(postgresQueue(empty.connectionOptions as PostgresConnection, () => {})).rejects.toMatchObject({
      kind: 'transient',
      message: expect.stringContaining('underpin migrate'),
    })
    await empty.drop()
  })

  it('holds at most 16 connections for all kinds of work, and none after it closed', async () => {
    const kinds: readonly WorkKind[] = ['inbox', 'installation', 'discover', 'resolve', 'decide', 'deliver', 'rebuild']
    const held = async () => {
      const { rows } = await database.pool.query(
        'select count(*)::int as held from pg_stat_activity where datname = current_database() and pid <> pg_backend_pid()',
      )
      return rows[0]?.held
    }
    const queue = await postgresQueue(connection, () => {})
    for (const kind of kinds) await queue.work(kind, 8, async () => {})
    await queue.wake(kinds.flatMap((kind) => Array.from({ length: 50 }, (_, i) => ({ kind, group: `connections-${i}` }))))
    expect(await held()).toBeLessThanOrEqual(16)
    await queue.close(1_000)
    await expect.poll(held).toBe(0)
  })

  it('fails at once while the database is down, works again after, and does not flood the log', async () => {
    const dataDir = await mkdtemp(path.join(tmpdir(), 'upq-'))
    const start = () => ensurePostgres({ dataDir, log: () => {}, settings: { fsync: 'off' } })
    let server = await start()
    const own = server.connectionOptions as PostgresConnection
    await migrateQueue(own)
    const reported: unknown[] = []
    const queue = await postgresQueue(own, (error) => reported.push(error))
    let got = signal<string>()
    await queue.work('resolve', 2, async ({ group }) => got.resolve(group))
    await queue.wake([{ kind: 'resolve', group: 'before' }])
    expect(await got.promise).toBe('before')
    await server.stop()
    await expect(queue.wake([{ kind: 'resolve', group: 'down' }])).rejects.toMatchObject({ kind: 'transient' })
    await expect(queue.ping()).rejects.toMatchObject({ kind: 'transient' })
    server = await start()
    got = signal<string>()
    await queue.wake([{ kind: 'resolve', group: 'after' }])
    expect(await got.promise).toBe('after')
    expect(reported.length).toBeLessThan(20)
    await queue.close(0)
    await server.stop()
    await rm(dataDir, { recursive: true, force: true })
  })
})
