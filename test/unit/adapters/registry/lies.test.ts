/** Registries that lie, stall, flood and flip: what we believe is what we hashed. */
import { expect, test } from 'vitest'
import { type Digest, parseDigest } from '../../../../src/domain/image/digest.ts'
import type { Manifest } from '../../../../src/domain/image/manifest.ts'
import { clientFor, standIn } from './stage.ts'

const repository = 'acme/app'
const other = `sha256:${'1'.repeat(64)}`

/** A registry with `acme/app:1`, a single image, and a client for it. */
async function stage(httpOptions = {}) {
  const home = await standIn()
  const { bytes, ...pushed } = home.pushImage(repository, '1', { single: true, label: 'x' })
  const { registry, http } = clientFor([home], { httpOptions })
  return { home, registry, http, bytes, digest: pushed.digest as Digest, name: { registry: home.host, repository } }
}

test('a manifest that does not hash to the digest asked for is refused, whatever the header says', async () => {
  const { home, registry, name, digest, bytes } = await stage()
  const wrong = bytes.toString().replace('"schemaVersion":2', '"schemaVersion":2,"annotations":{"evil":"yes"}')
  home.script({ path: '/manifests/sha256' }, { kind: 'body', body: wrong })

  await expect(registry.manifest('public', name, digest)).rejects.toMatchObject({ kind: 'invalid', message: expect.stringContaining('wrong digest') })
})

test('a Docker-Content-Digest that lies about a right manifest changes nothing', async () => {
  const { home, registry, name, digest } = await stage()
  home.script({ path: '/manifests/sha256' }, { kind: 'digest-header', digest: other })

  expect((await registry.manifest('public', name, digest)).digest).toBe(digest)
})

test('a HEAD that lies is a hint that the manifest then refutes', async () => {
  const { home, registry, name } = await stage()
  home.script({ method: 'HEAD', path: '/manifests/1' }, { kind: 'digest-header', digest: other })

  const hint = await registry.tagDigest('public', name, '1')

  expect(hint).toBe(other)
  await expect(registry.manifest('public', name, hint)).rejects.toMatchObject({ kind: 'missing' })
})

test('a tag that flips between HEAD and GET still gives the manifest that HEAD named, or none', async () => {
  const { home, registry, name, digest } = await stage()
  const hint = await registry.tagDigest('public', name, '1')
  const flipped = home.pushImage(repository, '1', { single: true, label: 'y' })

  expect((await registry.manifest('public', name, hint)).digest).toBe(digest)
  home.deleteManifest(repository, digest)
  await expect(registry.manifest('public', name, hint)).rejects.toMatchObject({ kind: 'missing' })
  expect(await registry.tagDigest('public', name, '1')).toBe(flipped.digest)
})

test.each([null, '', 'sha256:short', 'md5:00', `${other},${other}`])('where HEAD gives the digest %j, the manifest is fetched and hashed', async (header) => {
  const { home, registry, name, digest } = await stage()
  home.script({ method: 'HEAD', path: '/manifests/1' }, { kind: 'digest-header', digest: header })

  expect(await registry.tagDigest('public', name, '1')).toBe(digest)
  expect(home.requests.map(({ method }) => method)).toEqual(['HEAD', 'GET'])
})

test('asking such a registry again costs no body: If-None-Match', async () => {
  const { home, registry, name, digest } = await stage()
  home.script({ method: 'HEAD', path: '/manifests/1' }, { kind: 'digest-header', digest: null })

  await registry.tagDigest('public', name, '1')

  expect(await registry.tagDigest('public', name, '1')).toBe(digest)
  expect(home.requests.at(-1)).toMatchObject({ method: 'GET', status: 304 })
  const next = home.pushImage(repository, '1', { single: true, label: 'y' })
  expect(await registry.tagDigest('public', name, '1')).toBe(next.digest)
})

test('every truncation of a manifest is refused', async () => {
  const { home, registry, name, digest, bytes } = await stage({ connections: 4 })
  for (let length = 0; length < bytes.length; length += 37) {
    const ends = [
      home.script({ path: '/manifests/sha256' }, { kind: 'shorten', bytes: length }),
      home.script({ path: '/manifests/sha256', times: 1 }, { kind: 'truncate', bytes: length }),
    ]
    // First the connection breaks (a read is asked again), then the body is short but complete.
    await expect(registry.manifest('public', name, digest)).rejects.toMatchObject({ kind: 'invalid' })
    for (const end of ends) end()
  }
  home.script({ path: '/manifests/sha256' }, { kind: 'truncate', bytes: 10 })
  await expect(registry.manifest('public', name, digest)).rejects.toMatchObject({ kind: 'transient' })
})

test('an endless manifest, config, list of tags and error are cut off', async () => {
  const { home, registry, name, digest } = await stage()
  const { config } = (await registry.manifest('public', name, digest)) as Extract<Manifest, { kind: 'image' }>
  home.script({ method: 'GET', path: '/v2/' }, { kind: 'infinite' })

  for (const ask of [() => registry.manifest('public', name, digest), () => registry.platformOf('public', name, config), () => registry.tags('public', name)]) {
    await expect(ask()).rejects.toMatchObject({ kind: 'invalid', host: home.host, message: expect.stringContaining('more bytes') })
  }
  home.script({ method: 'GET', path: '/v2/' }, { kind: 'infinite', status: 404 })
  await expect(registry.manifest('public', name, digest)).rejects.toMatchObject({ kind: 'invalid' })
})

