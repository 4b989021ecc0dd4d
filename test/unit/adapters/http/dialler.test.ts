/** Names that resolve to where we must not go, at once or only the second time. */
import type { buildConnector } from 'undici'
import { expect, test } from 'vitest'
import { createDialler, type Lookup } from '../../../../src/adapters/http/dialler.ts'
import { client, serve } from './serve.ts'

/** A resolver that gives these answers one after the other, the last one for ever. */
function answering(...answers: readonly (readonly string[])[]): { readonly lookup: Lookup; asked(): number } {
  let asked = 0
  const lookup: Lookup = (_, callback) => {
    const addresses = answers[Math.min(asked, answers.length - 1)] ?? []
    asked += 1
    callback(
      null,
      addresses.map((address) => ({ address, family: address.includes(':') ? 6 : 4 })),
    )
  }
  return { lookup, asked: () => asked }
}

/** What Node's `connect` would be given to connect to, without connecting. */
function dialled(lookup: Lookup, allowPrivate: readonly string[] = []): Promise<readonly string[]> {
  return new Promise((resolve, reject) => {
    const build = ((options: {
      lookup: (hostname: string, wanted: { all: true }, callback: (error: Error | null, found: { address: string }[]) => void) => void
    }) =>
      (target: buildConnector.Options) =>
        options.lookup(target.hostname, { all: true }, (error, found) =>
          error === null ? resolve(found.map(({ address }) => address)) : reject(error),
        )) as unknown as typeof buildConnector
    const dial = createDialler({ allowPrivate, ca: undefined, connectMs: 1000, lookup }, build)
    dial({ hostname: 'rebind.example', protocol: 'https:', port: '443' }, (...[error]) => reject(error ?? new Error('connected')))
  })
}

test('a name that resolves to a private address is refused, and nothing connects', async () => {
  const server = await serve((_, response) => response.end())
  const url = `http://127.0.0.1.nip.example:${server.port}/`
  const { lookup } = answering(['127.0.0.1'])

  await expect(client([], { lookup }).request({ url, maxBytes: 1 })).rejects.toMatchObject({ kind: 'invalid', host: `127.0.0.1.nip.example:${server.port}` })

  expect(server.sockets()).toBe(0)
  // The control proves itself: with the name listed by the operator the same request arrives.
  expect((await client([`127.0.0.1.nip.example:${server.port}`], { lookup }).request({ url, maxBytes: 1 })).status).toBe(200)
})

test('localhost is refused by what it resolves to, not by its name', async () => {
  const server = await serve((_, response) => response.end())

  for (const name of ['localhost', 'LOCALHOST']) {
    await expect(client([]).request({ url: `http://${name}:${server.port}/`, maxBytes: 1 })).rejects.toMatchObject({ kind: 'invalid' })
  }
  expect(server.sockets()).toBe(0)
})

test('DNS rebinding cannot win: one look-up per connection, and the socket gets exactly the address that was checked', async () => {
  const rebinding = answering(['93.184.216.34'], ['127.0.0.1'])

  expect(await dialled(rebinding.lookup)).toEqual(['93.184.216.34'])
  expect(rebinding.asked()).toBe(1)
  await expect(dialled(rebinding.lookup)).rejects.toMatchObject({ code: 'PRIVATE_ADDRESS' })
})

test('of a mixed answer only the public addresses are dialled', async () => {
  expect(await dialled(answering(['127.0.0.1', '93.184.216.34', '64:ff9b::7f00:1', '::1', '2606:4700::1111']).lookup)).toEqual([
    '93.184.216.34',
    '2606:4700::1111',
  ])
})

test('a name that the operator listed may resolve to anything', async () => {
  expect(await dialled(answering(['10.0.0.7']).lookup, ['rebind.example'])).toEqual(['10.0.0.7'])
})

test('an unknown name is a transient fault that says so', async () => {
  const lookup: Lookup = (_, callback) => callback(Object.assign(new Error('getaddrinfo ENOTFOUND'), { code: 'ENOTFOUND' }), [])

  await expect(client([], { lookup }).request({ url: 'https://no.such.example/', maxBytes: 1 })).rejects.toMatchObject({
    kind: 'transient',
    host: 'no.such.example',
    message: expect.stringContaining('check the spelling'),
  })
})
