/** The queue: BullMQ on PostgreSQL (no configuration) or on Redis (several machines). */
export type { OpenQueue } from './bullmq-queue.ts'
export type { QueueErrors } from './queue-errors.ts'
export { migrateQueue, type PostgresConnection, postgresQueue, queueSchema } from './postgres.ts'
export { redisQueue, type RedisQueueOptions } from './redis.ts'
export { inspectRedis, type RedisMemory, refuseOpenRedis } from './redis-safety.ts'
