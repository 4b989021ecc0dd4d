/** Embedded PostgreSQL: a real server from npm on a unix socket, so that nothing has to be configured. */
export { type EmbeddedPostgres, type EmbeddedOptions, ensurePostgres } from './ensure-postgres.ts'
