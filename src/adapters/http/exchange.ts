/** One request on the wire and its whole answer: time-outs and byte caps, no redirects, no retries. */
import type { Dispatcher } from 'undici'
import { BadBody, decodeBody } from './body.ts'

/** What is sent in one hop. */
export type Hop = {
  readonly method: string
  readonly url: URL
  readonly headers: Readonly<Record<string, string>>
  readonly body: string | Uint8Array | null
}

/** Where one exchange ends, whatever the other side does. */
export type ExchangeLimits = {
  /** Bytes of the body, on the wire and decoded. */
  readonly maxBytes: number
  /** From the first byte sent to the answer's headers, ms. */
  readonly headersMs: number
  /** From the start to the last byte of the answer, connecting included, ms. */
  readonly totalMs: number
  /** Leave the body as it was sent, whatever its content encoding says. */
  readonly raw: boolean
  readonly signal: AbortSignal | undefined
}

/** A whole answer: any status, header names in lower case, the body decoded. */
export type Answer = { readonly status: number; readonly headers: Readonly<Record<string, string>>; readonly body: Buffer }

/** A time-out of ours; `faultOf` puts it into words. */
export class TimedOut extends Error {
  readonly code = 'TIMED_OUT'
  readonly afterMs: number
  constructor(afterMs: number) {
    super(`no answer within ${afterMs} ms`)
    this.afterMs = afterMs
  }
}

/** Sends `hop`. Rejects with `TimedOut`, `BadBody`, the signal's reason, or undici's and Node's own errors; `faultOf` translates them. */
export async function exchange(dispatcher: Dispatcher, hop: Hop, limits: ExchangeLimits): Promise<Answer> {
  const { status, headers, body } = await receive(dispatcher, hop, limits)
  return { status, headers, body: limits.raw ? body : await decodeBody(body, headers['content-encoding'], limits.maxBytes) }
}

function receive(dispatcher: Dispatcher, hop: Hop, limits: ExchangeLimits): Promise<Answer> {
  return new Promise((resolve, reject) => {
    let controller: Dispatcher.DispatchController | null = null
    let over: Error | null = null
    let status = 0
    let headers: Record<string, string> = {}
    let received = 0
    const chunks: Buffer[] = []

    const finish = () => {
      clearTimeout(total)
      clearTimeout(forHeaders)
      limits.signal?.removeEventListener('abort', onAbort)
    }
    const fail = (error: Error) => {
      if (over !== null) return
      over = error
      finish()
      reject(error)
      controller?.abort(error)
    }
    const onAbort = () => fail(limits.signal?.reason as Error)
    const total = setTimeout(() => fail(new TimedOut(limits.totalMs)), limits.totalMs)
    let forHeaders: NodeJS.Timeout | undefined

    if (limits.signal?.aborted === true) return onAbort()
    limits.signal?.addEventListener('abort', onAbort, { once: true })
    dispatcher.dispatch(
      {
        origin: hop.url.origin,
        path: hop.url.pathname + hop.url.search,
        method: hop.method as Dispatcher.HttpMethod,
        headers: hop.headers,
        body: hop.body as string | Buffer | null,
        headersTimeout: 0,
        bodyTimeout: 0,
        // Undici would close the connection after every HEAD: a TLS handshake for each tag we look at.
        reset: false,
      },
      {
        onRequestStart(started) {
          controller = started
          if (over !== null) return started.abort(over)
          forHeaders = setTimeout(() => fail(new TimedOut(limits.headersMs)), limits.headersMs)
        },
        onResponseStart(_, statusCode, received) {
          if (statusCode < 200) return
          clearTimeout(forHeaders)
          status = statusCode
          headers = Object.fromEntries(Object.entries(received).map(([name, value]) => [name, Array.isArray(value) ? value.join(', ') : (value ?? '')]))
          const announced = Number(headers['content-length'] ?? 0)
          if (hop.method !== 'HEAD' && announced > limits.maxBytes) fail(new BadBody('TOO_LARGE', 'announced'))
        },
        onResponseData(_, chunk) {
          received += chunk.length
          if (received > limits.maxBytes) return fail(new BadBody('TOO_LARGE', 'received'))
          if (over === null) chunks.push(chunk)
        },
        onResponseEnd() {
          if (over !== null) return
          finish()
          resolve({ status, headers, body: Buffer.concat(chunks) })
        },
        onResponseError: (_, error) => fail(error),
      },
    )
  })
}
