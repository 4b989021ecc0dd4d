/** Redirects: no credential crosses an origin, nothing leaves https, and there is an end. */
import { expect, test } from 'vitest'
import { nextHop } from '../../../../src/adapters/http/redirect.ts'
import { client, serve } from './serve.ts'

const secrets = { authorization: 'Bearer canary', cookie: 'canary', 'x-registry-auth': 'canary', 'private-token': 'canary', 'if-none-match': 'canary' }
const hop = (url: string, method = 'GET') => ({ method, url: new URL(url), headers: { accept: '*/*', ...secrets }, body: null })
const answer = (status: number, location: string) => ({ status, headers: { location }, body: Buffer.alloc(0) })
const statuses = [301, 302, 303, 307, 308]
const elsewhere = {
  'another host': 'https://evil.example/x',
  'another port': 'https://registry.example:8443/x',
  'a subdomain': 'https://cdn.registry.example/x',
  'another host without a scheme': '//evil.example/x',
  'a host with a login': 'https://user:password@registry.example.evil/x',
}

for (const status of statuses) {
  for (const [place, location] of Object.entries(elsewhere)) {
    test(`a ${status} to ${place} takes no header along that could hold a secret`, () => {
      const next = nextHop(hop('https://registry.example/v2/'), answer(status, location))

      expect(next?.headers).toEqual({ accept: '*/*' })
      expect(next?.url.username).toBe('')
      expect(JSON.stringify(next)).not.toContain('canary')
    })
  }

  test(`a ${status} from https to http is not followed`, () => {
    expect(() => nextHop(hop('https://registry.example/v2/'), answer(status, 'http://registry.example/x'))).toThrow(/plain http/)
  })

  test(`a ${status} within the origin keeps the headers`, () => {
    expect(nextHop(hop('https://registry.example/v2/'), answer(status, '/elsewhere'))?.headers).toMatchObject(secrets)
  })

  test(`a ${status} to a write is an answer`, () => {
    expect(nextHop(hop('https://registry.example/v2/', 'POST'), answer(status, '/elsewhere'))).toBeNull()
  })
}

test.each(['file:///etc/passwd', 'ftp://registry.example/', 'data:text/plain,x', 'javascript:1', 'http://[', 'https://'])(
  'a redirect to %s is not followed',
  (location) => {
    expect(() => nextHop(hop('http://registry.example/v2/'), answer(302, location))).toThrow(/not followed|nothing was followed/)
  },
)

test('headers that were dropped stay dropped when the way leads back', () => {
  const away = nextHop(hop('https://registry.example/v2/'), answer(302, 'https://evil.example/'))!

  expect(nextHop(away, answer(302, 'https://registry.example/v2/'))?.headers).toEqual({ accept: '*/*' })
})

test('three hops are followed, a fourth is not', async () => {
  const { host } = await serve((request, response) => {
    const left = Number(request.url?.slice(1))
    if (left === 0) return response.end('arrived')
    return response.writeHead(302, { location: `/${left - 1}` }).end()
  })
  const http = client([host])

  expect(await http.request({ url: `http://${host}/3`, maxBytes: 10 })).toMatchObject({ status: 200, url: `http://${host}/0` })
  await expect(http.request({ url: `http://${host}/4`, maxBytes: 10 })).rejects.toMatchObject({
    kind: 'invalid',
    message: expect.stringContaining('more than 3'),
  })
  expect((await http.request({ url: `http://${host}/1`, maxBytes: 10, redirects: 0 })).status).toBe(302)
})

test('a redirect into the private network is refused like any other way there', async () => {
  const inside = await serve((_, response) => response.end('secret'))
  const outside = await serve((_, response) => response.writeHead(302, { location: `http://${inside.host}/` }).end())

  await expect(client([outside.host]).request({ url: `http://${outside.host}/`, maxBytes: 10 })).rejects.toMatchObject({ kind: 'invalid', host: inside.host })
  expect(inside.sockets()).toBe(0)
})
