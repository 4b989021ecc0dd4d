/** `underpin migrate`: brings the schemas of memory and queue up to date. */
import type { Command } from 'commander'
import { readConfig } from '../config.ts'
import { configuredLog } from '../configured-log.ts'
import { orExplain } from './explain-problem.ts'

/** Adds the command `migrate` to `program`. */
export function registerMigrate(program: Command): void {
  program
    .command('migrate')
    .description('bring the database up to date (DATABASE_URL, or the embedded one)')
    .option('--json', 'print one JSON document')
    .action((options: { json?: boolean }) =>
      orExplain(async () => {
        const config = readConfig()
        const { migrateAll } = await import('../compose.ts')
        const applied = await migrateAll(config, configuredLog(config))
        if (options.json) console.log(JSON.stringify({ applied }))
        else console.log(applied.length === 0 ? 'The database is up to date.' : applied.map((name) => `applied ${name}`).join('\n'))
      }),
    )
}
