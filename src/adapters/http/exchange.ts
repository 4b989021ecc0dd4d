/** One request and its whole answer. */
import type { Dispatcher } from 'undici'
import { decodeBody } from './body.ts'
import { faultOf } from './faults.ts'
import { type Head, type Hop, open, type OpenLimits } from './open.ts'

/** Where one exchange ends; `maxBytes` counts on the wire and decoded. */
export type ExchangeLimits = Omit<OpenLimits, 'idleMs'> & {
  /** Leave the body as it was sent, whatever its content encoding says. */
  readonly raw: boolean
}

/** A whole answer: any status, header names in lower case, the body decoded. */
export type Answer = Head & { readonly body: Buffer }

/** Sends `hop`. Rejects with the faults of `faultOf` or the signal's reason; `onClosed` as in `open`. */
export async function exchange(dispatcher: Dispatcher, hop: Hop, limits: ExchangeLimits, onClosed?: () => void): Promise<Answer> {
  const { status, headers, body } = await open(dispatcher, hop, { ...limits, idleMs: null }, onClosed)
  const chunks: Buffer[] = []
  for await (const chunk of body) chunks.push(chunk)
  const bytes = Buffer.concat(chunks)
  if (limits.raw) return { status, headers, body: bytes }
  try {
    return { status, headers, body: await decodeBody(bytes, headers['content-encoding'], limits.maxBytes) }
  } catch (error) {
    throw faultOf(error, hop.url.host)
  }
}
