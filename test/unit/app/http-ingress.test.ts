/** The ingress against everybody who can reach it. */
import { createHmac, randomUUID } from 'node:crypto'
import { request as httpRequest } from 'node:http'
import { type AddressInfo, connect, type Socket } from 'node:net'
import { afterEach, describe, expect, it } from 'vitest'
import { Fault } from '../../../src/domain/fault.ts'
import { createServer, type ServerParts } from '../../../src/app/http/server.ts'
import { createLog } from '../../../src/app/log.ts'
import type { InboxDelivery } from '../../../src/ports/inbox-store.ts'
import type { Job } from '../../../src/ports/job-queue.ts'
import { until } from '../../support/until.ts'

const secret = 'b7f1c2a94d3e8f60517293a4c5d6e7f8'
const old = 'ffeeddccbbaa99887766554433221100x'
const sign = (body: string | Buffer, key = secret) => `sha256=${createHmac('sha256', key).update(body).digest('hex')}`
const megabyte = 1024 * 1024

type Started = {
  readonly port: number
  readonly rows: Map<string, InboxDelivery>
  readonly woken: Job[]
  readonly log: string[]
  readonly sockets: Socket[]
  close(): Promise<void>
}

const started: Started[] = []
afterEach(async () => {
  await Promise.all(started.splice(0).map((one) => one.close()))
})

/** A server whose inbox is a map; `parts` override. */
async function start(parts: Partial<ServerParts> = {}): Promise<Started> {
  const rows = new Map<string, InboxDelivery>()
  const woken: Job[] = []
  const log: string[] = []
  const sockets: Socket[] = []
  const { server, close } = createServer({
    config: { github: { appId: 1, privateKey: 'pem', webhookSecrets: [secret, old] }, server: { webhookPath: '/api/github/webhooks' } },
    inbox: {
      accept: async (delivery) => {
        const known = rows.has(delivery.guid)
        if (!known) rows.set(delivery.guid, delivery)
        return known ? 'again' : 'new'
      },
    },
    queue: {
      wake: async (jobs) => {
        woken.push(...jobs)
      },
    },
    log: createLog({ level: 'trace', destination: { write: (line) => log.push(line) } }),
    ready: [],
    ...parts,
  })
  server.on('connection', (socket) => sockets.push(socket))
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const one = { port: (server.address() as AddressInfo).port, rows, woken, log, sockets, close: () => close(0) }
  started.push(one)
  return one
}

type Answer = { readonly status: number; readonly text: string }

function send(port: number, body: string | Buffer, headers: Readonly<Record<string, string | undefined>> = {}, path = '/api/github/webhooks'): Promise<Answer> {
  const all = { 'content-type': 'application/json', 'x-github-event': 'push', 'x-github-delivery': randomUUID(), 'x-hub-signature-256': sign(body), ...headers }
  const given = Object.fromEntries(Object.entries(all).filter((entry): entry is [string, string] => entry[1] !== undefined))
  return new Promise((resolve, reject) => {
    const request = httpRequest({ port, host: '127.0.0.1', method: 'POST', path, headers: given, agent: false }, (response) => {
      let text = ''
      response.setEncoding('utf8').on('data', (chunk: string) => {
        text += chunk
      })
      response.on('end', () => resolve({ status: response.statusCode ?? 0, text }))
    })
    request.on('error', reject)
    request.end(body)
  })
}

/** Writes raw bytes and gives everything that comes back until the other side hangs up. */
function raw(port: number, write: (socket: Socket) => void): Promise<string> {
  return new Promise((resolve) => {
    let text = ''
    const socket = connect(port, '127.0.0.1', () => write(socket))
    socket.setEncoding('utf8').on('data', (chunk: string) => {
      text += chunk
    })
    socket.on('error', () => {})
    socket.on('close', () => resolve(text))
  })
}

/** A webhook's head, signed for nothing in particular. */
const head = (more: string) =>
  `POST /api/github/webhooks HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\nx-github-event: push\r\nx-github-delivery: ${randomUUID()}\r\nx-hub-signature-256: sha256=${'0'.repeat(64)}\r\n${more}\r\n\r\n`

