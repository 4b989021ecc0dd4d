/** The client as a whole: time-outs, aborting, turns, TLS, and words without secrets. */
import { createServer } from 'node:net'
import { expect, onTestFinished, test } from 'vitest'
import { client, serve } from './serve.ts'

test('a server that accepts and says nothing is transient after the header time-out, and is not asked again', async () => {
  const server = await serve(() => {})
  const http = client([server.host], { timeouts: { headersMs: 20 } })

  await expect(http.request({ url: `http://${server.host}/`, maxBytes: 1 })).rejects.toMatchObject({
    kind: 'transient',
    host: server.host,
    message: expect.stringContaining('did not answer within 0.02 s'),
  })
  expect(http.requests).toBe(1)
})

test('a body that drips is transient after the total time-out', async () => {
  const { host } = await serve((_, response) => response.writeHead(200, { 'content-length': '9' }).write('x'))

  await expect(client([host], { timeouts: { totalMs: 50 } }).request({ url: `http://${host}/`, maxBytes: 9 })).rejects.toMatchObject({ kind: 'transient' })
})

test('a port that nobody listens on is transient', async () => {
  await expect(client(['127.0.0.1']).request({ url: 'http://127.0.0.1:1/', maxBytes: 1 })).rejects.toMatchObject({
    kind: 'transient',
    message: expect.stringContaining('refused the connection'),
  })
})

test('something that is not HTTP is invalid', async () => {
  const server = createServer((socket) => socket.end('SSH-2.0-OpenSSH_9\r\n'))
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  onTestFinished(() => void server.close())
  const host = `127.0.0.1:${(server.address() as { port: number }).port}`

  await expect(client([host]).request({ url: `http://${host}/`, maxBytes: 1 })).rejects.toMatchObject({ kind: 'invalid' })
})

test("https works with the operator's own CA, and a certificate that nobody vouches for is refused", async () => {
  const { host } = await serve((_, response) => response.end('secure'), true)

  expect((await client([host]).request({ url: `https://${host}/`, maxBytes: 10 })).body.toString()).toBe('secure')
  await expect(client([host], { ca: undefined }).request({ url: `https://${host}/`, maxBytes: 10 })).rejects.toMatchObject({
    kind: 'invalid',
    message: expect.stringContaining('could not be trusted'),
  })
})

test("aborting rejects with the caller's reason, before, while waiting for a turn and while on the wire", async () => {
  let arrived = () => {}
  const arrival = new Promise<void>((resolve) => {
    arrived = resolve
  })
  const { host } = await serve(() => arrived())
  const http = client([host], { connections: 1 })
  const reason = new Error('enough')
  const request = (signal: AbortSignal) => http.request({ url: `http://${host}/`, maxBytes: 1, signal })

  await expect(request(AbortSignal.abort(reason))).rejects.toBe(reason)
  const controller = new AbortController()
  const onTheWire = request(controller.signal)
  const waiting = request(controller.signal)
  await arrival
  controller.abort(reason)
  await expect(onTheWire).rejects.toBe(reason)
  await expect(waiting).rejects.toBe(reason)
  expect(http.requests).toBe(1)
})

test('no more requests run at once at a host than there are connections, and connections are kept', async () => {
  let running = 0
  let most = 0
  const server = await serve((_, response) => {
    running += 1
    most = Math.max(most, running)
    setImmediate(() => {
      running -= 1
      response.end()
    })
  })
  const http = client([server.host], { connections: 4 })

  await Promise.all(
    Array.from({ length: 60 }, (_, n) => http.request({ method: n % 2 === 0 ? 'GET' : 'HEAD', url: `http://${server.host}/${n}`, maxBytes: 1 })),
  )

  expect(most).toBeLessThanOrEqual(4)
  expect(server.sockets()).toBeLessThanOrEqual(4)
})

test('one slow host does not hold up another', async () => {
  const slow = await serve(() => {})
  const quick = await serve((_, response) => response.end())
  const http = client([slow.host, quick.host], { connections: 1 })
  const controller = new AbortController()
  const stuck = http.request({ url: `http://${slow.host}/`, maxBytes: 1, signal: controller.signal })

  expect((await http.request({ url: `http://${quick.host}/`, maxBytes: 1 })).status).toBe(200)
  controller.abort()
  await expect(stuck).rejects.toThrow()
})

test('a URL with a login or another scheme is a bug of the caller', async () => {
  await expect(client([]).request({ url: 'https://user:canary@registry.example/', maxBytes: 1 })).rejects.toThrow(TypeError)
  await expect(client([]).request({ url: 'file:///etc/passwd', maxBytes: 1 })).rejects.toThrow(TypeError)
})

test('no fault repeats a header or a query, where secrets live', async () => {
  const { host } = await serve((request, response) => {
    if (request.url?.startsWith('/reset') === true) return response.destroy()
    if (request.url?.startsWith('/down') === true) return response.writeHead(302, { location: 'gopher://canary/' }).end()
    if (request.url?.startsWith('/limit') === true) return response.writeHead(429, { 'retry-after': '999' }).end()
    return undefined
  })
  const http = client([host], { timeouts: { headersMs: 20 } })

  for (const path of ['reset', 'down', 'limit', 'hang']) {
    const fault: unknown = await http
      .request({ url: `http://${host}/${path}?token=canary`, headers: { authorization: 'Bearer canary', cookie: 'canary' }, maxBytes: 1 })
      .catch((error: unknown) => error)
    expect(fault).toMatchObject({ name: 'Fault' })
    expect(JSON.stringify(fault)).not.toContain('canary')
    expect(String((fault as Error).cause)).not.toContain('canary')
  }
})
