/** Composition: the one place that builds the adapters and gives them to the stages. */
import type { Pool } from 'pg'
import type { Logger } from 'pino'
import { asFetch, createHttp, type Http } from '../adapters/http/index.ts'
import { createGitHub, type GitHub } from '../adapters/github/index.ts'
import { createPackageIndexes } from '../adapters/indexes/index.ts'
import { createInventories } from '../adapters/inventories/index.ts'
import { createParse } from '../adapters/parse/index.ts'
import { migrateQueue, type OpenQueue, postgresQueue, redisQueue } from '../adapters/queue/index.ts'
import { createRegistry } from '../adapters/registry/index.ts'
import { ensurePostgres } from '../adapters/store/embedded/index.ts'
import { createPostgresStores, type Stores } from '../adapters/store/postgres/index.ts'
import { migrate, pendingMigrations } from '../adapters/store/postgres/migrate.ts'
import { openPool } from '../adapters/store/postgres/pool.ts'
import { Fault } from '../domain/fault.ts'
import type { CredentialGrant } from '../domain/image/scope.ts'
import type { DistroTable } from '../domain/package/distro.ts'
import type { Feeds } from '../ports/feeds.ts'
import type { Inventories } from '../ports/inventories.ts'
import type { PackageIndexes } from '../ports/package-indexes.ts'
import type { Registry } from '../ports/registry.ts'
import type { UntrustedParse } from '../ports/untrusted-parse.ts'
import type { Config, GithubApp } from './config.ts'
import { readDistroTable } from './distro-table.ts'
import { configuredFeeds } from './feeds.ts'
import { privateHosts } from './private-hosts.ts'
import { parseChild } from './parse-child-path.ts'
import { rememberedSource } from './remembered-source.ts'
import { userAgent } from './version.ts'
import { createWebhooks, type Webhooks } from './webhooks/router.ts'

/** What every process shares: memory, queue and the guarded way out. */
export type Ground = {
  readonly config: Config
  readonly log: Logger
  readonly now: () => Date
  readonly stores: Stores
  readonly queue: OpenQueue
  readonly http: Http
  /** Ends everything in the order that loses nothing; running jobs get `graceMs`. */
  close(graceMs: number): Promise<void>
}

/** A process that works for a configured app. */
export type House = Ground & {
  readonly app: GithubApp
  readonly github: GitHub
  readonly registry: Registry
  readonly parse: UntrustedParse
  readonly grants: readonly CredentialGrant[]
  readonly webhooks: Webhooks
  readonly distros: DistroTable
  /** Looks into images of the registries. */
  readonly looks: Inventories
  readonly feeds: Feeds
  readonly indexes: PackageIndexes
}

/** GitHub's answers are at most this long; a tree of 100,000 entries is about 7 MB. */
const longestAnswer = 32 * 1024 * 1024

type Connection = Parameters<typeof openPool>[0]

/** Starts or adopts the embedded PostgreSQL where no DATABASE_URL is given. `stop` ends it if it is ours. */
export async function openDatabase(config: Config, log: Logger): Promise<{ readonly connection: Connection; stop(): Promise<void> }> {
  if (config.databaseUrl !== null) return { connection: { connectionString: config.databaseUrl }, stop: async () => {} }
  const embedded = await ensurePostgres({ dataDir: config.dataDir, log: (line) => log.debug({ postgres: line }, 'postgres says') })
  if (embedded.notice !== null) log.info({ notice: embedded.notice }, 'embedded database')
  return { connection: { connectionOptions: embedded.connectionOptions }, stop: embedded.stop }
}

/** Brings the schemas of memory and queue up to date; gives the names of the migrations that were applied. */
export async function migrateAll(config: Config, log: Logger): Promise<readonly string[]> {
  const database = await openDatabase(config, log)
  const pool = openPool(database.connection, {
    applicationName: 'underpin-migrate',
    max: 2,
    onError: (error) => log.warn({ err: error }, 'database connection broke'),
  })
  try {
    const applied = await migrate(pool)
    if (config.redisUrl === null) await migrateQueue(queueConnection(database.connection))
    return applied
  } finally {
    await pool.end()
    await database.stop()
  }
}

