/** Bodies that are read at the reader's pace: bounded, never silent for ever, and closed by who leaves early. */
import { once } from 'node:events'
import type { ServerResponse } from 'node:http'
import { expect, test } from 'vitest'
import type { HttpStream } from '../../../../src/adapters/http/index.ts'
import { client, serve } from './serve.ts'

async function whole({ body }: HttpStream): Promise<Buffer> {
  const chunks: Uint8Array[] = []
  for await (const chunk of body) chunks.push(chunk)
  return Buffer.concat(chunks)
}

test('the body comes as it was sent, whatever its content encoding says, and with the status and headers of the answer', async () => {
  let asked: string | undefined
  const { host } = await serve((request, response) => {
    asked = request.headers['accept-encoding']
    response.writeHead(203, { 'content-encoding': 'gzip', 'x-a': 'b' }).end('as it is')
  })

  const answer = await client([host]).stream({ url: `http://${host}/x`, maxBytes: 100 })

  expect(answer).toMatchObject({ status: 203, headers: { 'x-a': 'b' }, url: `http://${host}/x` })
  expect((await whole(answer)).toString()).toBe('as it is')
  expect(asked).toBe('identity')
})

test('a body that is not read is not sent: memory stays flat while the reader thinks, and all of it arrives', async () => {
  const size = 32 * 1024 * 1024
  let sent = 0
  let stuck = () => {}
  const stalled = new Promise<void>((resolve) => {
    stuck = resolve
  })
  const { host } = await serve(async (_, response) => {
    response.writeHead(200, { 'content-length': String(size) })
    while (sent < size) {
      sent += 65_536
      if (!response.write(Buffer.alloc(65_536, 7))) {
        stuck()
        await once(response, 'drain')
      }
    }
    response.end()
  })

  const answer = await client([host]).stream({ url: `http://${host}/`, maxBytes: size })
  const chunks = answer.body[Symbol.asyncIterator]()
  const first = await chunks.next()
  await stalled
  expect(sent).toBeLessThan(size)
  let read = first.value?.length ?? 0
  for (let next = await chunks.next(); next.done !== true; next = await chunks.next()) read += next.value.length

  expect(read).toBe(size)
})

test('more bytes than allowed are invalid: at once where they are announced, else when they come', async () => {
  const { host } = await serve((request, response) => {
    if (request.url === '/announced') response.writeHead(200, { 'content-length': '11' })
    response.write('12345')
    response.end('678901')
  })
  const http = client([host])

  await expect(http.stream({ url: `http://${host}/announced`, maxBytes: 10 })).rejects.toMatchObject({ kind: 'invalid' })
  await expect(http.stream({ url: `http://${host}/chunked`, maxBytes: 10 }).then(whole)).rejects.toMatchObject({ kind: 'invalid', host })
})

test('a body that ends before its length is a fault, not a short body', async () => {
  const { host } = await serve((_, response) => {
    response.writeHead(200, { 'content-length': '10' })
    response.write('12345', () => response.destroy())
  })

  await expect(
    client([host])
      .stream({ url: `http://${host}/`, maxBytes: 10 })
      .then(whole),
  ).rejects.toMatchObject({ kind: 'transient', host })
})

test('silence in the middle is transient after idleMs, a drip is after totalMs', async () => {
  const { host } = await serve((_, response) => void response.writeHead(200, { 'content-length': '9' }).write('x'))
  const http = client([host])

  await expect(http.stream({ url: `http://${host}/`, maxBytes: 9, idleMs: 20 }).then(whole)).rejects.toMatchObject({
    kind: 'transient',
    message: expect.stringContaining('sent nothing for 0.02 s'),
  })
  await expect(http.stream({ url: `http://${host}/`, maxBytes: 9, totalMs: 40 }).then(whole)).rejects.toMatchObject({
    kind: 'transient',
    message: expect.stringContaining('did not answer within 0.04 s'),
  })
})

test('leaving early closes the connection, and gives the turn to the next', async () => {
  let response: ServerResponse | undefined
  const server = await serve((request, answer) => {
    if (request.url === '/next') return answer.end('next')
    response = answer
    answer.write('first')
    return undefined
  })
  const http = client([server.host], { connections: 1 })
  const answer = await http.stream({ url: `http://${server.host}/endless`, maxBytes: 1_000 })
  const next = http.request({ url: `http://${server.host}/next`, maxBytes: 10 })
  const closed = once(response!, 'close')

  for await (const chunk of answer.body) if (chunk.length > 0) break

  await closed
  expect((await next).body.toString()).toBe('next')
})

