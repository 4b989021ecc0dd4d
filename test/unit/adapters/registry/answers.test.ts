/** Refusals in words, the token flow's economy, and the names of registries. */
import { expect, test } from 'vitest'
import { canary, clientFor, loginFor, standIn } from './stage.ts'

const repository = 'acme/app'

test.each([
  [401, 'unauthorized', 'configure a credential'],
  [403, 'unauthorized', 'configure a credential'],
  [429, 'rate-limited', 'limits how often'],
  [500, 'transient', 'answered 500'],
  [503, 'transient', 'answered 503'],
  [418, 'invalid', 'answered 418'],
])('%i is %s, and the words say what to do', async (status, kind, words) => {
  const home = await standIn()
  home.script({ path: '/v2/' }, { kind: 'status', status })
  const { registry } = clientFor([home])

  await expect(registry.tagDigest('public', { registry: home.host, repository }, '1')).rejects.toMatchObject({
    kind,
    host: home.host,
    message: expect.stringContaining(words),
  })
})

test("a private image of GitHub's registry needs a credential of its own, and the refusal says which", async () => {
  const home = await standIn({ auth: 'bearer', publicRepositories: [] })
  const { registry } = clientFor([home], {
    registries: [
      { host: 'ghcr.io', endpoint: home.host, insecure: true },
      { host: home.tokenHost, insecure: true },
    ],
  })

  await expect(registry.tagDigest('public', { registry: 'ghcr.io', repository }, '1')).rejects.toMatchObject({
    kind: 'unauthorized',
    message: expect.stringContaining('configure a credential for ghcr.io (a personal access token with read:packages'),
  })
})

test('an unknown repository and an unknown tag are told apart', async () => {
  const home = await standIn()
  home.pushImage(repository, '1')
  const { registry } = clientFor([home])

  await expect(registry.tagDigest('public', { registry: home.host, repository: 'acme/typo' }, '1')).rejects.toMatchObject({
    kind: 'missing',
    message: expect.stringContaining('does not exist in its registry (NAME_UNKNOWN)'),
  })
  await expect(registry.tagDigest('public', { registry: home.host, repository }, '9')).rejects.toMatchObject({
    kind: 'missing',
    message: expect.stringContaining('exists but has no tag 9 (MANIFEST_UNKNOWN)'),
  })
})

test('an error body cannot put words into our mouth', async () => {
  const home = await standIn()
  const body = JSON.stringify({ errors: [{ code: 'DENIED\n@everyone <script>', message: 'click here' }] })
  home.script({ path: '/v2/' }, { kind: 'status', status: 403, body })
  const { registry } = clientFor([home])

  const fault: unknown = await registry.tags('public', { registry: home.host, repository }).catch((error: unknown) => error)

  expect(JSON.stringify(fault)).not.toMatch(/everyone|script|click/)
})

test('a rate limit carries the wait that the registry asked for', async () => {
  const home = await standIn()
  home.script({ path: '/v2/' }, { kind: 'status', status: 429, headers: { 'retry-after': '3600' } })
  const { registry } = clientFor([home])

  await expect(registry.tagDigest('public', { registry: home.host, repository }, '1')).rejects.toMatchObject({ kind: 'rate-limited', retryAfterMs: 3_600_000 })
  expect(home.requests).toHaveLength(1)
})

test("one image's rate limit keeps the others of that login and method from asking, until it is over", async () => {
  const home = await standIn({ auth: 'basic', users: { reader: canary } })
  for (const each of ['acme/a', 'acme/b']) home.pushImage(each, '1')
  let time = new Date('2026-11-22T10:00:00Z').getTime()
  const credentials = [loginFor(home), loginFor(home, { id: 'second' })]
  const { registry } = clientFor([home], { credentials, now: () => new Date(time) })
  const name = (each: string) => ({ registry: home.host, repository: `acme/${each}` })
  await registry.tagDigest('login', name('a'), '1')
  const end = home.script({ method: 'GET', path: '/v2/' }, { kind: 'status', status: 429, headers: { 'retry-after': '600' } })
  await expect(registry.tags('login', name('a'))).rejects.toMatchObject({ kind: 'rate-limited' })
  end()
  const before = home.requests.length

  await expect(registry.tags('login', name('b'))).rejects.toMatchObject({ kind: 'rate-limited', host: home.host, retryAfterMs: 600_000 })
  expect(home.requests).toHaveLength(before)
  expect(await registry.tagDigest('login', name('b'), '1')).toBe(home.digestOf('acme/b', '1'))
  expect(await registry.tags('second', name('b'))).toEqual(['1'])
  time += 600_000
  expect(await registry.tags('login', name('b'))).toEqual(['1'])
})

