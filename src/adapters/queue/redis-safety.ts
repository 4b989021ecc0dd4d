/** Whether a Redis may hold the queue: who can reach it, what it forgets. */
import { Redis } from 'ioredis'
import { Fault } from '../../domain/fault.ts'

export type RedisMemory = {
  /** `maxmemory-policy`; anything but `noeviction` drops jobs without saying so. */
  readonly evictionPolicy: string
  /** Whether the append-only file is on. Without it a crash of Redis loses every wake-up, and the sweeper brings them back. */
  readonly appendOnly: boolean
}

/**
 * Raises `invalid` for a Redis on another machine without password or without TLS (whoever reaches it runs jobs, and with a known hole code),
 * unless the operator took that on with `allowInsecure`. The message never holds the password.
 */
export function refuseOpenRedis(url: string, allowInsecure: boolean): void {
  const parsed = URL.canParse(url) ? new URL(url) : null
  if (!parsed || !['redis:', 'rediss:'].includes(parsed.protocol)) {
    throw new Fault('invalid', 'REDIS_URL is not a redis:// or rediss:// address; write for example rediss://:password@redis.example.com:6379')
  }
  if (allowInsecure || isLoopback(parsed.hostname)) return
  const lacks = [parsed.password === '' ? 'a password' : null, parsed.protocol === 'rediss:' ? null : 'TLS (rediss://)'].filter((lack) => lack !== null)
  if (lacks.length === 0) return
  throw new Fault(
    'invalid',
    `REDIS_URL names another machine without ${lacks.join(' and ')}: anybody on the way could read and plant jobs. Use rediss:// with a password, or set queue.allowInsecureRedis where the network itself is closed`,
    { host: parsed.hostname },
  )
}

/** Asks with INFO, since hosted Redis often forbids CONFIG. Raises `transient` when it is away or silent. */
export async function redisMemory(redis: Redis): Promise<RedisMemory> {
  try {
    const text = `${await redis.info('memory')}\n${await redis.info('persistence')}`
    const field = (name: string) => new RegExp(`^${name}:(.*?)\\r?$`, 'm').exec(text)?.[1]
    return { evictionPolicy: field('maxmemory_policy') ?? 'unknown', appendOnly: field('aof_enabled') === '1' }
  } catch (error) {
    throw new Fault('transient', 'Redis does not answer', { cause: error })
  }
}

/** Raises `invalid` when Redis evicts keys: a full memory would silently eat the queue. */
export function refuseEviction(memory: RedisMemory): void {
  if (memory.evictionPolicy === 'noeviction' || memory.evictionPolicy === 'unknown') return
  throw new Fault(
    'invalid',
    `Redis evicts keys when its memory is full (maxmemory-policy ${memory.evictionPolicy}), which loses jobs silently. Run CONFIG SET maxmemory-policy noeviction and set it in redis.conf`,
  )
}

/** For `doctor`: connects once, asks, hangs up. Raises `transient` when Redis is away. */
export async function inspectRedis(url: string): Promise<RedisMemory> {
  const redis = new Redis(url, { lazyConnect: true, connectTimeout: 4_000, maxRetriesPerRequest: 0, retryStrategy: () => null })
  redis.on('error', () => {})
  try {
    await redis.connect()
    return await redisMemory(redis)
  } catch (error) {
    throw error instanceof Fault ? error : new Fault('transient', 'Redis cannot be reached', { cause: error })
  } finally {
    redis.disconnect()
  }
}

function isLoopback(hostname: string): boolean {
  return hostname === 'localhost' || hostname === '[::1]' || /^127\.\d{1,3}\.\d{1,3}\.\d{1,3}$/.test(hostname)
}
