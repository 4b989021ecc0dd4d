/** A server on loopback for one test, and clients that may reach it. */
import { createServer, type RequestListener } from 'node:http'
import { createServer as createTlsServer } from 'node:https'
import type { AddressInfo, Server } from 'node:net'
import { onTestFinished } from 'vitest'
import { createHttp, type Http, type HttpOptions } from '../../../../src/adapters/http/index.ts'
import { certificate, certificateKey } from '../../../stand-ins/registry/certificate.ts'

/** Serves until the test ends; `host` is `127.0.0.1:PORT`, `sockets()` counts connections so far. */
export async function serve(listener: RequestListener, tls = false): Promise<{ readonly host: string; readonly port: number; sockets(): number }> {
  const server: Server & { closeAllConnections(): void } = tls ? createTlsServer({ cert: certificate, key: certificateKey }, listener) : createServer(listener)
  let sockets = 0
  server.on('connection', () => {
    sockets += 1
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', () => resolve()))
  onTestFinished(async () => {
    server.closeAllConnections()
    await new Promise((resolve) => server.close(resolve))
  })
  const { port } = server.address() as AddressInfo
  return { host: `127.0.0.1:${port}`, port, sockets: () => sockets }
}

/** A client that closes with the test. It trusts the stand-ins' certificate and never waits between repetitions. */
export function client(allowPrivate: readonly string[], more: Partial<HttpOptions> = {}): Http {
  const http = createHttp({ allowPrivate, userAgent: 'underpin-test', ca: certificate, wait: async () => {}, ...more })
  onTestFinished(() => http.close())
  return http
}