test.each(['hang', 'slow'] as const)('a registry that does %s is transient', async (kind) => {
  const { home, registry, name, digest } = await stage({ timeouts: { headersMs: 30, totalMs: 60 } })
  home.script({ path: '/v2/' }, { kind })

  await expect(registry.manifest('public', name, digest)).rejects.toMatchObject({ kind: 'transient', host: home.host })
})

test.each([
  ['an index that is also an image (CVE-2021-41190)', '{"schemaVersion":2,"manifests":[],"layers":[]}'],
  ['Docker schema 1', '{"schemaVersion":1,"name":"x","fsLayers":[]}'],
  ['HTML', '<!doctype html><title>Sign in</title>'],
  ['nothing', ''],
  ['deep nesting', '['.repeat(100_000)],
])('%s at a digest or a tag is no manifest', async (_, body) => {
  const { home, registry, name } = await stage()
  const digest = parseDigest(home.pushManifest(repository, body, 'application/vnd.oci.image.manifest.v1+json', 'odd'))!
  home.script({ method: 'HEAD', path: '/manifests/' }, { kind: 'digest-header', digest: null })

  await expect(registry.manifest('public', name, digest)).rejects.toMatchObject({ kind: 'invalid' })
  await expect(registry.tagDigest('public', name, 'odd')).rejects.toMatchObject({ kind: 'invalid' })
})

test('a manifest sent as the other kind is refused', async () => {
  const { home, registry, name, digest } = await stage()
  home.script({ path: '/manifests/sha256' }, { kind: 'headers', headers: { 'content-type': 'application/vnd.oci.image.index.v1+json' } })

  await expect(registry.manifest('public', name, digest)).rejects.toMatchObject({ kind: 'invalid' })
})

test('a config of another length, with another hash, without a platform, or announced too large is refused', async () => {
  const { home, registry, name, digest } = await stage()
  const { config } = (await registry.manifest('public', name, digest)) as Extract<Manifest, { kind: 'image' }>
  const bare = home.pushBlob(repository, '{}')

  await expect(registry.platformOf('public', name, { ...config, size: config.size + 1 })).rejects.toMatchObject({ kind: 'invalid' })
  await expect(registry.platformOf('public', name, { ...config, size: 2 ** 40 })).rejects.toMatchObject({ kind: 'invalid' })
  await expect(registry.platformOf('public', name, { ...config, digest: parseDigest(bare)!, size: 2 })).rejects.toMatchObject({ kind: 'invalid' })
  home.script({ path: '/blobs/' }, { kind: 'body', body: 'x'.repeat(config.size) })
  await expect(registry.platformOf('public', name, config)).rejects.toMatchObject({ kind: 'invalid', message: expect.stringContaining('wrong digest') })
})

test('a listing whose next page never ends stops at the page cap', async () => {
  const { home, registry, name } = await stage()
  home.script(
    { path: '/tags/list' },
    {
      kind: 'compute',
      compute: (right, path) => {
        const page = Number(new URL(path, 'http://x').searchParams.get('page') ?? 0)
        return { ...right, headers: { ...right.headers, link: `</v2/${repository}/tags/list?page=${page + 1}>; rel="next"` } }
      },
    },
  )

  await expect(registry.tags('public', name)).rejects.toMatchObject({ kind: 'invalid', message: expect.stringContaining('more than 1000 pages') })
  expect(home.requests).toHaveLength(1000)
})

test('a listing whose next page is itself, or that has too many tags, is refused', async () => {
  const { home, registry, name } = await stage()
  home.script({ path: '/tags/list' }, { kind: 'headers', headers: { link: `</v2/${repository}/tags/list?n=1000>; rel="next"` } })
  await expect(registry.tags('public', name)).rejects.toMatchObject({ kind: 'invalid' })

  home.script({ path: '/tags/list' }, { kind: 'body', body: JSON.stringify({ tags: Array.from({ length: 100_001 }, (_, n) => `t${n}`) }) })
  await expect(registry.tags('public', name)).rejects.toMatchObject({ kind: 'invalid', message: expect.stringContaining('more than 100000') })
})

test('tags are collected over pages, and what is no tag is left out', async () => {
  const home = await standIn({ pageSize: 2 })
  for (const tag of ['a', 'b', 'c', 'd', 'e']) home.pushImage(repository, tag)
  const { registry } = clientFor([home])
  const name = { registry: home.host, repository }

  expect(await registry.tags('public', name)).toEqual(['a', 'b', 'c', 'd', 'e'])
  expect(home.requests).toHaveLength(3)
  home.script({ path: '/tags/list' }, { kind: 'body', body: '{"tags":["ok","../x","a b",7,null,"<b>"]}' })
  expect(await registry.tags('public', name)).toEqual(['ok'])
  home.script({ path: '/tags/list' }, { kind: 'body', body: '{"tags":null}' })
  expect(await registry.tags('public', name)).toEqual([])
})
