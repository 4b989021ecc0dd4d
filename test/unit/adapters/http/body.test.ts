/** Bodies: bombs, nested encodings, endless and truncated answers. */
import { brotliCompressSync, deflateSync, gzipSync } from 'node:zlib'
import { expect, test } from 'vitest'
import { client, serve } from './serve.ts'

const megabyte = 1024 * 1024
const encoded = (body: Uint8Array, encoding: string) => serve((_, response) => response.writeHead(200, { 'content-encoding': encoding }).end(body))

test.each([
  ['gzip', gzipSync],
  ['x-gzip', gzipSync],
  ['deflate', deflateSync],
  ['br', brotliCompressSync],
] as const)('one %s encoding is taken off', async (encoding, compress) => {
  const { host } = await encoded(compress(Buffer.from('plain')), encoding)

  expect((await client([host]).request({ url: `http://${host}/`, maxBytes: 1000 })).body.toString()).toBe('plain')
})

test.each([
  ['gzip', gzipSync],
  ['deflate', deflateSync],
  ['br', brotliCompressSync],
] as const)('a %s bomb is refused by its decoded size', async (encoding, compress) => {
  const bomb = compress(Buffer.alloc(2 * megabyte))
  expect(bomb.length).toBeLessThan(megabyte)
  const { host } = await encoded(bomb, encoding)

  await expect(client([host]).request({ url: `http://${host}/`, maxBytes: 65_536 })).rejects.toMatchObject({
    kind: 'invalid',
    message: expect.stringContaining('more bytes than we read'),
  })
})

test.each(['gzip, gzip', 'gzip,br', 'gzip, identity, gzip', 'compress', 'zstd', '__proto__'])('the content encoding %j is refused', async (encoding) => {
  const { host } = await encoded(gzipSync(gzipSync(Buffer.from('x'))), encoding)

  await expect(client([host]).request({ url: `http://${host}/`, maxBytes: 1000 })).rejects.toMatchObject({ kind: 'invalid' })
})

test('bytes that do not decode are refused', async () => {
  const { host } = await encoded(Buffer.from('not gzip'), 'gzip')

  await expect(client([host]).request({ url: `http://${host}/`, maxBytes: 1000 })).rejects.toMatchObject({ kind: 'invalid' })
})

test('a raw request asks for no encoding and takes none off: what is hashed is what was sent', async () => {
  const seen: unknown[] = []
  const { host } = await serve((request, response) => {
    seen.push(request.headers['accept-encoding'])
    response.writeHead(200, { 'content-encoding': 'gzip' }).end(gzipSync(Buffer.from('x')))
  })

  expect((await client([host]).request({ url: `http://${host}/`, maxBytes: 1000, raw: true })).body).toEqual(gzipSync(Buffer.from('x')))
  expect(seen).toEqual(['identity'])
})

test('an endless body is cut off at the cap', async () => {
  const { host } = await serve((_, response) => {
    const pour = () => {
      while (!response.destroyed && response.write(Buffer.alloc(65_536))) continue
      response.once('drain', pour)
    }
    pour()
  })

  await expect(client([host]).request({ url: `http://${host}/`, maxBytes: megabyte })).rejects.toMatchObject({ kind: 'invalid' })
})

test('a body that announces too much is refused before it comes', async () => {
  const { host } = await serve((_, response) => response.writeHead(200, { 'content-length': '1001' }).write('x'))

  await expect(client([host]).request({ url: `http://${host}/`, maxBytes: 1000 })).rejects.toMatchObject({ kind: 'invalid' })
})

test('a body of exactly the cap is read', async () => {
  const { host } = await serve((_, response) => response.end('x'.repeat(1000)))

  expect((await client([host]).request({ url: `http://${host}/`, maxBytes: 1000 })).body).toHaveLength(1000)
})

test('a body that ends early is transient, and a read is asked again', async () => {
  let asked = 0
  const { host } = await serve((_, response) => {
    asked += 1
    response.writeHead(200, { 'content-length': '100' })
    if (asked === 3) return response.end('x'.repeat(100))
    return response.write('x', () => response.destroy())
  })
  const http = client([host])

  expect((await http.request({ url: `http://${host}/`, maxBytes: 1000 })).body).toHaveLength(100)
  asked = -10
  await expect(http.request({ url: `http://${host}/`, maxBytes: 1000 })).rejects.toMatchObject({ kind: 'transient' })
  expect(asked).toBe(-7)
})