/** Pushes up to `total` bytes as fast as they are taken; `frame` wraps each megabyte. */
function flood(socket: Socket, total: number, frame: (chunk: Buffer) => Buffer): void {
  const chunk = frame(Buffer.alloc(megabyte, 97))
  let left = total / megabyte
  const push = () => {
    while (left > 0 && !socket.destroyed) {
      left -= 1
      if (!socket.write(chunk)) {
        socket.once('drain', push)
        return
      }
    }
  }
  push()
}

describe('a signed webhook', () => {
  it('is committed byte for byte, then answered with 202, then a worker is woken', async () => {
    const { port, rows, woken } = await start()
    const body = Buffer.from('{"text":"żółć \u2028 \\u0000 🐳"}\n')
    const guid = randomUUID()
    expect(await send(port, body, { 'x-github-delivery': guid })).toMatchObject({ status: 202 })
    expect(rows.get(guid)).toMatchObject({ guid, event: 'push' })
    expect(Buffer.from(rows.get(guid)?.body ?? []).equals(body)).toBe(true)
    expect(woken).toEqual([{ kind: 'inbox', group: guid }])
  })

  it('may be signed with either secret while it is rotated', async () => {
    const { port } = await start()
    expect((await send(port, '{}', { 'x-hub-signature-256': sign('{}', old) })).status).toBe(202)
  })

  it('that comes a hundred times at once is one row, and each is answered with 202', async () => {
    const { port, rows } = await start()
    const guid = randomUUID()
    const answers = await Promise.all(Array.from({ length: 100 }, () => send(port, '{}', { 'x-github-delivery': guid })))
    expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([202]))
    expect(rows.size).toBe(1)
  })

  it('is not answered before its row is committed', async () => {
    let commit: (outcome: 'new') => void = () => {}
    const accepting = new Promise<void>((resolve) => {
      commit = () => resolve()
    })
    let reached: () => void = () => {}
    const reachedAccept = new Promise<void>((resolve) => {
      reached = resolve
    })
    let answered = false
    const { port } = await start({
      inbox: {
        accept: async () => {
          reached()
          await accepting
          return 'new'
        },
      },
    })
    const answer = send(port, '{}').then((got) => {
      answered = true
      return got
    })
    await reachedAccept
    expect(answered).toBe(false)
    commit('new')
    expect((await answer).status).toBe(202)
  })

  it('is accepted although the queue is down', async () => {
    const { port, rows } = await start({ queue: { wake: () => Promise.reject(new Fault('transient', 'the queue is down')) } })
    expect((await send(port, '{}')).status).toBe(202)
    expect(rows.size).toBe(1)
  })

  it.each([
    ['down', () => Promise.reject(new Fault('transient', 'gone')), 503],
    ['silent', () => new Promise<'new'>(() => {}), 503],
    ['broken', () => Promise.reject(new TypeError('bug')), 500],
  ])('is refused while the store is %s', async (_how, accept, status) => {
    const { port, woken } = await start({ inbox: { accept }, limits: { commitMs: 50 } })
    expect((await send(port, '{}')).status).toBe(status)
    expect(woken).toEqual([])
  })

  it('of 25 MB is accepted', async () => {
    const { port, rows } = await start()
    expect((await send(port, Buffer.alloc(25 * megabyte, 97))).status).toBe(202)
    expect([...rows.values()][0]?.body.length).toBe(25 * megabyte)
  })
})

