/** Looks at the database and at what holds the queue. */
import type { RedisMemory } from '../../adapters/queue/index.ts'
import { fail, type Finding, ok, type Probe, warn } from './probe.ts'

/** An open database, as far as a look at it needs. */
export type LookedAtDatabase = {
  /** `server_version_num`, such as 150018. */
  readonly version: () => Promise<number>
  /** Names of migrations that it lacks. */
  readonly pending: () => Promise<readonly string[]>
  readonly close: () => Promise<void>
}

/** The oldest PostgreSQL that the queue's schema runs on. */
const oldestMajor = 13

/** What to do where migrations are missing: the embedded database gets them when the app starts. */
const migrated = (isEmbedded: boolean) => (isEmbedded ? 'Nothing: the next start makes it' : 'Run `npm run -s underpin -- migrate`')

/** Reach, version and migrations. `open` raises when the database is away. */
export function databaseProbe(where: string, isEmbedded: boolean, open: () => Promise<LookedAtDatabase>): Probe {
  return {
    name: 'database',
    async check() {
      let database: LookedAtDatabase
      try {
        database = await open()
      } catch {
        return fail(`${where} cannot be opened`, 'Check DATABASE_URL, or unset it for the embedded database')
      }
      try {
        const major = Math.floor((await database.version()) / 10_000)
        if (major < oldestMajor) return fail(`${where} is PostgreSQL ${major}`, `Move to PostgreSQL ${oldestMajor} or newer`)
        const pending = await database.pending()
        const found: Finding[] = [ok(`${where}, PostgreSQL ${major}`)]
        if (pending.length > 0)
          found.push(isEmbedded ? ok('its tables are made at the next start') : fail(`migrations are missing: ${pending.join(', ')}`, migrated(false)))
        return found
      } catch {
        return fail(`${where} does not answer`, 'Check that the user may connect and read')
      } finally {
        await database.close()
      }
    },
  }
}

/** The queue in the database: its schema is there and answers. */
export function postgresQueueProbe(isEmbedded: boolean, ping: () => Promise<void>): Probe {
  return {
    name: 'queue',
    async check() {
      try {
        await ping()
        return ok('in the database')
      } catch {
        return isEmbedded
          ? warn('its tables are not there yet, or do not answer', migrated(true))
          : fail('its schema is missing or does not answer', migrated(false))
      }
    },
  }
}

/** The queue in Redis: who can reach it, what it forgets. `refuse` raises for an address that lies open. */
export function redisQueueProbe(url: string, refuse: () => void, inspect: () => Promise<RedisMemory>): Probe {
  return {
    name: 'queue',
    async check() {
      refuse()
      const host = URL.canParse(url) ? new URL(url).host : 'Redis'
      let memory: RedisMemory
      try {
        memory = await inspect()
      } catch {
        return fail(`Redis at ${host} cannot be reached`, 'Check REDIS_URL, its password and TLS')
      }
      const found: Finding[] = []
      if (memory.evictionPolicy === 'unknown') found.push(warn('Redis does not say its maxmemory-policy', 'Make sure that it is noeviction'))
      else if (memory.evictionPolicy !== 'noeviction')
        found.push(fail(`Redis evicts keys (${memory.evictionPolicy})`, 'Set maxmemory-policy noeviction: a full memory would silently lose jobs'))
      if (!memory.appendOnly) found.push(warn('Redis keeps no append-only file', 'Set appendonly yes; without it a crash delays work until the next sweep'))
      return found.length === 0 ? ok(`Redis at ${host}, noeviction, append-only file`) : found
    },
  }
}
