/** A process that starts the embedded PostgreSQL, says so, and on SIGTERM stops it as `underpin serve` does. Runs what `tsc` built. */
import { ensurePostgres } from '../../../../../dist/adapters/store/embedded/index.js'

const postgres = await ensurePostgres({ dataDir: process.argv[2], log: () => {} })
process.on('SIGTERM', async () => {
  await postgres.stop()
  process.exit(0)
})
setInterval(() => {}, 60_000)
process.stdout.write(`${JSON.stringify({ adopted: postgres.adopted })}\n`)