test('the turn is held while the body is on the wire', async () => {
  const order: string[] = []
  const { host } = await serve((request, response) => {
    order.push(request.url ?? '')
    if (request.url !== '/first') return response.end()
    return response.writeHead(200, { 'content-length': '2' }).end('ab')
  })
  const http = client([host], { connections: 1 })
  const ask = (path: string) => http.stream({ url: `http://${host}${path}`, maxBytes: 10 })

  const both = Promise.all([ask('/first').then(whole), ask('/second').then(whole)])

  expect((await both).map(String)).toEqual(['ab', ''])
  expect(order).toEqual(['/first', '/second'])
})

test("aborting in the middle raises the caller's reason", async () => {
  const { host } = await serve((_, response) => void response.writeHead(200).write('x'))
  const controller = new AbortController()
  const reason = new Error('enough')
  const answer = await client([host]).stream({ url: `http://${host}/`, maxBytes: 9, signal: controller.signal })
  const reading = whole(answer)

  controller.abort(reason)

  await expect(reading).rejects.toBe(reason)
})

test('a body is read once: a second reader is a bug, not an empty body', async () => {
  const { host } = await serve((_, response) => response.end('x'))
  const answer = await client([host]).stream({ url: `http://${host}/`, maxBytes: 9 })
  await whole(answer)

  await expect(whole(answer)).rejects.toThrow('read once')
})

test('it is repeated and redirected like any read until the headers are there, and not after', async () => {
  const paths: string[] = []
  const other = await serve((request, response) => {
    paths.push(`other ${request.headers.authorization ?? 'none'} ${request.headers['accept'] ?? ''}`)
    response.writeHead(200, { 'content-length': '10' }).write('12345', () => response.destroy())
  })
  const { host } = await serve((request, response) => {
    paths.push(`${request.headers.authorization}`)
    if (paths.length === 1) return response.writeHead(503).end('busy')
    return response.writeHead(307, { location: `http://${other.host}/blob` }).end('moved')
  })
  const http = client([host, other.host])

  const answer = await http.stream({ url: `http://${host}/`, headers: { authorization: 'Bearer canary', accept: '*/*' }, maxBytes: 10 })
  await expect(whole(answer)).rejects.toMatchObject({ kind: 'transient', host: other.host })

  expect(paths).toEqual(['Bearer canary', 'Bearer canary', 'other none */*'])
  expect(http.requests).toBe(3)
})

test('a connection that answered a redirect is kept', async () => {
  const server = await serve((request, response) =>
    request.url === '/end' ? response.end('there') : response.writeHead(302, { location: '/end' }).end('a'.repeat(1_000)),
  )

  const answer = await client([server.host], { connections: 1 }).stream({ url: `http://${server.host}/`, maxBytes: 10_000 })

  expect((await whole(answer)).toString()).toBe('there')
  expect(server.sockets()).toBe(1)
})

test('a private address is refused', async () => {
  const { host } = await serve((_, response) => response.end())

  await expect(client([]).stream({ url: `http://${host}/`, maxBytes: 1 })).rejects.toMatchObject({
    kind: 'invalid',
    message: expect.stringContaining('private'),
  })
})

test('a redirect that is not followed leaves nothing open behind it', async () => {
  const server = await serve((_, response) => response.writeHead(302, { location: 'gopher://elsewhere/' }).end('moved'))
  const http = client([server.host], { connections: 1 })
  const ask = () => http.stream({ url: `http://${server.host}/`, maxBytes: 10 })

  await expect(ask()).rejects.toMatchObject({ kind: 'invalid' })
  await expect(ask()).rejects.toMatchObject({ kind: 'invalid' })
  expect(server.sockets()).toBe(1)
})

test('an answer whose body nobody begins to read is left at once', async () => {
  let gone = () => {}
  const isGone = new Promise<void>((resolve) => {
    gone = resolve
  })
  const { host } = await serve((_, response) => {
    response.on('close', gone)
    response.writeHead(200, { 'content-length': '1000000000' }).write('x')
  })

  const { body } = await client([host]).stream({ url: `http://${host}/`, maxBytes: 1_000_000_000, totalMs: 600_000 })
  await body[Symbol.asyncIterator]().return?.()

  await isGone
})
