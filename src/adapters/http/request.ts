/** What the client is asked and what it answers. */

/** One question; the headers go to the URL's origin only. */
export type HttpRequest = {
  /** GET without it. Only GET and HEAD are ever repeated or redirected. */
  readonly method?: string
  readonly url: string | URL
  readonly headers?: Readonly<Record<string, string>>
  readonly body?: string | Uint8Array
  /** Bytes of the body that we read at most, before and after decoding. */
  readonly maxBytes: number
  /** Hops followed at most; 3 without it. With 0 a redirect is the answer. */
  readonly redirects?: number
  /** Repetitions of a read; 2 without it. */
  readonly retries?: number
  /** No content encoding is asked for or taken off: for what is hashed. */
  readonly raw?: boolean
  /** `value`: a 429 is an answer like any other. Without it a 429 that outlasts our patience is a `rate-limited` fault. */
  readonly rateLimited?: 'fault' | 'value'
  /** Instead of the client's total time-out, ms: for large downloads. */
  readonly totalMs?: number
  readonly signal?: AbortSignal | undefined
  /** Called for every request that goes out, redirects and repetitions included. */
  readonly onSent?: () => void
}

/** The answer to it, whatever its status. */
export type HttpResponse = {
  readonly status: number
  /** Names in lower case; repeated headers joined by ", ". */
  readonly headers: Readonly<Record<string, string>>
  readonly body: Buffer
  /** Where the answer came from, after redirects. */
  readonly url: string
}

/** An answer whose body has not been read yet. */
export type HttpStream = {
  readonly status: number
  readonly headers: Readonly<Record<string, string>>
  readonly url: string
  /**
   * The body as it was sent, chunk by chunk, at the reader's pace; to be read once, or left early, which closes the connection. Raises `invalid` past
   * `maxBytes` or when it ends before `content-length`, `transient` when the connection breaks, is silent for `idleMs`, or takes longer than `totalMs`.
   */
  readonly body: AsyncIterable<Uint8Array>
}

/** The client; make one per process and share it, since its limits hold per client. */
export type Http = {
  /**
   * Every status is a value. Faults: `transient` (network, time-out), `rate-limited` (429, with the wait), `invalid` (too many bytes, bad encoding, a refused
   * address or redirect, TLS). Aborting rejects with the signal's reason.
   */
  request(request: HttpRequest): Promise<HttpResponse>
  /** The same with the body left on the wire, always `raw`; repeated and redirected like any read until the headers are there. `idleMs`: 30,000 without it. */
  stream(request: Omit<HttpRequest, 'raw' | 'body'> & { readonly idleMs?: number }): Promise<HttpStream>
  /** Requests sent so far. */
  readonly requests: number
  /** Ends idle connections and waits for running requests. */
  close(): Promise<void>
}
