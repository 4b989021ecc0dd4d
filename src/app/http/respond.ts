/** Short plain answers. */
import type { IncomingMessage, ServerResponse } from 'node:http'

/** Answers a request whose body was read, or has none. */
export function respond(response: ServerResponse, status: number, text: string, headers: Readonly<Record<string, string>> = {}): void {
  if (response.headersSent || response.destroyed) return
  response.writeHead(status, { 'content-type': 'text/plain; charset=utf-8', 'x-content-type-options': 'nosniff', 'cache-control': 'no-store', ...headers })
  response.end(`${text}\n`)
}

/** Bytes that we still take, and throw away, from somebody whose request we refused; and for how long. */
const lingerBytes = 256 * 1024
const lingerMs = 1_500

/**
 * Answers before the body was read, and hangs up. The connection lingers for a moment: closing it on unread bytes resets it, and the answer
 * would be lost on the way. Who goes on sending is no longer read, which stops him, and has the rest of the moment to read the answer.
 */
export function refuse(request: IncomingMessage, response: ServerResponse, status: number, text: string): void {
  if (response.headersSent || response.destroyed) return
  const body = Buffer.from(`${text}\n`)
  response.writeHead(status, {
    'content-type': 'text/plain; charset=utf-8',
    'content-length': body.length,
    'x-content-type-options': 'nosniff',
    connection: 'close',
  })
  response.write(body)
  const until = request.socket.bytesRead + lingerBytes
  let isUp = true
  const hangUp = () => {
    if (!isUp) return
    isUp = false
    clearTimeout(timer)
    request.pause()
    response.end()
    request.socket.destroySoon()
  }
  const timer = setTimeout(hangUp, lingerMs)
  request.on('data', () => {
    if (request.socket.bytesRead > until) request.pause()
  })
  request.once('end', hangUp)
  request.once('error', hangUp)
  request.resume()
}
