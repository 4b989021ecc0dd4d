/** The one HTTP client: guarded, bounded, polite. Nobody else imports undici or calls fetch. */
import { createRequire } from 'node:module'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Agent } from 'undici'
import { Fault } from '../../domain/fault.ts'
import { createDialler, type Lookup } from './dialler.ts'
import { exchange } from './exchange.ts'
import { type Head, type Hop, open, type OpenAnswer } from './open.ts'
import { nextHop } from './redirect.ts'
import type { Http, HttpRequest } from './request.ts'
import { mayRepeat, retryAfterMs } from './retry.ts'
import { createTurns } from './turns.ts'

export { asFetch } from './as-fetch.ts'
export type { Http, HttpRequest, HttpResponse, HttpStream } from './request.ts'

/** Defaults suit production; time-outs are in ms. */
export type HttpOptions = {
  /** `host` or `host:port` that may be at a private address. */
  readonly allowPrivate: readonly string[]
  readonly userAgent: string
  /** Certificate authorities instead of Node's own, PEM. */
  readonly ca?: string | Buffer | undefined
  readonly timeouts?: Partial<typeof defaultTimeouts> | undefined
  /** Connections to one origin; 8 without it. */
  readonly connections?: number
  /** Replaced in tests, as are the two below. */
  readonly lookup?: Lookup
  readonly wait?: (ms: number, signal: AbortSignal | undefined) => Promise<unknown>
  readonly now?: () => Date
}

/** `patienceMs`: what one request spends waiting between its repetitions at most; longer waits are the scheduler's. */
const defaultTimeouts = { connectMs: 5_000, headersMs: 15_000, totalMs: 30_000, idleMs: 30_000, patienceMs: 5_000, firstWaitMs: 250 }

/** Opens no connection before the first request, and loads undici only then. */
export function createHttp(options: HttpOptions): Http {
  const timeouts = { ...defaultTimeouts, ...options.timeouts }
  const connections = options.connections ?? 8
  const wait = options.wait ?? ((ms, signal) => sleep(ms, undefined, signal === undefined ? {} : { signal }))
  const now = options.now ?? (() => new Date())
  const turnAt = createTurns(connections)
  let agent: Agent | null = null
  let requests = 0

  /** Gives `ask` a turn at the hop's host; `ask` says by calling its second argument when nothing of it is on the wire any more. */
  async function takeTurn<Answer>(hop: Hop, request: HttpRequest, ask: (agent: Agent, onClosed: () => void) => Promise<Answer>): Promise<Answer> {
    const endTurn = await turnAt(hop.url.origin, request.signal)
    agent ??= createAgent(createDialler({ ...options, ca: options.ca, connectMs: timeouts.connectMs }), connections)
    requests += 1
    request.onSent?.()
    return ask(agent, endTurn)
  }

  /** The answer after redirects and repetitions. `drop` gets every answer that is not the last. */
  async function follow<Answer extends Head>(
    request: HttpRequest,
    ask: (hop: Hop) => Promise<Answer>,
    drop: (answer: Answer) => Promise<void>,
  ): Promise<{ readonly answer: Answer; readonly url: string }> {
    let hop = firstHop(request, options.userAgent)
    const redirects = request.redirects ?? 3
    for (let followed = 0; ; followed += 1) {
      const answer = await repeat(hop, request, ask, drop)
      try {
        const next = redirects === 0 ? null : nextHop(hop, answer)
        if (next === null) return { answer, url: hop.url.href }
        const { host } = hop.url
        if (followed >= redirects) throw new Fault('invalid', `${host} redirects more than ${redirects} times in a row; gave up`, { host })
        hop = next
      } catch (error) {
        await drop(answer)
        throw error
      }
      await drop(answer)
    }
  }

  async function repeat<Answer extends Head>(
    hop: Hop,
    request: HttpRequest,
    ask: (hop: Hop) => Promise<Answer>,
    drop: (answer: Answer) => Promise<void>,
  ): Promise<Answer> {
    const reads = hop.method === 'GET' || hop.method === 'HEAD'
    const retries = reads ? (request.retries ?? 2) : 0
    let patienceMs = timeouts.patienceMs
    for (let attempt = 0; ; attempt += 1) {
      const outcome = await ask(hop).catch((error: unknown) => {
        if (error instanceof Fault) return error
        throw error
      })
      const limited = !(outcome instanceof Fault) && outcome.status === 429
      if (limited && (!reads || request.rateLimited === 'value')) return outcome
      const asked = outcome instanceof Fault ? null : retryAfterMs(outcome.headers['retry-after'], now())
      const waitMs = asked ?? timeouts.firstWaitMs * 4 ** attempt
      if (attempt >= retries || waitMs > patienceMs || !mayRepeat(outcome)) {
        if (outcome instanceof Fault) throw outcome
        if (!limited) return outcome
        await drop(outcome)
        throw rateLimitFault(hop.url.host, asked)
      }
      if (!(outcome instanceof Fault)) await drop(outcome)
      patienceMs -= waitMs
      await wait(waitMs, request.signal)
    }
  }

  const limitsOf = (request: HttpRequest) => ({
    maxBytes: request.maxBytes,
    headersMs: Math.min(timeouts.headersMs, request.totalMs ?? timeouts.totalMs),
    totalMs: request.totalMs ?? timeouts.totalMs,
    signal: request.signal,
  })

  return {
    async request(request) {
      const limits = { ...limitsOf(request), raw: request.raw ?? false }
      const ask = (hop: Hop) => takeTurn(hop, request, (via, onClosed) => exchange(via, hop, limits, onClosed))
      const { answer, url } = await follow(request, ask, async () => {})
      return { ...answer, url }
    },
    async stream(request) {
      const limits = { ...limitsOf(request), idleMs: request.idleMs ?? timeouts.idleMs }
      const ask = (hop: Hop) => takeTurn(hop, request, (via, onClosed) => open(via, hop, limits, onClosed))
      const { answer, url } = await follow({ ...request, raw: true }, ask, finish)
      return { ...answer, url }
    },
    get requests() {
      return requests
    },
    async close() {
      await agent?.close()
      agent = null
    },
  }
}

