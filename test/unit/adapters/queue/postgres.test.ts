/** The queue on PostgreSQL: the contract, and what a database that goes away does. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { migrateQueue, postgresQueue } from '../../../../src/adapters/queue/index.ts'
import { describeJobQueue, signal } from '../../../contract/job-queue.ts'
import { scratchPostgres } from './scratch-postgres.ts'

let database: Awaited<ReturnType<typeof scratchPostgres>>
const errors: unknown[] = []
const open = () => postgresQueue(database.connection, (error) => errors.push(error))

beforeAll(async () => {
  database = await scratchPostgres()
  await Promise.all([migrateQueue(database.connection), migrateQueue(database.connection)])
})
afterAll(() => database.remove())

describeJobQueue('PostgreSQL', () => ({ open, errors }))

describe('queue on PostgreSQL', () => {
  it('refuses a database that was never migrated, naming the command', async () => {
    await expect(postgresQueue({ ...database.connection, database: 'template1' }, () => {})).rejects.toMatchObject({
      kind: 'transient',
      message: expect.stringContaining('underpin migrate'),
    })
  })

  it('fails at once while the database is down, works again after, and does not flood the log', async () => {
    const queue = await open()
    let got = signal<string>()
    await queue.work('resolve', 2, async ({ group }) => got.resolve(group))
    await queue.wake([{ kind: 'resolve', group: 'before' }])
    expect(await got.promise).toBe('before')
    errors.length = 0
    await database.stop()
    await expect(queue.wake([{ kind: 'resolve', group: 'down' }])).rejects.toMatchObject({ kind: 'transient' })
    await expect(queue.ping()).rejects.toMatchObject({ kind: 'transient' })
    await database.start()
    got = signal<string>()
    await queue.wake([{ kind: 'resolve', group: 'after' }])
    expect(await got.promise).toBe('after')
    expect(errors.length).toBeLessThan(10)
    await queue.close(0)
  })
})
