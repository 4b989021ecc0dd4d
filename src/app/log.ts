/** The log: pino with constant messages; every line passes the redactor before it leaves. */
import { type DestinationStream, type Logger, pino } from 'pino'
import { type Redactor, redactor } from './redactor.ts'

export type { Logger } from 'pino'

export type LogOptions = {
  readonly level: 'trace' | 'debug' | 'info' | 'warn' | 'error' | 'fatal' | 'silent'
  /** Takes known secrets; more may be told to it later. */
  readonly redactor?: Redactor
  /** Where lines go; stderr, since stdout belongs to what commands print. */
  readonly destination?: DestinationStream
}

/** A logger whose lines hold no secret that the redactor knows by value or by pattern. */
export function createLog({ level, redactor: redact = redactor([]), destination = process.stderr }: LogOptions): Logger {
  return pino(
    {
      level,
      base: null,
      timestamp: pino.stdTimeFunctions.isoTime,
      serializers: { err: (error: unknown) => describeError(error), error: (error: unknown) => describeError(error) },
    },
    { write: (line) => destination.write(redact(line)) },
  )
}

/** The fields of an error that are ours to show. Clients hang requests, headers and bodies on theirs: those stay out. */
function describeError(error: unknown, depth = 0): object {
  if (!(error instanceof Error)) return { message: String(error) }
  const { kind, code, status } = error as Error & { kind?: unknown; code?: unknown; status?: unknown }
  const fields = Object.entries({ kind, code, status }).filter(([, value]) => typeof value === 'string' || typeof value === 'number')
  const cause = error.cause === undefined || depth === 3 ? {} : { cause: describeError(error.cause, depth + 1) }
  const errors = error instanceof AggregateError && depth < 3 ? { errors: error.errors.slice(0, 5).map((one) => describeError(one, depth + 1)) } : {}
  return { type: error.name, message: error.message, ...Object.fromEntries(fields), stack: error.stack, ...cause, ...errors }
}
