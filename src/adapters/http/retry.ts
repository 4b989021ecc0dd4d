/** When a read is worth repeating, and how long the other side asked us to wait. */
import { Fault } from '../../domain/fault.ts'
import type { Head } from './open.ts'

/** A lost connection and an overloaded gateway heal quickly; time-outs, refused connections and unknown names do not, and are left to the next run. */
const passing = new Set(['ECONNRESET', 'EPIPE', 'EAI_AGAIN', 'UND_ERR_SOCKET'])
const busy = new Set([429, 502, 503, 504])

/** True when repeating the read may help: the connection broke, or the answer says "later". */
export function mayRepeat(outcome: Head | Fault): boolean {
  if (!(outcome instanceof Fault)) return busy.has(outcome.status)
  const code = (outcome.cause as { readonly code?: unknown } | undefined)?.code
  return outcome.kind === 'transient' && typeof code === 'string' && passing.has(code)
}

/** The wait in a `Retry-After` header, ms: seconds or an HTTP date (https://www.rfc-editor.org/rfc/rfc9110#field.retry-after); null where it says nothing. */
export function retryAfterMs(header: string | undefined, now: Date): number | null {
  const text = header?.trim() ?? ''
  if (/^\d{1,9}$/.test(text)) return Number(text) * 1000
  const at = /^[A-Z][a-z]{2}, /.test(text) ? Date.parse(text) : Number.NaN
  return Number.isNaN(at) ? null : Math.max(0, at - now.getTime())
}
