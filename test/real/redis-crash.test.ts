/** The crash suite with the queue on a real redis-server. */
import { afterAll, beforeAll, describe } from 'vitest'
import { crashSuite } from '../contract/crash.ts'
import { type RedisServer, startRedis } from '../support/redis-server.ts'

let redis: RedisServer
beforeAll(async () => {
  redis = await startRedis()
})
afterAll(() => redis.stop())

describe('a worker on Redis', { timeout: 120_000 }, () => crashSuite(() => redis.url))