test('a registry that cannot be reached is asked once for all images, and again a little later', async () => {
  const home = await standIn()
  for (let n = 0; n < 20; n += 1) home.pushImage(`acme/app${n}`, '1')
  let time = new Date('2026-11-22T10:00:00Z').getTime()
  const { registry } = clientFor([home], { now: () => new Date(time) })
  const ask = (n: number) => registry.tagDigest('public', { registry: home.host, repository: `acme/app${n}` }, '1')
  const end = home.script({ path: '/v2/' }, { kind: 'reset' })

  const outcomes = await Promise.allSettled(Array.from({ length: 20 }, (_, n) => ask(n)))
  await expect(ask(0)).rejects.toMatchObject({ kind: 'transient' })

  expect(outcomes.filter(({ status }) => status === 'rejected')).toHaveLength(20)
  // One question and its two repetitions.
  expect(home.requests).toHaveLength(3)
  end()
  time += 15_000
  expect(await ask(0)).toBe(home.digestOf('acme/app0', '1'))
})

test('behind tokens the first question is a probe: twenty images cost forty-one requests', async () => {
  const home = await standIn({ auth: 'bearer' })
  for (let n = 0; n < 20; n += 1) home.pushImage(`acme/app${n}`, '1')
  const { registry } = clientFor([home])

  await Promise.all(Array.from({ length: 20 }, (_, n) => registry.tagDigest('public', { registry: home.host, repository: `acme/app${n}` }, '1')))

  expect(registry.requests).toBe(41)
  expect(home.requests.filter(({ status }) => status === 401)).toHaveLength(1)
})

test('a token serves its repository until shortly before it expires', async () => {
  const home = await standIn({ auth: 'bearer' })
  home.pushImage(repository, '1')
  let time = new Date('2026-11-22T10:00:00Z').getTime()
  const { registry } = clientFor([home], { now: () => new Date(time) })
  const tokens = () => home.requests.filter(({ path }) => path.startsWith('/token')).length
  const ask = () => registry.tagDigest('public', { registry: home.host, repository }, '1')

  await Promise.all([ask(), ask(), ask()])
  time += 285_000
  await ask()
  expect(tokens()).toBe(1)
  time += 10_000
  await ask()
  expect(tokens()).toBe(2)
})

test('a token that the registry no longer takes is replaced once', async () => {
  const home = await standIn({ auth: 'bearer' })
  home.pushImage(repository, '1')
  const { registry } = clientFor([home])
  const name = { registry: home.host, repository }
  await registry.tagDigest('public', name, '1')
  const challenge = { 'www-authenticate': `Bearer realm="http://${home.host}/token",service="stand-in"` }

  home.script({ path: '/manifests/', times: 1 }, { kind: 'status', status: 401, headers: challenge })
  expect(await registry.tagDigest('public', name, '1')).toBe(home.digestOf(repository, '1'))
  home.script({ path: '/manifests/' }, { kind: 'status', status: 401, headers: challenge })
  await expect(registry.tagDigest('public', name, '1')).rejects.toMatchObject({ kind: 'unauthorized' })
})

test('an identity token is exchanged by POST', async () => {
  const home = await standIn({ auth: 'bearer', users: { reader: canary }, publicRepositories: [] })
  home.pushImage(repository, '1')
  const { registry } = clientFor([home], { credentials: [loginFor(home, { username: '<token>' })] })

  expect(await registry.tagDigest('login', { registry: home.host, repository }, '1')).toBe(home.digestOf(repository, '1'))
  const exchange = home.requests.find(({ path }) => path.startsWith('/token'))
  expect(exchange).toMatchObject({ method: 'POST', path: '/token' })
  expect(exchange?.headers.authorization).toBeUndefined()
})

test('access_token is read, and a token that could end its header is not', async () => {
  const home = await standIn({ auth: 'bearer' })
  home.pushImage(repository, '1')
  const name = { registry: home.host, repository }
  home.script(
    { path: '/token' },
    { kind: 'compute', compute: (right) => ({ ...right, body: Buffer.from(right.body.toString().replace('"token"', '"access_token"')) }) },
  )
  expect(await clientFor([home]).registry.tagDigest('public', name, '1')).toBe(home.digestOf(repository, '1'))

  for (const body of ['{"token":"a\\r\\nx: y"}', '{"token":""}', '{}', '[]', 'token']) {
    home.script({ path: '/token' }, { kind: 'body', body })
    await expect(clientFor([home]).registry.tagDigest('public', name, '1')).rejects.toMatchObject({ kind: 'invalid' })
  }
})

test('docker.io is asked at registry-1.docker.io, over https, with tokens from auth.docker.io', async () => {
  const looked: string[] = []
  const refuse = (hostname: string, callback: (error: NodeJS.ErrnoException, addresses: []) => void) => {
    looked.push(hostname)
    callback(Object.assign(new Error('offline'), { code: 'ENOTFOUND' }), [])
  }
  const { registry } = clientFor([], { httpOptions: { lookup: refuse } })

  await expect(registry.tagDigest('public', { registry: 'docker.io', repository: 'library/alpine' }, '3')).rejects.toMatchObject({
    host: 'registry-1.docker.io',
  })
  expect(looked).toEqual(['registry-1.docker.io'])
})
