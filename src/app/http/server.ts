/** Our own HTTP server: webhooks, health, and whatever pages are given. It stands before Probot, which has no limits of its own. */
import { createServer as createNodeServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { Duplex } from 'node:stream'
import type { Config } from '../config.ts'
import type { Logger } from '../log.ts'
import { createIngress, type IngressLimits, ingressLimits, type IngressParts } from './ingress.ts'
import { readiness, type ReadyCheck } from './readiness.ts'
import { refuse, respond } from './respond.ts'

export type ServerParts = {
  readonly config: Pick<Config, 'github'> & { readonly server: Pick<Config['server'], 'webhookPath'> }
  readonly inbox: IngressParts['inbox']
  readonly queue: IngressParts['queue']
  readonly log: Logger
  /** What `/readyz` asks: the database and the queue. */
  readonly ready: readonly ReadyCheck[]
  /** Answers everything else; for hono: `getRequestListener(app.fetch, { overrideGlobalObjects: false })`. Without it everything else is 404. */
  readonly pages?: (request: IncomingMessage, response: ServerResponse) => unknown
  readonly now?: () => Date
  readonly limits?: Partial<IngressLimits & Timeouts>
}

/** How long a client may take for its headers and for all of its request, and how often that is looked at. */
export type Timeouts = { readonly headersMs: number; readonly requestMs: number; readonly checkEveryMs: number }

/** GitHub gives up after ten seconds; nobody who means well is slower. */
const timeouts: Timeouts = { headersMs: 10_000, requestMs: 20_000, checkEveryMs: 1_000 }
/** No page takes more than a form. */
const pageBodyBytes = 64 * 1024

export type UnderpinServer = {
  /** Not listening yet. */
  readonly server: Server
  /** Takes no new connections, waits `graceMs` for running requests, then cuts them. */
  readonly close: (graceMs: number) => Promise<void>
}

/** Builds the server; the caller listens. */
export function createServer(parts: ServerParts): UnderpinServer {
  const limits = { ...ingressLimits, ...timeouts, ...parts.limits }
  const ingress = createIngress({ ...parts, secrets: parts.config.github?.webhookSecrets ?? [], now: parts.now ?? (() => new Date()), limits })
  const isReady = readiness(parts.ready)
  let closing = false

  const route = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const path = (request.url ?? '/').split('?', 1)[0]
    const reads = request.method === 'GET' || request.method === 'HEAD'
    if (request.method === 'POST' && path === parts.config.server.webhookPath) return await ingress(request, response)
    if (reads && path === '/healthz') return respond(response, 200, 'ok')
    if (reads && path === '/readyz') {
      const { ready, text } = closing ? { ready: false, text: 'closing' } : await isReady()
      return respond(response, ready ? 200 : 503, text)
    }
    if (!parts.pages) return refuse(request, response, 404, 'not found')
    if (request.headers['transfer-encoding'] !== undefined || Number(request.headers['content-length'] ?? 0) > pageBodyBytes) {
      return refuse(request, response, 413, 'too large')
    }
    await parts.pages(request, response)
  }

  const server = createNodeServer(
    { headersTimeout: limits.headersMs, requestTimeout: limits.requestMs, connectionsCheckingInterval: limits.checkEveryMs, keepAliveTimeout: 5_000 },
    (request, response) => {
      request.on('error', () => {})
      route(request, response).catch((error: unknown) => {
        parts.log.error({ err: error }, 'request broke')
        respond(response, 500, 'something went wrong')
      })
    },
  )
  server.on('clientError', onClientError)
  return {
    server,
    close: async (graceMs) => {
      closing = true
      await stop(server, graceMs)
    },
  }
}

/** Bytes that are not HTTP, or come too slowly. */
function onClientError(error: NodeJS.ErrnoException, socket: Duplex): void {
  const answer =
    error.code === 'ERR_HTTP_REQUEST_TIMEOUT'
      ? '408 Request Timeout'
      : error.code === 'HPE_HEADER_OVERFLOW'
        ? '431 Request Header Fields Too Large'
        : '400 Bad Request'
  socket.on('error', () => {})
  if (!socket.writable || error.code === 'ECONNRESET') {
    socket.destroy()
    return
  }
  socket.end(`HTTP/1.1 ${answer}\r\nconnection: close\r\ncontent-length: 0\r\n\r\n`)
}

async function stop(server: Server, graceMs: number): Promise<void> {
  if (!server.listening) return
  await new Promise<void>((resolve) => {
    const cut = setTimeout(() => server.closeAllConnections(), graceMs)
    server.close(() => {
      clearTimeout(cut)
      resolve()
    })
    server.closeIdleConnections()
  })
}
