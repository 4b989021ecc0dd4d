/** Blobs and lists of referrers from registries that lie, break off, stall and redirect. */
import { expect, test } from 'vitest'
import type { Digest } from '../../../../src/domain/image/digest.ts'
import { readAll } from '../../../support/read-all.ts'
import { buildArtifact, buildIndex, describe as descriptorOf, mediaTypes, sha256 } from '../../../stand-ins/registry/content.ts'
import type { RegistryOptions } from '../../../stand-ins/registry/index.ts'
import { canary, clientFor, loginFor, standIn } from './stage.ts'

const repository = 'acme/app'
const content = Buffer.from('layer '.repeat(50_000))

/** A registry with one blob, and a reader for it. */
async function stage(options: RegistryOptions = {}, httpOptions = {}) {
  const home = await standIn(options)
  const digest = home.pushBlob(repository, content) as Digest
  const { registry, http } = clientFor([home], { httpOptions, credentials: [loginFor(home)] })
  const name = { registry: home.host, repository }
  const read = (scope = 'public', size = content.length) => readAll(registry.blob(scope, name, { digest, size }))
  return { home, registry, http, name, digest, read }
}

test('wrong bytes of the right size are refused at the end, and no byte less', async () => {
  const { home, read } = await stage()
  const wrong = Buffer.from(content)
  wrong[wrong.length - 1] = 0
  home.script({ path: '/blobs/' }, { kind: 'body', body: wrong })

  await expect(read()).rejects.toMatchObject({ kind: 'invalid', host: home.host, message: expect.stringContaining('not the content that was asked for') })
})

test('a blob without end is left when it passes its size, and one that says it is shorter is invalid', async () => {
  const { home, read } = await stage()
  const end = home.script({ path: '/blobs/' }, { kind: 'infinite' })
  await expect(read()).rejects.toMatchObject({ kind: 'invalid' })
  await expect(read('public', 100)).rejects.toMatchObject({ kind: 'invalid', message: expect.stringContaining('more than the 100 bytes') })
  end()
  home.script({ path: '/blobs/' }, { kind: 'shorten', bytes: 100 })
  await expect(read()).rejects.toMatchObject({ kind: 'invalid', message: expect.stringContaining('has 100 bytes') })
})

test('a blob that breaks off in the middle is transient and not resumed', async () => {
  const { home, read } = await stage()
  home.script({ path: '/blobs/' }, { kind: 'truncate', bytes: 70_000 })

  await expect(read()).rejects.toMatchObject({ kind: 'transient', host: home.host })
  expect(home.requests.filter(({ path }) => path.includes('/blobs/'))).toHaveLength(1)
})

test('a blob that stalls is transient after the idle time', async () => {
  const { home, read } = await stage({}, { timeouts: { idleMs: 30 } })
  home.script({ path: '/blobs/' }, { kind: 'slow' })

  await expect(read()).rejects.toMatchObject({ kind: 'transient', message: expect.stringContaining('sent nothing for 0.03 s') })
})

test('a blob that a redirect sends to another origin is read there without a credential, and hashed all the same', async () => {
  for (const auth of ['basic', 'bearer'] as const) {
    const { home, read, digest } = await stage({ auth, users: { reader: canary }, publicRepositories: [] })
    const away = await standIn()
    away.pushBlob(repository, content)
    home.script(
      { path: '/blobs/' },
      {
        kind: 'compute',
        compute: (right, path) =>
          right.status === 401 ? right : { status: 307, headers: { location: `http://${away.host}${path}` }, body: Buffer.from('moved') },
      },
    )

    expect((await read('login')).equals(content)).toBe(true)
    expect(away.requests.map(({ path }) => path)).toEqual([`/v2/${repository}/blobs/${digest}`])
    expect(JSON.stringify(away.requests)).not.toMatch(/authorization|canary|stand-in-token/i)
    // The control proves itself: the credential was in play.
    expect(home.requests.some(({ headers }) => headers.authorization !== undefined)).toBe(true)
    away.script({ path: '/blobs/' }, { kind: 'body', body: 'something else' })
    await expect(read('login')).rejects.toMatchObject({ kind: 'invalid' })
  }
})

