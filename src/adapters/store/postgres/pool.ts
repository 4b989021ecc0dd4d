/** The pool of connections to PostgreSQL, bounded in number and in time. */
import { Pool, type PoolConfig } from 'pg'
import { Fault } from '../../../domain/fault.ts'

/** Where the database is: `DATABASE_URL`, or what the embedded PostgreSQL said. */
export type Connection = { readonly connectionString: string } | { readonly connectionOptions: PoolConfig }

export type PoolOptions = {
  /** Shown in `pg_stat_activity`: `underpin-web`, `underpin-worker`. */
  readonly applicationName: string
  /** Connections at most; 10 unless told. */
  readonly max?: number
  /** How long a caller waits for a connection, free or new, before it gets a fault, ms; 5,000 unless told: GitHub waits 10 s for the answer to a webhook. */
  readonly connectMs?: number
  /** Hears of connections that broke while idle; the pool replaces them by itself. */
  readonly onError: (error: Error) => void
}

/** Ten queries of 20 ms each keep two processors busy; more connections would only wait inside PostgreSQL. */
const mostConnections = 10
/** A statement that takes longer waits for a lock that nobody will release. */
const statementMs = 15_000
const connectMs = 5_000

/**
 * Opens no connection yet. Needs direct connections: a transaction-mode pooler (PgBouncer, Supavisor on 6543) is not supported, as migrations lock
 * by session and the queue listens. Raises `invalid` when DATABASE_URL is not a URL; the text of a wrong one is never repeated, it may hold a password.
 */
export function openPool(connection: Connection, options: PoolOptions): Pool {
  const where = 'connectionString' in connection ? { connectionString: checkedUrl(connection.connectionString) } : connection.connectionOptions
  const pool = new Pool({
    ...where,
    application_name: options.applicationName,
    max: options.max ?? mostConnections,
    connectionTimeoutMillis: options.connectMs ?? connectMs,
    statement_timeout: statementMs,
    // A server that vanished without a word answers nothing: this is our own clock, later than the server's.
    query_timeout: statementMs + 5_000,
    idle_in_transaction_session_timeout: statementMs,
    idleTimeoutMillis: 30_000,
    keepAlive: true,
  })
  // `end` does not wait until its connections are gone: a server that stops right after it may cut them off first, which is nobody's trouble.
  pool.on('error', (error) => {
    if (!pool.ending) options.onError(error)
  })
  // The pool listens to idle clients only: one that breaks while somebody holds it would end the process. Its queries and the next one fail anyway.
  pool.on('connect', (client) => client.on('error', () => {}))
  return pool
}

function checkedUrl(text: string): string {
  const isUrl = URL.canParse(text) && /^postgres(ql)?:$/.test(new URL(text).protocol)
  if (!isUrl) throw new Fault('invalid', 'DATABASE_URL is not a URL of the form postgres://user:password@host:5432/database')
  return text
}