describe('a bad signature', () => {
  const good = sign('{}')
  const sha1 = `sha1=${createHmac('sha1', secret).update('{}').digest('hex')}`
  it.each<readonly [string, Readonly<Record<string, string | undefined>>]>([
    ['missing', { 'x-hub-signature-256': undefined }],
    ['empty', { 'x-hub-signature-256': '' }],
    ['SHA-1 only', { 'x-hub-signature-256': undefined, 'x-hub-signature': sha1 }],
    ['SHA-1 in the other header', { 'x-hub-signature-256': sha1 }],
    ['of another secret', { 'x-hub-signature-256': sign('{}', 'c'.repeat(32)) }],
    ['of the public default secret', { 'x-hub-signature-256': sign('{}', 'development') }],
    ['of an empty secret', { 'x-hub-signature-256': createHmac('sha256', '').update('{}').digest('hex') }],
    ['of another body', { 'x-hub-signature-256': sign('{ }') }],
    ['of the body with a newline', { 'x-hub-signature-256': sign('{}\n') }],
    ['too short', { 'x-hub-signature-256': good.slice(0, -1) }],
    ['too long', { 'x-hub-signature-256': `${good}0` }],
    ['in upper case', { 'x-hub-signature-256': good.toUpperCase() }],
    ['without its prefix', { 'x-hub-signature-256': good.slice(7) }],
    ['with another prefix', { 'x-hub-signature-256': good.replace('sha256', 'sha512') }],
    ['with spaces', { 'x-hub-signature-256': good.replace('=', ' =') }],
    ['twice', { 'x-hub-signature-256': `${good}, ${good}` }],
    ['as base64', { 'x-hub-signature-256': `sha256=${Buffer.from(good.slice(7), 'hex').toString('base64')}` }],
    ['not hex', { 'x-hub-signature-256': `sha256=${'z'.repeat(64)}` }],
    ['all zero', { 'x-hub-signature-256': `sha256=${'0'.repeat(64)}` }],
    ['one bit off', { 'x-hub-signature-256': good.slice(0, -1) + (good.endsWith('0') ? '1' : '0') }],
  ])('that is %s gets 401 and leaves nothing behind', async (_what, headers) => {
    const { port, rows, woken, log } = await start()
    expect((await send(port, '{}', headers)).status).toBe(401)
    expect([rows.size, woken.length]).toEqual([0, 0])
    expect(log.join('')).not.toContain('{}')
  })
})

describe('bad headers', () => {
  it.each<readonly [string, Readonly<Record<string, string | undefined>>, number]>([
    ['no event', { 'x-github-event': undefined }, 400],
    ['an event that is no word', { 'x-github-event': '../push' }, 400],
    ['two events', { 'x-github-event': 'push, issues' }, 400],
    ['no GUID', { 'x-github-delivery': undefined }, 400],
    ['a GUID that is none', { 'x-github-delivery': "1' OR '1" }, 400],
    ['a long GUID', { 'x-github-delivery': 'a'.repeat(65) }, 400],
    ['a form', { 'content-type': 'application/x-www-form-urlencoded' }, 415],
  ])('%s are refused', async (_what, headers, status) => {
    const { port, rows } = await start()
    expect((await send(port, '{}', headers)).status).toBe(status)
    expect(rows.size).toBe(0)
  })
})

