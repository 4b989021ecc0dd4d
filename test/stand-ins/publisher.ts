/** A publisher of feeds on loopback: what it serves under one path can be changed, cut off and taken away. Counts what it was asked. */
import { createHash } from 'node:crypto'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'

/** What is served: all of it, or only the first `cutAt` bytes of what `content-length` promises. */
export type Published = { readonly body: string; readonly lastModified?: string; readonly type?: string; readonly cutAt?: number }

export type Publisher = {
  readonly origin: string
  /** What is under `path` from now on; null: 404. */
  publish(path: string, published: Published | null): void
  /** Bodies sent so far; a 304 is none. */
  bodies(): number
  close(): Promise<void>
}

/** Serves until closed. Answers `If-None-Match` as RFC 9110 §13.1.2 says. */
export async function startPublisher(): Promise<Publisher> {
  const files = new Map<string, Published>()
  let bodies = 0
  const server = createServer((request, response) => {
    const found = files.get(request.url ?? '')
    if (found === undefined) return void response.writeHead(404).end()
    const { body, lastModified, type = 'application/json', cutAt } = found
    const etag = `"${createHash('sha256').update(body).digest('hex').slice(0, 16)}"`
    if (request.headers['if-none-match'] === etag) return void response.writeHead(304, { etag }).end()
    bodies += 1
    const headers = {
      etag,
      'content-type': type,
      'content-length': Buffer.byteLength(body),
      ...(lastModified === undefined ? {} : { 'last-modified': lastModified }),
    }
    response.writeHead(200, headers)
    if (cutAt === undefined) return void response.end(body)
    response.write(Buffer.from(body).subarray(0, cutAt), () => response.socket?.destroy())
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', () => resolve()))
  return {
    origin: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    publish: (path, published) => void (published === null ? files.delete(path) : files.set(path, published)),
    bodies: () => bodies,
    close: async () => {
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}
