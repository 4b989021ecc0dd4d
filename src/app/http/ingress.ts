/** The webhook ingress: caps the body, checks the signature over raw bytes, commits the inbox row, and only then says 202. Probot never sees the network. */
import type { IncomingMessage, ServerResponse } from 'node:http'
import { isFault } from '../../domain/fault.ts'
import type { InboxStore } from '../../ports/inbox-store.ts'
import type { JobQueue } from '../../ports/job-queue.ts'
import type { Logger } from '../log.ts'
import { refuse, respond } from './respond.ts'
import { signatureCheck } from './signature.ts'

export type IngressLimits = {
  /** GitHub's own cap for a payload. */
  readonly bodyBytes: number
  /** For all bodies that are being read at once: an unsigned flood must not fill the memory. */
  readonly allBodiesBytes: number
  /** GitHub hangs up after ten seconds and takes a later answer for none. */
  readonly commitMs: number
}

/** What an ingress keeps to unless it is told otherwise. */
export const ingressLimits: IngressLimits = { bodyBytes: 25 * 1024 * 1024, allBodiesBytes: 100 * 1024 * 1024, commitMs: 8_000 }

export type IngressParts = {
  readonly inbox: Pick<InboxStore, 'accept'>
  readonly queue: Pick<JobQueue, 'wake'>
  readonly log: Logger
  /** Empty: no app is configured yet. */
  readonly secrets: readonly string[]
  readonly now: () => Date
  readonly limits: IngressLimits
}

/** Answers one delivery: 202 committed · 400 bad headers · 401 bad signature · 413 too large · 415 not JSON · 503 try again. */
export type Ingress = (request: IncomingMessage, response: ServerResponse) => Promise<void>

/** An ingress; all its requests share one budget of buffered bytes. */
export function createIngress(parts: IngressParts): Ingress {
  const budget = { left: parts.limits.allBodiesBytes }
  const notWoken = seldom(5_000, (error) => parts.log.warn({ err: error }, 'worker not woken'))
  return async (request, response) => {
    const delivery = readHeaders(request)
    const check = signatureCheck(header(request, 'x-hub-signature-256'), parts.secrets)
    if (parts.secrets.length === 0) return refuse(request, response, 503, 'no GitHub App is configured yet')
    if (typeof delivery === 'string') return refuse(request, response, delivery.startsWith('expected JSON') ? 415 : 400, delivery)
    if (check === null) return refuse(request, response, 401, 'X-Hub-Signature-256 is missing or malformed')
    const body = await readBody(request, parts.limits.bodyBytes, budget, check.update)
    if (body === 'gone') return
    if (body === 'too-large') return refuse(request, response, 413, `a payload has at most ${parts.limits.bodyBytes} bytes`)
    if (body === 'busy') return refuse(request, response, 503, 'too many payloads at once')
    if (!check.matches()) {
      parts.log.warn({ guid: delivery.guid, event: delivery.event, bytes: body.length }, 'webhook signature does not match')
      return respond(response, 401, 'the signature does not match')
    }
    await commit(parts, { ...delivery, body, receivedAt: parts.now() }, response, notWoken)
  }
}

async function commit(
  { inbox, queue, log, limits }: IngressParts,
  delivery: Parameters<InboxStore['accept']>[0],
  response: ServerResponse,
  notWoken: (error: unknown) => void,
): Promise<void> {
  const { guid, event } = delivery
  try {
    const outcome = await inTime(inbox.accept(delivery), limits.commitMs)
    if (outcome === 'late') {
      log.error({ guid, event }, 'webhook not committed in time')
      return respond(response, 503, 'the inbox is slow; redeliver')
    }
    respond(response, 202, outcome === 'new' ? 'accepted' : 'known')
  } catch (error) {
    log.error({ guid, event, err: error }, 'webhook not committed')
    return respond(response, isFault(error) ? 503 : 500, 'the inbox is not available; redeliver')
  }
  // The sweeper finds the row without it; a queue that is down costs seconds.
  queue.wake([{ kind: 'inbox', group: guid }]).catch(notWoken)
}

/** The delivery's hints, or what is wrong with the headers. Repeated headers arrive joined by commas and so do not match. */
function readHeaders(request: IncomingMessage): { readonly guid: string; readonly event: string } | string {
  const guid = header(request, 'x-github-delivery') ?? ''
  const event = header(request, 'x-github-event') ?? ''
  if (!/^[A-Za-z0-9-]{1,64}$/.test(guid)) return 'X-GitHub-Delivery is missing or malformed'
  if (!/^[a-z][a-z_]{0,63}$/.test(event)) return 'X-GitHub-Event is missing or malformed'
  if (!/^application\/json\s*(;|$)/i.test(header(request, 'content-type') ?? '')) return 'expected JSON: set the webhook’s content type to application/json'
  return { guid, event }
}

/** The whole body; each piece goes to `see` as it comes. `gone`: the sender hung up. */
async function readBody(
  request: IncomingMessage,
  cap: number,
  budget: { left: number },
  see: (chunk: Uint8Array) => void,
): Promise<Buffer | 'too-large' | 'busy' | 'gone'> {
  if (Number(header(request, 'content-length') ?? 0) > cap) return 'too-large'
  const chunks: Buffer[] = []
  let bytes = 0
  try {
    return await new Promise((resolve) => {
      const end = (result: Buffer | 'too-large' | 'busy' | 'gone') => {
        request.removeAllListeners('data')
        request.pause()
        resolve(result)
      }
      request.on('data', (chunk: Buffer) => {
        if (bytes + chunk.length > cap) return end('too-large')
        if (chunk.length > budget.left) return end('busy')
        bytes += chunk.length
        budget.left -= chunk.length
        chunks.push(chunk)
        see(chunk)
      })
      request.once('end', () => end(Buffer.concat(chunks)))
      request.once('error', () => end('gone'))
      request.once('close', () => end('gone'))
    })
  } finally {
    budget.left += bytes
  }
}

/** Calls `report` at most once in `windowMs`: a queue that is down fails for every webhook of a burst. */
function seldom(windowMs: number, report: (error: unknown) => void): (error: unknown) => void {
  let last = Number.NEGATIVE_INFINITY
  return (error) => {
    const time = performance.now()
    if (time - last < windowMs) return
    last = time
    report(error)
  }
}

async function inTime<T>(promise: Promise<T>, ms: number): Promise<T | 'late'> {
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<'late'>((resolve) => {
    timer = setTimeout(() => resolve('late'), ms)
  })
  // A commit that fails after we answered must not become an unhandled rejection.
  promise.catch(() => {})
  return await Promise.race([promise, late]).finally(() => clearTimeout(timer))
}

function header(request: IncomingMessage, name: string): string | undefined {
  const value = request.headers[name]
  return Array.isArray(value) ? value.join(', ') : value
}
