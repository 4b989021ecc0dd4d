/** Migrations of schema `underpin`. */
import { Kysely, type Migration, Migrator, PostgresDialect } from 'kysely'
import type { Pool } from 'pg'
import { guardedPool } from './guarded-pool.ts'
import * as baseBranches from './migrations/base-branches.ts'
import * as first from './migrations/first.ts'
import * as people from './migrations/people-and-permissions.ts'
import * as second from './migrations/second.ts'
import * as tags from './migrations/tags.ts'
import * as third from './migrations/third.ts'

/** In the order of their names, which never change: a new one is named so that it comes last. */
const migrations: Record<string, Migration> = {
  '2026-11-22 first': first,
  '2026-11-22 second': second,
  '2026-11-22 third': third,
  '2026-11-23 base branches': baseBranches,
  '2026-11-23 people': people,
  '2026-11-23 tags': tags,
}

/**
 * Brings the database up to date and gives the names of the migrations applied now. Two at once: one applies, the other waits and applies none.
 * Needs a direct connection (the lock is the session's): a transaction-mode pooler is not supported.
 * Raises `transient` and `unauthorized`; a migration that fails is rolled back and thrown as a bug, as is a database newer than this program.
 */
export async function migrate(pool: Pool): Promise<readonly string[]> {
  const { error, results } = await migratorOf(pool).migrateToLatest()
  if (error !== undefined) throw error
  return (results ?? []).filter((result) => result.status === 'Success').map((result) => result.migrationName)
}

/** Names of the migrations that this program has and the database has not. Changes nothing but the migrator's own tables. Raises `transient` and `unauthorized`. */
export async function pendingMigrations(pool: Pool): Promise<readonly string[]> {
  const known = await migratorOf(pool).getMigrations()
  return known.filter(({ executedAt }) => executedAt === undefined).map(({ name }) => name)
}

function migratorOf(pool: Pool): Migrator {
  const db = new Kysely<unknown>({ dialect: new PostgresDialect({ pool: guardedPool(pool) }) })
  return new Migrator({ db, provider: { getMigrations: async () => migrations }, migrationTableSchema: 'underpin' })
}
