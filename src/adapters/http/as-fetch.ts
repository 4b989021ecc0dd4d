/** A `fetch` over the one client, for libraries that bring their own requests (Octokit). */
import type { Http } from './request.ts'

/** Statuses whose `Response` must have no body (https://fetch.spec.whatwg.org/#null-body-status). */
const bodiless = new Set([204, 205, 304])

/**
 * WHATWG fetch as far as Octokit needs it: method, headers, a string or bytes as body, `signal`. Redirects are answers, writes are sent once, and a 429 comes
 * back as a response for the caller's own budget. Rejects with faults of kind `transient` and `invalid`, as `Http.request` does.
 */
export function asFetch(http: Http, options: { readonly maxBytes: number; readonly retries?: number }): typeof fetch {
  return async (input, init) => {
    const from = input instanceof Request ? input : null
    const method = init?.method ?? from?.method ?? 'GET'
    const signal = init?.signal ?? from?.signal
    const body = init?.body ?? (from === null || from.body === null ? null : new Uint8Array(await from.arrayBuffer()))
    const answer = await http.request({
      method,
      url: from === null ? String(input) : from.url,
      headers: Object.fromEntries(new Headers(init?.headers ?? from?.headers)),
      ...(body === null ? {} : { body: bytesOf(body) }),
      maxBytes: options.maxBytes,
      redirects: 0,
      retries: options.retries ?? 2,
      rateLimited: 'value',
      signal: signal ?? undefined,
    })
    const headers = new Headers(answer.headers)
    headers.delete('content-encoding')
    headers.delete('content-length')
    const response = new Response(bodiless.has(answer.status) ? null : new Uint8Array(answer.body), { status: answer.status, headers })
    Object.defineProperty(response, 'url', { value: answer.url })
    return response
  }
}

function bytesOf(body: NonNullable<RequestInit['body']>): string | Uint8Array {
  if (typeof body === 'string' || body instanceof Uint8Array) return body
  if (body instanceof ArrayBuffer) return new Uint8Array(body)
  if (body instanceof URLSearchParams) return body.toString()
  throw new TypeError('only text and bytes can be sent')
}
