/** The typed database that the stores share, and its transactions. */
import { Kysely, PostgresDialect, type Transaction } from 'kysely'
import type { Pool } from 'pg'
import { isRetryable } from './database-fault.ts'
import { guardedPool } from './guarded-pool.ts'
import type { Tables } from './tables.ts'

export type Database = Kysely<Tables>
/** A database or a transaction on it: functions that take this can be part of a larger transaction. */
export type Queries = Kysely<Tables> | Transaction<Tables>

const mostTries = 3

/** Kysely on `pool`; tables without a schema are those of `underpin`. */
export function openDatabase(pool: Pool): Database {
  return new Kysely<Tables>({ dialect: new PostgresDialect({ pool: guardedPool(pool) }) }).withSchema('underpin')
}

/**
 * Whether the repo is remembered; keeps it so until the transaction ends. Rows are locked in one order everywhere, so that transactions do not
 * deadlock: installations, repos, updates or rebuilds or inbox, due work.
 */
export async function holdsRepo(trx: Transaction<Tables>, repoId: number): Promise<boolean> {
  return (await trx.selectFrom('repos').select('id').where('id', '=', repoId).forKeyShare().executeTakeFirst()) !== undefined
}

/** Runs `work` in one READ COMMITTED transaction, again after a deadlock (at most 3 times): `work` touches nothing but the database. */
export async function inTransaction<T>(db: Database, work: (trx: Transaction<Tables>) => Promise<T>): Promise<T> {
  for (let tries = 1; ; tries += 1) {
    try {
      return await db.transaction().execute(work)
    } catch (error) {
      if (tries === mostTries || !isRetryable(error)) throw error
    }
  }
}
