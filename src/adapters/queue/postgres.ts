/**
 * The queue on PostgreSQL 13 or newer, in a schema of its own (`jobs`), beside the memory in the same database.
 *
 * Connections of one process: 2 for all producers, and per kind that it works on 1 for queries and 1 that LISTENs. A worker of all seven kinds
 * holds at most 16. Direct connections only: a transaction-mode pooler loses LISTEN.
 */
import { createPostgresBackend, type PostgresPoolConfig, type PostgresQueueBackend, runMigrations } from 'bullmq'
import { Client } from 'pg'
import { Fault } from '../../domain/fault.ts'
import { bullmqQueue, type OpenQueue } from './bullmq-queue.ts'
import type { QueueErrors } from './queue-errors.ts'

/** The part of node-postgres' settings that we pass on: a URL, or a socket folder as `host`. */
export type PostgresConnection = {
  readonly connectionString?: string
  readonly host?: string
  readonly port?: number
  readonly user?: string
  readonly database?: string
  readonly password?: string
}

/** The schema that holds BullMQ's tables. */
export const queueSchema = 'jobs'

/** Brings the queue's schema up to date; safe to run from several processes at once. Raises `transient` when the database is away. */
export async function migrateQueue(connection: PostgresConnection): Promise<void> {
  const client = new Client({ ...connection, application_name: 'underpin-migrate', connectionTimeoutMillis: 5_000 })
  client.on('error', () => {})
  try {
    await client.connect()
    await runMigrations(client, queueSchema)
  } catch (error) {
    throw new Fault('transient', 'the queue’s schema could not be migrated', { cause: error })
  } finally {
    await client.end().catch(() => {})
  }
}

/** Opens the queue. Needs `migrateQueue` to have run; raises `transient` when the database is away or not migrated. */
export async function postgresQueue(connection: PostgresConnection, onError: QueueErrors): Promise<OpenQueue> {
  const pool = { ...connection, schema: queueSchema, application_name: 'underpin-queue', connectionTimeoutMillis: 4_000, keepAlive: true }
  const shared = sharedProducer({ ...pool, max: 2, query_timeout: 4_500 })
  const queue = bullmqQueue({
    producer: (name) => shared().forQueue(name),
    worker: (name, options, more) => createPostgresBackend(name, { ...options, connection: { ...pool, max: 1 } }, more),
    onError,
    disconnect: () => shared().close(),
    ping: async () => {
      await shared().connection.pool.query('SELECT 1')
    },
  })
  shared().on('error', (error: unknown) => onError(error, { kind: 'inbox', group: null }))
  try {
    await shared().waitUntilReady()
  } catch (error) {
    await queue.close(0)
    throw new Fault('transient', 'the queue’s database does not answer or is not migrated: run `underpin migrate`', { cause: error })
  }
  return queue
}

/** One backend whose siblings share its connections: a queue per kind, two connections for all. */
function sharedProducer(config: PostgresPoolConfig): () => PostgresQueueBackend {
  let backend: PostgresQueueBackend | null = null
  return () => (backend ??= createPostgresBackend('producer', { connection: config }))
}
