/** One request on the wire: its headers, and then its body at the reader's pace. Time-outs and byte caps, no redirects, no retries. */
import type { Dispatcher } from 'undici'
import { BadBody } from './body.ts'
import { faultOf } from './faults.ts'

/** What is sent in one hop. */
export type Hop = {
  readonly method: string
  readonly url: URL
  readonly headers: Readonly<Record<string, string>>
  readonly body: string | Uint8Array | null
}

/** Where one exchange ends, whatever the other side does. */
export type OpenLimits = {
  /** Bytes of the body on the wire. */
  readonly maxBytes: number
  /** From the first byte sent to the answer's headers, ms. */
  readonly headersMs: number
  /** From the start to the last byte of the answer, connecting included, ms. */
  readonly totalMs: number
  /** Silence in the body while somebody waits for it, ms; null: `totalMs` is enough. */
  readonly idleMs: number | null
  readonly signal: AbortSignal | undefined
}

/** What is known of an answer before its body: any status, header names in lower case. */
export type Head = { readonly status: number; readonly headers: Readonly<Record<string, string>> }

/** An answer whose body is still on the wire. It must be read to its end or left, else the connection is held until `totalMs`. */
export type OpenAnswer = Head & { readonly body: AsyncIterable<Buffer> }

/** A time-out of ours; `faultOf` puts it into words. */
class TimedOut extends Error {
  readonly code: 'TIMED_OUT' | 'FELL_SILENT'
  readonly afterMs: number
  constructor(code: 'TIMED_OUT' | 'FELL_SILENT', afterMs: number) {
    super(`no answer within ${afterMs} ms`)
    this.code = code
    this.afterMs = afterMs
  }
}

/** Bytes that wait for the reader before the connection is told to pause. */
const mostWaiting = 256 * 1024

/**
 * Sends `hop` and resolves with its final headers. It and the body raise the faults of `faultOf`, or the signal's reason; the body can be read once.
 * `onClosed` is called once, when nothing of this request is on the wire any more.
 */
export function open(dispatcher: Dispatcher, hop: Hop, limits: OpenLimits, onClosed: () => void = () => {}): Promise<OpenAnswer> {
  return new Promise((resolve, reject) => {
    const waiting: Buffer[] = []
    let waitingBytes = 0
    let received = 0
    let controller: Dispatcher.DispatchController | null = null
    let state: 'open' | 'ended' | 'failed' = 'open'
    let failure: unknown = null
    let wake = () => {}
    let forHeaders: NodeJS.Timeout | undefined

    const close = (as: 'ended' | 'failed') => {
      state = as
      clearTimeout(total)
      clearTimeout(forHeaders)
      limits.signal?.removeEventListener('abort', onAbort)
      onClosed()
      wake()
    }
    const fail = (error: Error) => {
      if (state !== 'open') return
      failure = limits.signal?.aborted === true ? error : faultOf(error, hop.url.host)
      close('failed')
      reject(failure as Error)
      controller?.abort(error)
    }
    const onAbort = () => fail(limits.signal?.reason as Error)
    const total = setTimeout(() => fail(new TimedOut('TIMED_OUT', limits.totalMs)), limits.totalMs)

    async function* read(): AsyncGenerator<Buffer, void> {
      try {
        for (;;) {
          if (state === 'failed') throw failure
          const chunk = waiting.shift()
          if (chunk !== undefined) {
            waitingBytes -= chunk.length
            yield chunk
          } else if (state === 'ended') return
          else {
            controller?.resume()
            await arrival()
          }
        }
      } finally {
        fail(new Error('the reader left'))
      }
    }
    /** Resolves when there is something to read or the end came. */
    const arrival = () =>
      new Promise<void>((arrived) => {
        const idleMs = limits.idleMs
        const idle = idleMs === null ? undefined : setTimeout(() => fail(new TimedOut('FELL_SILENT', idleMs)), idleMs)
        wake = () => {
          clearTimeout(idle)
          wake = () => {}
          arrived()
        }
        if (waiting.length > 0 || state !== 'open') wake()
      })

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
          if (state !== 'open') return started.abort(failure as Error)
          forHeaders = setTimeout(() => fail(new TimedOut('TIMED_OUT', limits.headersMs)), limits.headersMs)
        },
        onResponseStart(_, status, sent) {
          if (status < 200 || state !== 'open') return
          clearTimeout(forHeaders)
          const headers = Object.fromEntries(Object.entries(sent).map(([name, value]) => [name, Array.isArray(value) ? value.join(', ') : (value ?? '')]))
          const announced = Number(headers['content-length'] ?? 0)
          if (hop.method !== 'HEAD' && announced > limits.maxBytes) return fail(new BadBody('TOO_LARGE', 'announced'))
          resolve({ status, headers, body: readOnce(read, () => fail(new Error('the reader left'))) })
        },
        onResponseData(connection, chunk) {
          received += chunk.length
          if (received > limits.maxBytes) return fail(new BadBody('TOO_LARGE', 'received'))
          if (state !== 'open') return
          waiting.push(chunk)
          waitingBytes += chunk.length
          if (waitingBytes >= mostWaiting) connection.pause()
          wake()
        },
        onResponseEnd() {
          if (state === 'open') close('ended')
        },
        onResponseError: (_, error) => fail(error),
      },
    )
  })
}

/** A second reader would find an empty body and believe it. `leave` is called by a reader that goes, also before it has begun: a generator would not notice. */
function readOnce(read: () => AsyncGenerator<Buffer, void>, leave: () => void): AsyncIterable<Buffer> {
  let isTaken = false
  return {
    [Symbol.asyncIterator]() {
      if (isTaken) throw new Error('the body of an answer is read once')
      isTaken = true
      const chunks = read()
      return {
        next: () => chunks.next(),
        return: () => {
          leave()
          return chunks.return()
        },
      }
    },
  }
}
