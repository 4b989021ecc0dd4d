/** A credential goes to its registry and its token host. Redirects, realms and links cannot widen that. */
import { expect, test } from 'vitest'
import { parseDigest } from '../../../../src/domain/image/digest.ts'
import type { Descriptor } from '../../../../src/domain/image/manifest.ts'
import type { Registry } from '../../../../src/ports/registry.ts'
import type { RegistryOptions, StandInRegistry } from '../../../stand-ins/registry/index.ts'
import { canary, clientFor, loginFor, standIn } from './stage.ts'

const users = { reader: canary }
const repository = 'acme/app'

/** Two registries with the same image, one behind `auth`; and what its config blob is called. */
async function pair(options: RegistryOptions, elsewhereTls: boolean) {
  const home = await standIn({ users, ...options })
  const away = await standIn({ tls: elsewhereTls })
  for (const registry of [home, away]) registry.pushImage(repository, '1', { single: true, label: 'x' })
  const digest = parseDigest(home.digestOf(repository, '1')!)!
  const name = { registry: home.host, repository }
  return { home, away, digest, name }
}

/** Sends everything at `home` that an attacker could redirect, and says how it ended. */
async function touch(
  registry: Registry,
  what: 'manifest' | 'blob',
  scope: string,
  name: { registry: string; repository: string },
  digest: ReturnType<typeof parseDigest>,
) {
  if (what === 'manifest') return registry.manifest(scope, name, digest!)
  const manifest = await registry.manifest(scope, name, digest!)
  return registry.platformOf(scope, name, (manifest as Extract<typeof manifest, { kind: 'image' }>).config)
}

const statuses = [301, 302, 303, 307, 308] as const
const secretIn = (registry: StandInRegistry) =>
  registry.requests.filter(({ headers, path }) => headers.authorization !== undefined || `${JSON.stringify(headers)}${path}`.includes(canary))

for (const status of statuses) {
  for (const what of ['manifest', 'blob'] as const) {
    const path = what === 'manifest' ? '/manifests/sha256' : '/blobs/sha256'

    for (const auth of ['basic', 'bearer'] as const) {
      test(`a ${status} of a ${what} to another port takes no ${auth} credential along`, async () => {
        const { home, away, digest, name } = await pair({ auth, publicRepositories: [], tls: true }, true)
        home.script(
          { path },
          {
            kind: 'compute',
            compute: (right, asked) =>
              right.status === 401 ? right : { ...right, status, headers: { location: `https://${away.host}${asked}` }, body: Buffer.alloc(0) },
          },
        )
        const { registry } = clientFor([], { credentials: [loginFor(home)] })

        await touch(registry, what, 'login', name, digest)

        expect(away.requests).toHaveLength(1)
        expect(secretIn(away)).toEqual([])
        // The control proves itself: the credential was in play, and without the redirect it goes out.
        expect(secretIn(home)).not.toEqual([])
      })
    }

    test(`a ${status} of a ${what} to another host name takes no credential along`, async () => {
      const { home, digest, name } = await pair({ auth: 'basic', tls: true }, true)
      const alias = `https://${home.host.replace('127.0.0.1', 'localhost')}`
      home.script(
        { path },
        {
          kind: 'compute',
          compute: (right, asked) => (right.status === 401 ? right : { ...right, status, headers: { location: alias + asked }, body: Buffer.alloc(0) }),
        },
      )
      const { registry } = clientFor([], { credentials: [loginFor(home)] })

      await expect(touch(registry, what, 'login', name, digest)).rejects.toMatchObject({ kind: 'unauthorized' })

      const atAlias = home.requests.filter(({ headers }) => headers.host?.startsWith('localhost') === true)
      expect(atAlias).toHaveLength(1)
      expect(atAlias[0]?.headers.authorization).toBeUndefined()
    })

    test(`a ${status} of a ${what} from https to http is not followed`, async () => {
      const { home, away, digest, name } = await pair({ auth: 'basic', tls: true }, false)
      home.script(
        { path },
        {
          kind: 'compute',
          compute: (right, asked) =>
            right.status === 401 ? right : { ...right, status, headers: { location: `http://${away.host}${asked}` }, body: Buffer.alloc(0) },
        },
      )
      const { registry } = clientFor([], { credentials: [loginFor(home)] })

      await expect(touch(registry, what, 'login', name, digest)).rejects.toMatchObject({ kind: 'invalid', message: expect.stringContaining('plain http') })

      expect(away.requests).toEqual([])
    })
  }

  for (const [place, tls] of [
    ['another port', true],
    ['plain http', false],
    ['another host name', true],
  ] as const) {
    test(`a ${status} of the token server to ${place} is not followed at all`, async () => {
      const { home, away, name } = await pair({ auth: 'bearer', publicRepositories: [], tls: true }, tls)
      const target =
        place === 'another host name' ? `https://${home.host.replace('127.0.0.1', 'localhost')}/token` : `${tls ? 'https' : 'http'}://${away.host}/token`
      home.script({ path: '/token' }, { kind: 'redirect', status, to: target })
      const { registry } = clientFor([], { credentials: [loginFor(home)] })

      await expect(registry.tagDigest('login', name, '1')).rejects.toMatchObject({ kind: 'invalid', message: expect.stringContaining('without a token') })

      expect(away.requests).toEqual([])
      expect(home.requests.filter(({ headers }) => headers.host?.startsWith('localhost') === true)).toEqual([])
    })
  }
}

