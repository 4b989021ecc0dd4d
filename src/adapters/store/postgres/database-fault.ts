/** Which failures of PostgreSQL are the outside world's. */
import type { PoolConfig } from 'pg'
import { Fault, type FaultKind } from '../../../domain/fault.ts'

/** SQLSTATEs (https://www.postgresql.org/docs/current/errcodes-appendix.html) and error codes of Node that say "try again later". */
const transient =
  /^(08...|53...|57P0[1-5]|57014|55P03|55006|40001|40P01|25006|25P0[34]|58...|ECONN(REFUSED|RESET|ABORTED)|ENOENT|EACCES|ENOTFOUND|EAI_AGAIN|ETIMEDOUT|EPIPE|EHOSTUNREACH|ENETUNREACH)$/
const cut = /Connection terminated|timeout exceeded when trying to connect|Query read timeout|Client has encountered a connection error|Client was closed/
const refused = /^(28...|42501)$/
const absent = /^(3D000|3F000|42P01)$/

/** SQLSTATEs after which the same transaction may simply be run again: a serialization failure, a deadlock. */
export function isRetryable(error: unknown): boolean {
  const cause = error instanceof Fault ? error.cause : error
  return /^(40001|40P01)$/.test(codeOf(cause))
}

/** The SQLSTATE or Node's code of an error, or an empty string. */
export function codeOf(error: unknown): string {
  return typeof error === 'object' && error !== null && 'code' in error && typeof error.code === 'string' ? error.code : ''
}

/** `error` as a fault that names host and DATABASE_URL and no credential, or null where it is a bug of ours. */
export function databaseFault(error: unknown, config: PoolConfig): Fault | null {
  if (error instanceof Fault) return error
  const code = codeOf(error)
  const text = error instanceof Error ? error.message : String(error)
  const reason = code === '' ? text : `${text === '' ? 'no connection' : text} (${code})`
  const host = hostOf(config)
  const fault = (kind: FaultKind, does: string) =>
    new Fault(kind, `the database at ${host} ${does}: ${reason}; it is the one that DATABASE_URL names`, { host, cause: error })
  if (transient.test(code) || cut.test(text)) return fault('transient', 'does not answer')
  if (refused.test(code)) return fault('unauthorized', 'refuses us')
  if (absent.test(code)) return fault('missing', 'is not set up (run "underpin migrate")')
  return null
}

/** Host, or socket folder, of a pool's configuration; never its user or password. */
export function hostOf(config: PoolConfig): string {
  if (config.host !== undefined) return config.host
  try {
    const url = new URL(config.connectionString ?? '')
    return url.hostname === '' ? (url.searchParams.get('host') ?? 'localhost') : decodeURIComponent(url.hostname)
  } catch {
    return 'localhost'
  }
}
