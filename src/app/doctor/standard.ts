/** The probes of this installation, on its real adapters. */
import type { Logger } from 'pino'
import { asFetch, createHttp } from '../../adapters/http/index.ts'
import { inspectRedis, type PostgresConnection, postgresQueue, refuseOpenRedis } from '../../adapters/queue/index.ts'
import { pendingMigrations } from '../../adapters/store/postgres/migrate.ts'
import { createPostgresStores } from '../../adapters/store/postgres/index.ts'
import { openPool } from '../../adapters/store/postgres/pool.ts'
import { readAppFile } from '../app-manifest.ts'
import { openDatabase } from '../compose.ts'
import type { Config } from '../config.ts'
import { privateHosts } from '../private-hosts.ts'
import { userAgent } from '../version.ts'
import { registriesProbe, secretProbe } from './configuration.ts'
import { feedsProbe } from './feeds.ts'
import { githubProbe } from './github.ts'
import type { Probe } from './probe.ts'
import { databaseProbe, type LookedAtDatabase, postgresQueueProbe, redisQueueProbe } from './storage.ts'

/** The probes, and what ends the connections that they share. An embedded database that does not run is started for the look. */
export function standardProbes(config: Config, log: Logger): { readonly probes: readonly Probe[]; readonly close: () => Promise<void> } {
  const http = createHttp({ allowPrivate: privateHosts(config), userAgent })
  const send = asFetch(http, { maxBytes: 1024 * 1024, retries: 0 })
  let database: ReturnType<typeof openDatabase> | null = null
  const opened = () => (database ??= openDatabase(config, log))

  const open = async (): Promise<LookedAtDatabase> => {
    const pool = openPool((await opened()).connection, { applicationName: 'underpin-doctor', max: 1, onError: () => {} })
    return {
      version: async () => Number((await pool.query('SHOW server_version_num')).rows[0]?.server_version_num),
      pending: () => pendingMigrations(pool),
      close: () => pool.end(),
    }
  }
  const feedParts = async () => {
    const pool = openPool((await opened()).connection, { applicationName: 'underpin-doctor', max: 1, onError: () => {} })
    try {
      return (await pendingMigrations(pool)).length > 0 ? null : await createPostgresStores(pool).advisories.parts()
    } finally {
      await pool.end()
    }
  }
  const pingQueue = async (): Promise<void> => {
    const { connection } = await opened()
    const queue = await postgresQueue('connectionString' in connection ? connection : (connection.connectionOptions as PostgresConnection), () => {})
    await queue.ping().finally(() => queue.close(0))
  }
  const { redisUrl } = config
  const isEmbedded = config.databaseUrl === null
  const probes = [
    secretProbe(config),
    databaseProbe(isEmbedded ? `embedded in ${config.dataDir}` : hostOf(config.databaseUrl), isEmbedded, open),
    redisUrl === null
      ? postgresQueueProbe(isEmbedded, pingQueue)
      : redisQueueProbe(
          redisUrl,
          () => refuseOpenRedis(redisUrl, config.allowInsecureRedis),
          () => inspectRedis(redisUrl),
        ),
    githubProbe({ config, appFile: readAppFile(), send, now: () => new Date() }),
    registriesProbe(config, send),
    feedsProbe(
      config,
      () => feedParts().catch(() => null),
      () => new Date(),
    ),
  ]
  return {
    probes,
    close: async () => {
      await http.close()
      await (await database?.catch(() => null))?.stop()
    },
  }
}

/** The host alone: the rest of the address may hold a password. */
function hostOf(url: string | null): string {
  return url !== null && URL.canParse(url) ? new URL(url).host : 'DATABASE_URL'
}