/** Bytes of an answer that nobody wants which we read to keep its connection; beyond them a new one is cheaper. */
const mostDropped = 64 * 1024

async function finish({ body }: OpenAnswer): Promise<void> {
  let dropped = 0
  try {
    for await (const chunk of body) {
      dropped += chunk.length
      if (dropped > mostDropped) return
    }
  } catch {
    // Its headers said all that we wanted of it.
  }
}

function firstHop(request: HttpRequest, userAgent: string): Hop {
  const method = (request.method ?? 'GET').toUpperCase()
  const url = new URL(request.url)
  if (url.protocol !== 'https:' && url.protocol !== 'http:') throw new TypeError(`not an http URL: ${url.protocol}//${url.host}`)
  if (url.username !== '' || url.password !== '') throw new TypeError(`credentials belong into headers, not into the URL of ${url.host}`)
  const given = Object.entries(request.headers ?? {}).map(([name, value]) => [name.toLowerCase(), value])
  const headers = { 'user-agent': userAgent, 'accept-encoding': request.raw === true ? 'identity' : 'gzip', ...Object.fromEntries(given) }
  return { method, url, headers, body: request.body ?? null }
}

function rateLimitFault(host: string, waitMs: number | null): Fault {
  const when = waitMs === null ? 'later' : `in ${Math.ceil(waitMs / 1000)} s`
  return new Fault('rate-limited', `${host} limits how often we may ask; try again ${when}, or configure a credential with a higher limit`, {
    host,
    retryAfterMs: waitMs,
  })
}

/** Undici's whole index costs 100 ms and 9 MB at start; the agent alone does not. */
function createAgent(connect: ReturnType<typeof createDialler>, connections: number): Agent {
  const Constructor = createRequire(import.meta.url)('undici/lib/dispatcher/agent.js') as typeof Agent
  return new Constructor({ connect, connections, pipelining: 1 })
}
