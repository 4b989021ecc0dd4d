/** The operator's database as commands use it, where DATABASE_URL names one. */
import type { Stores } from '../adapters/store/postgres/index.ts'
import { Fault } from '../domain/fault.ts'

/** Its stores, and `close`. `purpose` names the command to who looks at the database's sessions. Faults: the database's, and `conflict` where it is not migrated. */
export async function openOperatorDatabase(connectionString: string, purpose: string): Promise<{ readonly stores: Stores; close(): Promise<void> }> {
  // Loaded late: most commands need no database.
  const { createPostgresStores, openPool } = await import('../adapters/store/postgres/index.ts')
  const { pendingMigrations } = await import('../adapters/store/postgres/migrate.ts')
  const pool = openPool({ connectionString }, { applicationName: `underpin-${purpose}`, max: 2, onError: () => {} })
  try {
    if ((await pendingMigrations(pool)).length > 0) throw new Fault('conflict', 'the database is older than this program: run `underpin migrate` first')
  } catch (error) {
    await pool.end()
    throw error
  }
  return { stores: createPostgresStores(pool), close: () => pool.end() }
}