/** Opens memory and queue. The embedded database is migrated; one of the operator's must have been (`underpin migrate`). */
export async function openGround(config: Config, log: Logger, now: () => Date): Promise<Ground> {
  const database = await openDatabase(config, log)
  const pool = openPool(database.connection, { applicationName: 'underpin', onError: (error) => log.warn({ err: error }, 'database connection broke') })
  const queue = await prepare(config, database.connection, pool, log).catch(async (error: unknown) => {
    await pool.end()
    await database.stop()
    throw error
  })
  const http = createHttp({ allowPrivate: privateHosts(config), userAgent })
  return {
    config,
    log,
    now,
    stores: createPostgresStores(pool, { writeLimits: { perMinute: config.limits.contentWritesPerMinute, perHour: config.limits.contentWritesPerHour } }),
    queue,
    http,
    close: async (graceMs) => {
      await queue.close(graceMs)
      await http.close()
      await pool.end()
      await database.stop()
    },
  }
}

/** Looks after the schemas and opens the queue. */
async function prepare(config: Config, connection: Connection, pool: Pool, log: Logger): Promise<OpenQueue> {
  if (config.databaseUrl === null) {
    await migrate(pool)
    if (config.redisUrl === null) await migrateQueue(queueConnection(connection))
  } else if ((await pendingMigrations(pool)).length > 0) {
    throw new Fault('conflict', 'the database is older than this program: run `underpin migrate` first')
  }
  const onError = (error: unknown, about: object) => log.error({ err: error, ...about }, 'queue error')
  if (config.redisUrl === null) return await postgresQueue(queueConnection(connection), onError)
  return await redisQueue(config.redisUrl, { allowInsecure: config.allowInsecureRedis, onWarning: (warning) => log.warn({ warning }, 'redis'), onError })
}

/** Adds what a configured app works with. */
export async function openHouse(ground: Ground, app: GithubApp): Promise<House> {
  const { config, log, now, stores, http } = ground
  const github = createGitHub({
    appId: String(app.appId),
    privateKey: app.privateKey,
    baseUrl: config.githubHost.baseUrl,
    fetch: asFetch(http, { maxBytes: longestAnswer, retries: 0 }),
    budget: stores.writeBudget,
    now,
    log,
  })
  const { repos, updates, rebuilds, dueWork } = stores
  const webhooks = await createWebhooks(
    { repos, updates, rebuilds, dueWork, now, log },
    { appId: String(app.appId), privateKey: app.privateKey, secret: app.webhookSecrets[0] },
  )
  const parse = createParse({ script: parseChild })
  const registry = createRegistry({
    http,
    credentials: config.credentials.map((credential) => ({ ...credential, tokenHost: credential.tokenHost ?? undefined })),
    registries: config.registries,
    now,
  })
  const distros = readDistroTable()
  return {
    ...ground,
    distros,
    looks: createInventories({ source: rememberedSource(registry, stores.observations), distros, parse, layers: stores.inventories }),
    feeds: configuredFeeds(config, http, distros),
    indexes: createPackageIndexes({ http, distros, allowHosts: config.packageHosts, now }),
    app,
    github,
    webhooks,
    parse,
    registry,
    grants: config.credentials,
    close: async (graceMs) => {
      await ground.close(graceMs)
      await parse.close()
    },
  }
}

function queueConnection(connection: Connection): Parameters<typeof postgresQueue>[0] {
  if ('connectionString' in connection) return { connectionString: connection.connectionString }
  const { host, port, user, database } = connection.connectionOptions
  return {
    ...(host === undefined ? {} : { host }),
    ...(port === undefined ? {} : { port }),
    ...(user === undefined ? {} : { user: String(user) }),
    ...(database === undefined ? {} : { database }),
  }
}