test('a realm on another host gets no request of a scope with a credential, and the fault says what to configure', async () => {
  const home = await standIn({ auth: 'bearer', users, tokenServer: 'other', publicRepositories: [] })
  home.pushImage(repository, '1')
  const name = { registry: home.host, repository }
  const asked = () => home.requests.filter(({ path }) => path.startsWith('/token'))

  const refused = clientFor([home], { credentials: [loginFor(home)] }).registry.tagDigest('login', name, '1')
  await expect(refused).rejects.toMatchObject({
    kind: 'unauthorized',
    message: expect.stringContaining(`not tied to that host; if it may go there, set tokenHost`),
  })
  expect(asked()).toEqual([])

  // The control proves itself: tied to that host, the same credential goes there.
  const tied = clientFor([home], { credentials: [loginFor(home, { tokenHost: home.tokenHost })] }).registry.tagDigest('login', name, '1')
  expect(await tied).toBe(home.digestOf(repository, '1'))
  expect(asked()[0]?.headers.authorization).toMatch(/^Basic /)
})

test('a realm on another host is asked anonymously in the public scope', async () => {
  const home = await standIn({ auth: 'bearer', users, tokenServer: 'other' })
  home.pushImage(repository, '1')
  const { registry } = clientFor([home], { credentials: [loginFor(home)] })

  await registry.tagDigest('public', { registry: home.host, repository }, '1')

  expect(home.requests.filter(({ headers }) => headers.authorization?.startsWith('Basic') === true)).toEqual([])
})

test.each([
  ['a registry with TLS', true],
  ['a registry without TLS that is not the realm', false],
])('a realm over plain http is refused by %s', async (_, tls) => {
  const home = await standIn({ tls, auth: 'none' })
  const away = await standIn()
  home.script({ path: '/v2/' }, { kind: 'status', status: 401, headers: { 'www-authenticate': `Bearer realm="http://${away.host}/token",service="x"` } })
  const registries = tls ? [] : [{ host: home.host, insecure: true }]
  const { registry } = clientFor([], { registries, credentials: [loginFor(home, { tokenHost: away.host })] })

  for (const scope of ['public', 'login']) {
    await expect(registry.tagDigest(scope, { registry: home.host, repository }, '1')).rejects.toMatchObject({
      kind: 'invalid',
      message: expect.stringContaining('only https'),
    })
  }
  expect(away.requests).toEqual([])
})

test.each(['', 'no url', 'file:///etc/passwd', '//evil.example/token', 'https://user:password@evil.example/token'])('a realm %j is refused', async (realm) => {
  const home = await standIn()
  home.script({ path: '/v2/' }, { kind: 'status', status: 401, headers: { 'www-authenticate': `Bearer realm="${realm}"` } })
  const { registry } = clientFor([home], { credentials: [loginFor(home)] })

  await expect(registry.tagDigest('login', { registry: home.host, repository }, '1')).rejects.toMatchObject({ name: 'Fault' })
  expect(home.requests.length).toBeLessThanOrEqual(2)
})

test('a realm at a private address is refused by the dialler, credential or not', async () => {
  const home = await standIn()
  home.script({ path: '/v2/' }, { kind: 'status', status: 401, headers: { 'www-authenticate': 'Bearer realm="https://169.254.169.254/latest/meta-data"' } })
  const { registry } = clientFor([home], { httpOptions: { allowPrivate: [home.host] } })

  await expect(registry.tagDigest('public', { registry: home.host, repository }, '1')).rejects.toMatchObject({ kind: 'invalid', host: '169.254.169.254' })
})