describe('an attacker', () => {
  it('who declares 400 MB is refused before it is read', async () => {
    const { port, sockets } = await start()
    const answer = await raw(port, (socket) => {
      socket.write(head(`content-length: ${400 * megabyte}`))
      flood(socket, 400 * megabyte, (chunk) => chunk)
    })
    expect(answer).toContain('413')
    expect(sockets[0]?.bytesRead).toBeLessThan(8 * megabyte)
  })

  it('who sends 400 MB in chunks is cut off at the cap', async () => {
    const { port, sockets } = await start()
    const answer = await raw(port, (socket) => {
      socket.write(head('transfer-encoding: chunked'))
      flood(socket, 400 * megabyte, (chunk) => Buffer.concat([Buffer.from(`${chunk.length.toString(16)}\r\n`), chunk, Buffer.from('\r\n')]))
    })
    expect(answer).toContain('413')
    expect(sockets[0]?.bytesRead).toBeLessThan(33 * megabyte)
  })

  it('who opens many large bodies at once finds the shared budget spent, and good webhooks pass after', async () => {
    const { port, sockets } = await start({ limits: { allBodiesBytes: 4 * megabyte } })
    const waiting = connect(port, '127.0.0.1')
    waiting.on('error', () => {})
    waiting.write(head(`content-length: ${20 * megabyte}`))
    waiting.write(Buffer.alloc(3 * megabyte, 97))
    await until('the first body is held', async () => (sockets[0]?.bytesRead ?? 0) > 3 * megabyte)
    const answer = await raw(port, (socket) => {
      socket.write(head('transfer-encoding: chunked'))
      flood(socket, 8 * megabyte, (chunk) => Buffer.concat([Buffer.from(`${chunk.length.toString(16)}\r\n`), chunk, Buffer.from('\r\n')]))
    })
    expect(answer).toContain('503')
    waiting.destroy()
    // The server hears of it a moment later than we do.
    await until('a good webhook passes', async () => (await send(port, 'x'.repeat(2 * megabyte))).status === 202)
  })

  it('who sends headers or a body too slowly is cut off', async () => {
    const { port } = await start({ limits: { headersMs: 100, requestMs: 200, checkEveryMs: 50 } })
    const [slowHead, slowBody] = await Promise.all([
      raw(port, (socket) => socket.write('POST / HTTP/1.1\r\nhost: x\r\nx-a:')),
      raw(port, (socket) => socket.write(`${head('content-length: 1000')}{`)),
    ])
    expect(slowHead).toContain('408')
    expect(slowBody).toContain('408')
  })

  it('who sends 10,000 malformed requests does not end the process', async () => {
    const { port } = await start()
    const forms = [
      '\0\0\0',
      'GET\r\n\r\n',
      'POST /api/github/webhooks HTTP/9.9\r\n\r\n',
      `GET / HTTP/1.1\r\nx: ${'a'.repeat(20_000)}\r\n\r\n`,
      head('content-length: -1'),
      head('content-length: 5\r\ntransfer-encoding: chunked'),
      `${head('transfer-encoding: chunked')}zz\r\n`,
      'POST http://[ HTTP/1.1\r\nhost: x\r\n\r\n',
    ]
    for (let i = 0; i < 10_000; i += 250) {
      await Promise.all(Array.from({ length: 250 }, (_, n) => raw(port, (socket) => socket.end(forms[(i + n) % forms.length] ?? ''))))
    }
    expect((await send(port, '{}')).status).toBe(202)
  }, 60_000)

  it('finds no secret, signature or payload in the log', async () => {
    const { port, log } = await start({ inbox: { accept: () => Promise.reject(new Error('down')) } })
    await send(port, '{"payload":"CANARY"}')
    await send(port, '{"payload":"CANARY"}', { 'x-hub-signature-256': sign('x') })
    expect(log.length).toBeGreaterThan(0)
    expect(log.join('')).not.toMatch(new RegExp(`CANARY|${secret}|sha256=`))
  })
})

describe('the server', () => {
  it('answers webhooks at another path where it is told so, and 404 elsewhere', async () => {
    const { port } = await start({ config: { github: { appId: 1, privateKey: 'pem', webhookSecrets: [secret] }, server: { webhookPath: '/' } } })
    expect((await send(port, '{}', {}, '/')).status).toBe(202)
    expect((await send(port, '{}')).status).toBe(404)
  })

  it('refuses webhooks while no app is configured', async () => {
    const { port } = await start({ config: { github: null, server: { webhookPath: '/api/github/webhooks' } } })
    expect((await send(port, '{}', { 'x-hub-signature-256': sign('{}', '') })).status).toBe(503)
  })

  it('lives without the database, and is ready only with it', async () => {
    let isUp = true
    const { port } = await start({ ready: [{ name: 'database', ping: () => (isUp ? Promise.resolve() : Promise.reject(new Error('password=CANARY'))) }] })
    const get = async (path: string) => {
      const text = await raw(port, (socket) => socket.end(`GET ${path} HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n`))
      return text
    }
    expect(await get('/readyz')).toMatch(/^HTTP\/1.1 200[^]*database: ok/)
    isUp = false
    const { port: other } = await start({ ready: [{ name: 'database', ping: () => Promise.reject(new Error('password=CANARY')) }] })
    const red = await raw(other, (socket) => socket.end('GET /readyz HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n'))
    expect(red).toMatch(/^HTTP\/1.1 503[^]*database: not available/)
    expect(red).not.toContain('CANARY')
    expect(await get('/healthz')).toContain('200')
  })

  it('closes in time although a request never ends', async () => {
    const server = await start()
    const socket = connect(server.port, '127.0.0.1')
    socket.on('error', () => {})
    await new Promise<void>((resolve) => socket.write(`${head('content-length: 9')}{`, () => resolve()))
    const gone = new Promise((resolve) => socket.once('close', resolve))
    await server.close()
    await gone
  })
})
