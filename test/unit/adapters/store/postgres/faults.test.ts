/** Failures of the database are faults that name the host and DATABASE_URL; bugs of ours stay bugs. */
import net from 'node:net'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createPostgresStores, openPool } from '../../../../../src/adapters/store/postgres/index.ts'
import { databaseFault, hostOf, isRetryable } from '../../../../../src/adapters/store/postgres/database-fault.ts'
import { fromJsonText, storable, storableText, toJsonText } from '../../../../../src/adapters/store/postgres/storable.ts'
import { Fault } from '../../../../../src/domain/fault.ts'
import { minute, nasty, repo } from '../../../../contract/stores/fixtures.ts'
import { createTestDatabase, type TestDatabase } from '../../../../stand-ins/postgres.ts'

let db: TestDatabase
beforeAll(async () => {
  db = await createTestDatabase()
})
afterAll(() => db.drop())

const secret = 'hunter2'
/** Stores on a connection that is not there. */
async function faultOf(connectionString: string): Promise<Fault> {
  const pool = openPool({ connectionString }, { applicationName: 'test', onError: () => {} })
  const error: unknown = await createPostgresStores(pool)
    .dueWork.due(minute(0), 1)
    .catch((reason: unknown) => reason)
  await pool.end()
  expect(error).toBeInstanceOf(Fault)
  return error as Fault
}

describe('faults of the database', () => {
  it('nobody listens: transient, with host and DATABASE_URL, without the password', async () => {
    const fault = await faultOf(`postgres://me:${secret}@127.0.0.1:1/db`)
    expect(fault).toMatchObject({ kind: 'transient', host: '127.0.0.1' })
    expect(fault.message).toMatch(/127\.0\.0\.1.*ECONNREFUSED.*DATABASE_URL/)
    expect(JSON.stringify([fault, fault.message, fault.stack])).not.toContain(secret)
  })

  it('the server hangs up at once: transient', async () => {
    const server = net.createServer((socket) => socket.destroy()).listen(0, '127.0.0.1')
    await new Promise((resolve) => server.once('listening', resolve))
    const { port } = server.address() as net.AddressInfo
    expect(await faultOf(`postgres://me:${secret}@127.0.0.1:${port}/db`)).toMatchObject({ kind: 'transient' })
    server.close()
  })

  it('the database is not there, or not migrated: missing, and what to do', async () => {
    expect(await faultOf(db.url.replace(/[^/]*$/, 'none'))).toMatchObject({ kind: 'missing', message: expect.stringContaining('underpin migrate') })
    expect(await faultOf(db.url.replace(/[^/]*$/, 'postgres'))).toMatchObject({ kind: 'missing', message: expect.stringContaining('underpin migrate') })
  })

  it('the user is not known: unauthorized', async () => {
    expect(await faultOf(db.url.replace('underpin@', `nobody:${secret}@`))).toMatchObject({ kind: 'unauthorized' })
  })

  it('a text that is no URL is invalid, and never repeated', () => {
    for (const text of [`postgres//${secret}`, `http://x:${secret}@y/`, `postgres://u:${secret}@[`]) {
      expect(() => openPool({ connectionString: text }, { applicationName: 'x', onError: () => {} })).toThrow(
        expect.objectContaining({ kind: 'invalid', message: expect.not.stringContaining(secret) }),
      )
    }
  })

  it('a connection cut in mid-flight is a fault, and the pool goes on with a new one', async () => {
    const held = db.stores.dueWork
    const cut = db.pool.query('select pg_sleep(60)').catch((error: unknown) => error)
    await db.pool.query("select pg_terminate_backend(pid) from pg_stat_activity where query like 'select pg_sleep%' and pid <> pg_backend_pid()")
    while (
      !(await Promise.race([
        cut.then(() => true),
        db.pool.query("select pg_terminate_backend(pid) from pg_stat_activity where query like 'select pg_sleep%'").then(() => false),
      ]))
    );
    expect(databaseFault(await cut, {})).toMatchObject({ kind: 'transient' })
    expect(await held.due(minute(-1_000), 1)).toEqual([])
  })

  it('a connection that breaks while somebody holds it does not end the process', async () => {
    const pool = openPool({ connectionOptions: db.connectionOptions }, { applicationName: 'test', onError: () => {} })
    const client = await pool.connect()
    const { rows } = await client.query<{ pid: number }>('select pg_backend_pid() as pid')
    const broke = new Promise((resolve) => client.once('end', resolve))
    await db.pool.query('select pg_terminate_backend($1)', [rows[0]?.pid])
    await broke
    client.release(true)
    expect((await pool.query('select 1')).rowCount).toBe(1)
    await pool.end()
  })

  it('a database that became read-only is transient', async () => {
    const { host = '' } = db.connectionOptions
    const pool = openPool(
      { connectionOptions: { ...db.connectionOptions, options: '-c default_transaction_read_only=on' } },
      { applicationName: 'test', onError: () => {} },
    )
    await expect(createPostgresStores(pool).repos.save([repo()])).rejects.toMatchObject({ kind: 'transient', host })
    await pool.end()
  })

  it('bugs stay bugs: a broken constraint, an error that is none of the above', () => {
    expect(databaseFault(Object.assign(new Error('duplicate key'), { code: '23505' }), {})).toBeNull()
    expect(databaseFault(new TypeError('undefined is not a function'), {})).toBeNull()
  })

  it('a deadlock may be tried again, a unique violation not', () => {
    const fault = (code: string) => databaseFault(Object.assign(new Error('x'), { code }), {})
    expect(isRetryable(fault('40P01'))).toBe(true)
    expect(isRetryable(fault('08006'))).toBe(false)
    expect(isRetryable(Object.assign(new Error('x'), { code: '23505' }))).toBe(false)
  })

  it('the host of a configuration is its host alone', () => {
    expect(hostOf({ host: '/tmp/socket' })).toBe('/tmp/socket')
    expect(hostOf({ connectionString: `postgres://u:${secret}@db.example:5432/x` })).toBe('db.example')
    expect(hostOf({ connectionString: `postgres:///x?host=/run/pg` })).toBe('/run/pg')
  })
})

describe('text that PostgreSQL cannot hold', () => {
  it('is replaced, and whole surrogate pairs are kept', () => {
    expect(storableText(nasty)).toBe('a\uFFFDb\uFFFDc😀"\\u0000')
    expect(storable(['\0', 1, null])).toEqual(['\uFFFD', 1, null])
  })

  it('keeps every character in JSON text', () => {
    expect(fromJsonText(storableText(toJsonText({ [nasty]: nasty })))).toEqual({ [nasty]: nasty })
  })

  it('never stops the intake of a delivery', async () => {
    const delivery = { guid: nasty, event: nasty, body: Buffer.from(nasty), receivedAt: minute(0) }
    expect(await db.stores.inbox.accept(delivery)).toBe('new')
    expect(await db.stores.inbox.accept(delivery)).toBe('again')
    expect((await db.stores.inbox.read(nasty))!.body).toEqual(delivery.body)
    await db.stores.dueWork.schedule([{ kind: 'decide', key: nasty, group: nasty, dueAt: minute(0) }])
    const [claim] = await db.stores.dueWork.claim('decide', nasty, { asOf: minute(0), leaseMs: 1_000, limit: 1 })
    expect(await db.stores.dueWork.retry(claim!, minute(0), nasty)).toBe(true)
  })
})
