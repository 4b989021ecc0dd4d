/**
 * The queue on Redis 6.2 or newer, reached through ioredis.
 *
 * Connections of one process: 1 for all producers, 1 for all workers, and per kind that it works on 1 that blocks. A worker of all seven kinds
 * holds 9. Producers fail at once when Redis is away; workers wait for its return.
 */
import { createRedisBackend, type KeyPrefixOptions, type QueueBaseOptions } from 'bullmq'
import { Redis } from 'ioredis'
import { bullmqQueue, type OpenQueue } from './bullmq-queue.ts'
import type { QueueErrors } from './queue-errors.ts'
import { redisMemory, refuseEviction, refuseOpenRedis } from './redis-safety.ts'
import { Fault } from '../../domain/fault.ts'

export type RedisQueueOptions = {
  /** Takes on a Redis of another machine without password or TLS. */
  readonly allowInsecure: boolean
  /** Told once when Redis keeps no append-only file. */
  readonly onWarning: (message: string) => void
  readonly onError: QueueErrors
}

const prefix = 'underpin'
const retryStrategy = (times: number): number => Math.min(times * 100, 1_000)

/** Opens the queue. Raises `invalid` for a Redis that evicts or lies open, `transient` when it is away. */
export async function redisQueue(url: string, { allowInsecure, onWarning, onError }: RedisQueueOptions): Promise<OpenQueue> {
  refuseOpenRedis(url, allowInsecure)
  const report = (error: unknown) => onError(error, { kind: 'inbox', group: null })
  const producer = new Redis(url, {
    lazyConnect: true,
    enableOfflineQueue: false,
    maxRetriesPerRequest: 0,
    connectTimeout: 4_000,
    commandTimeout: 4_500,
    retryStrategy,
  })
  producer.on('error', report)
  try {
    await producer.connect()
    const memory = await redisMemory(producer)
    refuseEviction(memory)
    if (!memory.appendOnly) onWarning('Redis keeps no append-only file: a crash loses all wake-ups, and work waits for the next sweep. Set appendonly yes')
  } catch (error) {
    producer.disconnect()
    throw error instanceof Fault ? error : new Fault('transient', 'Redis cannot be reached', { cause: error })
  }
  const consumer = new Redis(url, { maxRetriesPerRequest: null, retryStrategy })
  consumer.on('error', report)
  return bullmqQueue({
    producer: (name, options) => createRedisBackend(name, on(producer, options)),
    worker: (name, options, more) => createRedisBackend(name, on(consumer, options), more),
    onError,
    disconnect: async () => {
      producer.disconnect()
      consumer.disconnect()
    },
    ping: async () => {
      await producer.ping()
    },
  })
}

function on(connection: Redis, options: QueueBaseOptions<object>): QueueBaseOptions & KeyPrefixOptions {
  return { ...options, connection, prefix }
}
