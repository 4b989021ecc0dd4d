/** Repeating: only reads, only so often, and only as long as we are willing to wait. */
import { expect, test } from 'vitest'
import { retryAfterMs } from '../../../../src/adapters/http/retry.ts'
import { client, serve } from './serve.ts'

const now = new Date('2026-11-22T10:00:00Z')

test.each([
  ['0', 0],
  ['7', 7_000],
  [' 120 ', 120_000],
  ['Sun, 22 Nov 2026 10:00:30 GMT', 30_000],
  ['Sun, 22 Nov 2026 09:00:00 GMT', 0],
  ['soon', null],
  ['-1', null],
  ['1.5', null],
  ['2026', 2_026_000],
  ['', null],
  [undefined, null],
])('Retry-After %j is %j ms', (header, ms) => {
  expect(retryAfterMs(header, now)).toBe(ms)
})

/** A server that gives these statuses one after the other, then 200; and a client that notes its waits instead of waiting. */
async function answering(statuses: readonly number[], headers: Record<string, string> = {}) {
  const left = [...statuses]
  const methods: (string | undefined)[] = []
  const { host } = await serve((request, response) => {
    methods.push(request.method)
    const status = left.shift() ?? 200
    response.writeHead(status, status === 200 ? {} : headers).end()
  })
  const waits: number[] = []
  const wait = async (ms: number) => {
    waits.push(ms)
  }
  return { http: client([host], { wait, now: () => now }), url: `http://${host}/`, waits, methods }
}

test.each([429, 502, 503, 504])('a read that meets %i is repeated at most twice', async (status) => {
  const { http, url, methods } = await answering([status, status])

  expect((await http.request({ url, maxBytes: 1 })).status).toBe(200)
  expect(methods).toHaveLength(3)
  expect(http.requests).toBe(3)
})

test('an answer that stays 503 is a value in the end', async () => {
  const { http, url, methods } = await answering([503, 503, 503, 503])

  expect((await http.request({ url, maxBytes: 1 })).status).toBe(503)
  expect(methods).toHaveLength(3)
})

test.each(['POST', 'PUT', 'PATCH', 'DELETE'])('a %s is sent once, whatever comes back', async (method) => {
  for (const status of [429, 502, 503]) {
    const { http, url, methods } = await answering([status])

    expect((await http.request({ method, url, body: '{}', maxBytes: 1, retries: 5 })).status).toBe(status)
    expect(methods).toEqual([method])
  }
})

test('a write whose connection breaks is not sent again', async () => {
  let seen = 0
  const { host } = await serve((_, response) => {
    seen += 1
    response.destroy()
  })

  await expect(client([host]).request({ method: 'POST', url: `http://${host}/`, body: 'x', maxBytes: 1 })).rejects.toMatchObject({ kind: 'transient' })
  expect(seen).toBe(1)
})

test('the wait that the other side asked for is kept', async () => {
  const { http, url, waits } = await answering([429, 503], { 'retry-after': '2' })

  await http.request({ url, maxBytes: 1 })

  expect(waits).toEqual([2_000, 2_000])
})

test('a wait beyond our patience is a rate-limited fault that carries it, and nothing is asked meanwhile', async () => {
  const { http, url, methods } = await answering([429], { 'retry-after': 'Sun, 22 Nov 2026 11:00:00 GMT' })

  await expect(http.request({ url, maxBytes: 1 })).rejects.toMatchObject({ kind: 'rate-limited', retryAfterMs: 3_600_000 })
  expect(methods).toHaveLength(1)
})

test('all waits of one request together stay within our patience', async () => {
  const { http, url, waits } = await answering([429, 429, 429], { 'retry-after': '3' })

  await expect(http.request({ url, maxBytes: 1 })).rejects.toMatchObject({ kind: 'rate-limited', retryAfterMs: 3_000 })
  expect(waits).toEqual([3_000])
})

test('a caller with a budget of its own gets the 429 as a value', async () => {
  const { http, url, methods } = await answering([429], { 'retry-after': '1' })

  expect(await http.request({ url, maxBytes: 1, rateLimited: 'value' })).toMatchObject({ status: 429, headers: { 'retry-after': '1' } })
  expect(methods).toHaveLength(1)
})

test.each([400, 401, 403, 404, 409, 422, 500])('%i is an answer and is not asked again', async (status) => {
  const { http, url, methods } = await answering([status])

  expect((await http.request({ url, maxBytes: 1 })).status).toBe(status)
  expect(methods).toHaveLength(1)
})