test('a blob that a redirect sends to a private address is refused', async () => {
  const { home, read } = await stage()
  home.script({ path: '/blobs/' }, { kind: 'redirect', status: 307, to: 'http://169.254.169.254/latest/meta-data/' })

  await expect(read()).rejects.toMatchObject({ kind: 'invalid', host: '169.254.169.254', message: expect.stringContaining('private') })
})

test('a refusal says what to do, and asks for nothing twice', async () => {
  const { home, read } = await stage({ auth: 'basic', users: { reader: canary } })

  await expect(read()).rejects.toMatchObject({ kind: 'unauthorized', message: expect.stringContaining('configure a credential') })
  expect(home.requests).toHaveLength(1)
})

test('leaving a blob early leaves nothing behind: the next one gets the turn', async () => {
  const { home, registry, name, digest } = await stage({}, { connections: 1 })
  home.script({ path: '/blobs/', times: 1 }, { kind: 'slow' })

  for await (const chunk of registry.blob('public', name, { digest, size: content.length })) if (chunk.length > 0) break

  expect((await readAll(registry.blob('public', name, { digest, size: content.length }))).length).toBe(content.length)
})

const subject = { mediaType: mediaTypes.manifest, digest: `sha256:${'5'.repeat(64)}`, size: 2 }
const artifacts = [1, 2, 3].map((n) => buildArtifact({ subject, artifactType: 'application/vnd.underpin.note', content: `note ${n}` }))

test('referrers are read over all pages of the same origin', async () => {
  const { home, registry, name } = await stage({ pageSize: 2 })
  for (const { manifest } of artifacts) home.pushManifest(repository, manifest.bytes, manifest.mediaType)

  const found = await registry.referrers('public', name, subject.digest as Digest)

  expect(found.map(({ digest }) => digest)).toEqual(artifacts.map(({ descriptor }) => descriptor.digest))
  expect(home.requests.filter(({ path }) => path.includes('/referrers/'))).toHaveLength(2)
})

test('a next page at another host is not followed, and what was read is no whole list', async () => {
  const { home, registry, name } = await stage()
  const away = await standIn()
  home.script({ path: '/referrers/' }, { kind: 'headers', headers: { link: `<http://${away.host}/v2/x>; rel="next"` } })

  await expect(registry.referrers('public', name, subject.digest as Digest)).rejects.toMatchObject({ kind: 'invalid' })
  expect(away.requests).toEqual([])
})

test.each([400, 404, 405, 406, 501])('a registry that answers %i to the API is asked for the fallback tag', async (status) => {
  const { home, registry, name } = await stage()
  home.script({ path: '/referrers/' }, { kind: 'status', status })
  const index = buildIndex(artifacts.map(({ descriptor }) => descriptor))
  home.pushManifest(repository, index.bytes, index.mediaType, subject.digest.replace(':', '-'))

  expect(await registry.referrers('public', name, subject.digest as Digest)).toHaveLength(3)
})

test.each([
  ['HTML', '<html>', 'text/html'],
  ['an image manifest', artifacts[0]!.manifest.bytes.toString(), mediaTypes.manifest],
])('a list of referrers that is %s is invalid, never an empty list', async (_, body, type) => {
  const { home, registry, name } = await stage()
  home.script({ path: '/referrers/' }, { kind: 'body', body, headers: { 'content-type': type } })

  await expect(registry.referrers('public', name, subject.digest as Digest)).rejects.toMatchObject({ kind: 'invalid' })
})

test.each([401, 403, 500])('a %i is a fault, never an empty list', async (status) => {
  const { home, registry, name } = await stage()
  home.script({ path: '/referrers/' }, { kind: 'status', status })

  await expect(registry.referrers('public', name, subject.digest as Digest)).rejects.toMatchObject({ name: 'Fault' })
})

test('the fallback tag of a sha512 digest is cut to 64 digits', async () => {
  const { home, registry, name } = await stage({ referrers: false })
  const digest = `sha512:${'ab'.repeat(64)}` as Digest
  const index = buildIndex([descriptorOf(artifacts[0]!.manifest)])
  home.pushManifest(repository, index.bytes, index.mediaType, `sha512-${'ab'.repeat(32)}`)

  const [found] = await registry.referrers('public', name, digest)
  expect(found).toMatchObject({ digest: sha256(artifacts[0]!.manifest.bytes), artifactType: null })
})
