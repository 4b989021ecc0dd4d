/** Faults: the typed failures of the outside world. Anything else that is thrown is a bug and is treated as one. */

/**
 * - `transient`: try again later (network, 5xx, time-out)
 * - `rate-limited`: try again after `retryAfterMs`
 * - `unauthorized`: we may not (401, 403), or need a credential
 * - `missing`: the thing is not there (404)
 * - `invalid`: the other side answered with something that is wrong or too large
 * - `conflict`: somebody else changed it first
 */
export type FaultKind = 'transient' | 'rate-limited' | 'unauthorized' | 'missing' | 'invalid' | 'conflict'

export class Fault extends Error {
  readonly kind: FaultKind
  /** The host that failed us, or null where none was involved. */
  readonly host: string | null
  /** How long the other side asked us to wait, ms. */
  readonly retryAfterMs: number | null
  override readonly name = 'Fault'

  /** `message` is for people: what happened and what to do; it never holds a credential. */
  constructor(kind: FaultKind, message: string, more: { host?: string | null; retryAfterMs?: number | null; cause?: unknown } = {}) {
    super(message, more.cause === undefined ? undefined : { cause: more.cause })
    this.kind = kind
    this.host = more.host ?? null
    this.retryAfterMs = more.retryAfterMs ?? null
  }

  /** The form of the commands' `--json` contract. */
  toJSON(): { kind: FaultKind; host: string | null; message: string } {
    return { kind: this.kind, host: this.host, message: this.message }
  }
}

/** Whether `error` is a failure of the outside world; anything else that is caught is a bug. */
export function isFault(error: unknown): error is Fault {
  return error instanceof Fault
}
