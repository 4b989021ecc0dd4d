/** Scripted misbehaviour: what the stand-in does instead of, or to, its right answer. */
import type { IncomingMessage, ServerResponse } from 'node:http'

export type Match = {
  /** Any method without it. */
  readonly method?: string
  /** Part of the path with its query, or a pattern for it. */
  readonly path: string | RegExp
  /** How often it strikes; always without it. */
  readonly times?: number
  /** How many matching requests are let through first. */
  readonly after?: number
}

export type Behaviour =
  /** Answers with this status, e.g. 429 with `retry-after`, or an OCI error body. */
  | { readonly kind: 'status'; readonly status: number; readonly headers?: Record<string, string>; readonly body?: string }
  /** Never answers; the connection stays open until the stand-in closes. */
  | { readonly kind: 'hang' }
  /** Announces the whole body and drops the connection after `bytes` of it. */
  | { readonly kind: 'truncate'; readonly bytes: number }
  /** Sends only the first `bytes` of the body and says that this is all. */
  | { readonly kind: 'shorten'; readonly bytes: number }
  /** Sends a `Docker-Content-Digest` of its own choice; null sends none. */
  | { readonly kind: 'digest-header'; readonly digest: string | null }
  /** Another body, with the right answer's status and headers but for `headers`. */
  | { readonly kind: 'body'; readonly body: Uint8Array | string; readonly headers?: Record<string, string> }
  | { readonly kind: 'redirect'; readonly status: 301 | 302 | 303 | 307 | 308; readonly to: string }
  /** Zeros without end, until the client leaves. */
  | { readonly kind: 'infinite'; readonly status?: number }
  /** One byte of the body now, and no more until the stand-in closes. */
  | { readonly kind: 'slow' }
  /** Adds headers to the right answer, e.g. `link`. */
  | { readonly kind: 'headers'; readonly headers: Record<string, string> }
  /** Anything else: the right answer and the request's path give the answer. */
  | { readonly kind: 'compute'; readonly compute: (right: RightAnswer, path: string) => RightAnswer }
  /** Closes the connection without an answer. */
  | { readonly kind: 'reset' }

/** What a well-behaved registry would answer. */
export type RightAnswer = { readonly status: number; readonly headers: Record<string, string>; readonly body: Buffer }

/** Sends `answer` as `behaviour` distorts it (null: as it is), and gives the status that was sent, 0 for none. */
export function respond(response: ServerResponse, request: IncomingMessage, answer: RightAnswer, behaviour: Behaviour | null): number {
  const send = (status: number, headers: Record<string, string>, body: Uint8Array | string) => {
    response.writeHead(status, { 'content-length': String(Buffer.byteLength(body)), ...headers })
    response.end(request.method === 'HEAD' ? undefined : body)
    return status
  }
  const { status, headers, body } = answer
  switch (behaviour?.kind) {
    case undefined:
      return send(status, headers, body)
    case 'hang':
      return 0
    case 'reset':
      response.destroy()
      return 0
    case 'status':
      return send(behaviour.status, behaviour.headers ?? {}, behaviour.body ?? '')
    case 'redirect':
      return send(behaviour.status, { location: behaviour.to }, '')
    case 'headers':
      return send(status, { ...headers, ...behaviour.headers }, body)
    case 'body':
      return send(status, { ...headers, 'content-length': String(Buffer.byteLength(behaviour.body)), ...behaviour.headers }, behaviour.body)
    case 'shorten':
      return send(status, { ...headers, 'content-length': String(Math.min(behaviour.bytes, body.length)) }, body.subarray(0, behaviour.bytes))
    case 'compute': {
      const computed = behaviour.compute(answer, request.url ?? '/')
      return send(computed.status, computed.headers, computed.body)
    }
    case 'digest-header': {
      const { 'docker-content-digest': _, ...others } = headers
      return send(status, behaviour.digest === null ? others : { ...others, 'docker-content-digest': behaviour.digest }, body)
    }
    case 'truncate':
      response.writeHead(status, { ...headers, 'content-length': String(body.length) })
      response.write(body.subarray(0, behaviour.bytes), () => response.destroy())
      return status
    case 'slow':
      response.writeHead(status, { ...headers, 'content-length': String(body.length) })
      response.write(body.subarray(0, 1))
      return status
    case 'infinite': {
      response.writeHead(behaviour.status ?? status, { 'content-type': headers['content-type'] ?? 'application/octet-stream' })
      const pour = () => {
        while (!response.destroyed && response.write(Buffer.alloc(65_536))) continue
        if (!response.destroyed) response.once('drain', pour)
      }
      pour()
      return behaviour.status ?? status
    }
  }
}
