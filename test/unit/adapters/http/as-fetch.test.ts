/** The fetch that Octokit gets. */
import { expect, test } from 'vitest'
import { asFetch } from '../../../../src/adapters/http/index.ts'
import { client, serve } from './serve.ts'

test('method, headers and body arrive, and a real Response comes back', async () => {
  const { host } = await serve((request, response) => {
    const chunks: Buffer[] = []
    request.on('data', (chunk: Buffer) => chunks.push(chunk))
    request.on('end', () => {
      const body = {
        method: request.method,
        type: request.headers['content-type'],
        agent: request.headers['user-agent'],
        text: Buffer.concat(chunks).toString(),
      }
      response.writeHead(201, { 'content-type': 'application/json', etag: '"e"' }).end(JSON.stringify(body))
    })
  })
  const fetch = asFetch(client([host]), { maxBytes: 1000 })

  const response = await fetch(`http://${host}/x`, { method: 'POST', headers: { 'Content-Type': 'text/plain', 'User-Agent': 'octokit' }, body: 'hello' })

  expect(response).toBeInstanceOf(Response)
  expect(response).toMatchObject({ status: 201, ok: true, url: `http://${host}/x` })
  expect(response.headers.get('etag')).toBe('"e"')
  expect(await response.json()).toEqual({ method: 'POST', type: 'text/plain', agent: 'octokit', text: 'hello' })
  expect(await (await fetch(`http://${host}/x`, { method: 'PUT', body: new TextEncoder().encode('bytes') })).json()).toMatchObject({ text: 'bytes' })
  expect(await (await fetch(new Request(`http://${host}/x`, { method: 'PUT', body: 'asked' }))).json()).toMatchObject({ text: 'asked' })
})

test.each([204, 304, 302, 404, 422, 429, 500])('a %i is a response, and a write is sent once', async (status) => {
  let asked = 0
  const { host } = await serve((_, response) => {
    asked += 1
    response.writeHead(status, { location: '/elsewhere' }).end()
  })

  expect((await asFetch(client([host]), { maxBytes: 10 })(`http://${host}/`, { method: 'POST', body: '{}' })).status).toBe(status)
  expect(asked).toBe(1)
})

test('a signal aborts', async () => {
  const { host } = await serve(() => {})
  const reason = new Error('enough')

  await expect(asFetch(client([host]), { maxBytes: 10 })(`http://${host}/`, { signal: AbortSignal.abort(reason) })).rejects.toBe(reason)
})

test('a body beyond the cap is a fault', async () => {
  const { host } = await serve((_, response) => response.end('x'.repeat(11)))

  await expect(asFetch(client([host]), { maxBytes: 10 })(`http://${host}/`)).rejects.toMatchObject({ kind: 'invalid' })
})