test('CVE-2026-88887: a Link to another host is not followed, and the token stays', async () => {
  const home = await standIn({ auth: 'bearer', users, publicRepositories: [] })
  const away = await standIn()
  home.pushImage(repository, '1')
  const name = { registry: home.host, repository }
  for (const to of [
    `http://${away.host}/v2/${repository}/tags/list?last=1`,
    `//${away.host}/v2/${repository}/tags/list?last=1`,
    '/v2/acme/other/tags/list?last=1',
  ]) {
    const end = home.script({ path: '/tags/list' }, { kind: 'headers', headers: { link: `<${to}>; rel="next"` } })
    const { registry } = clientFor([home], { credentials: [loginFor(home)] })

    await expect(registry.tags('login', name)).rejects.toMatchObject({ kind: 'invalid', message: expect.stringContaining('not read to its end') })
    end()
  }
  expect(away.requests).toEqual([])
  expect(home.requests.filter(({ path }) => path.includes('acme/other'))).toEqual([])
})

test('the public scope never uses a credential, and another scope uses exactly its own', async () => {
  const home = await standIn({ auth: 'basic', users: { reader: canary, other: 'wrong' } })
  home.pushImage(repository, '1')
  const name = { registry: home.host, repository }
  const credentials = [loginFor(home, { id: 'other', username: 'other', password: 'stale' }), loginFor(home)]
  const { registry } = clientFor([home], { credentials })

  await expect(registry.tagDigest('public', name, '1')).rejects.toMatchObject({ kind: 'unauthorized' })
  await expect(registry.tagDigest('other', name, '1')).rejects.toMatchObject({
    kind: 'unauthorized',
    message: expect.stringContaining('check its user, password and rights'),
  })
  expect(await registry.tagDigest('login', name, '1')).toBe(home.digestOf(repository, '1'))
})

test('a scope without its credential, or with one for another registry or path, sends nothing', async () => {
  const home = await standIn()
  const name = { registry: home.host, repository }
  const credentials = [loginFor(home, { id: 'path', registry: `${home.host}/acme/application` }), loginFor(home, { id: 'elsewhere', registry: 'ghcr.io' })]
  const { registry } = clientFor([home], { credentials })

  for (const scope of ['gone', 'path', 'elsewhere']) {
    await expect(registry.tagDigest(scope, name, '1')).rejects.toMatchObject({ kind: 'unauthorized', host: home.host })
  }
  expect(home.requests).toEqual([])
})

test("one scope's token is never used for another, nor one repository's for the next", async () => {
  const home = await standIn({ auth: 'bearer', users, publicRepositories: ['acme/open'] })
  for (const each of ['acme/open', 'acme/closed']) home.pushImage(each, '1')
  const { registry } = clientFor([home], { credentials: [loginFor(home)] })
  const closed = { registry: home.host, repository: 'acme/closed' }

  await registry.tagDigest('login', closed, '1')

  await expect(registry.tagDigest('public', closed, '1')).rejects.toMatchObject({
    kind: 'unauthorized',
    message: expect.stringContaining('configure a credential'),
  })
  await registry.tagDigest('public', { registry: home.host, repository: 'acme/open' }, '1')
  await expect(registry.tagDigest('public', closed, '1')).rejects.toMatchObject({ kind: 'unauthorized' })
})

test('no fault of any path repeats the password or a token', async () => {
  const faults: unknown[] = []
  for (const auth of ['basic', 'bearer'] as const) {
    const home = await standIn({ auth, users: { reader: 'something else' }, publicRepositories: [] })
    const { registry } = clientFor([home], { credentials: [loginFor(home)] })
    const name = { registry: home.host, repository }
    const config = { digest: parseDigest(`sha256:${'0'.repeat(64)}`)!, size: 1 } as Descriptor
    for (const ask of [() => registry.tagDigest('login', name, '1'), () => registry.tags('login', name), () => registry.platformOf('login', name, config)]) {
      faults.push(await ask().catch((error: unknown) => error))
    }
  }

  expect(faults).toHaveLength(6)
  for (const fault of faults) {
    expect(fault).toMatchObject({ kind: 'unauthorized' })
    expect(`${JSON.stringify(fault)} ${String((fault as Error).stack)}`).not.toContain(canary)
  }
})
