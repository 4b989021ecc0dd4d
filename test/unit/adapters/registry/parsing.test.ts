/** What is read without a network: challenges, links, Docker's configuration, and who may see a credential. */
import { expect, test } from 'vitest'
import { parseChallenge } from '../../../../src/adapters/registry/challenge.ts'
import { mayVisit, type StoredCredential } from '../../../../src/adapters/registry/credentials.ts'
import { loadDockerConfig, registryOfKey } from '../../../../src/adapters/registry/docker-config.ts'
import { nextPage } from '../../../../src/adapters/registry/link.ts'

const bearer = (realm: string, service: string | null = null, scope: string | null = null) => ({ kind: 'bearer', realm, service, scope })

test.each([
  [
    'Bearer realm="https://auth.docker.io/token",service="registry.docker.io",scope="repository:library/alpine:pull"',
    bearer('https://auth.docker.io/token', 'registry.docker.io', 'repository:library/alpine:pull'),
  ],
  ['bearer REALM="https://a/t"', bearer('https://a/t')],
  ['Bearer realm=https://a/t, service=s', bearer('https://a/t', 's')],
  ['Basic realm="x", Bearer realm="https://a/t"', bearer('https://a/t')],
  ['Bearer realm="https://a/t",scope="repository:a:pull,push"', bearer('https://a/t', null, 'repository:a:pull,push')],
  ['Bearer realm="https://a/\\"t"', bearer('https://a/"t')],
  ['Basic realm="Basic, or Bearer realm=x"', { kind: 'basic' }],
  ['Basic', { kind: 'basic' }],
  ['Bearer service="x"', null],
  ['Digest realm="x"', null],
  ['', null],
  [undefined, null],
])('the challenge %j', (header, challenge) => {
  expect(parseChallenge(header)).toEqual(challenge)
})

const current = new URL('https://registry.example/v2/acme/app/tags/list?n=1000')

test.each([
  ['</v2/acme/app/tags/list?n=1000&last=b>; rel="next"', 'https://registry.example/v2/acme/app/tags/list?n=1000&last=b'],
  ['<https://registry.example/v2/acme/app/tags/list?last=b>; rel=next', 'https://registry.example/v2/acme/app/tags/list?last=b'],
  ['<?last=b>; rel="next"', 'https://registry.example/v2/acme/app/tags/list?last=b'],
])('%s is the next page', (header, url) => {
  expect(nextPage(current, header)).toEqual({ kind: 'page', url: new URL(url) })
})

test.each([
  '<https://evil.example/v2/acme/app/tags/list?last=b>; rel="next"',
  '<//evil.example/v2/acme/app/tags/list?last=b>; rel="next"',
  '<http://registry.example/v2/acme/app/tags/list?last=b>; rel="next"',
  '<https://registry.example:8443/v2/acme/app/tags/list?last=b>; rel="next"',
  '<https://user:p@registry.example/v2/acme/app/tags/list?last=b>; rel="next"',
  '</v2/acme/other/tags/list?last=b>; rel="next"',
  '<../../../../admin?last=b>; rel="next"',
  '<https://[>; rel="next"',
  '</v2/acme/app/tags/list?n=1000>; rel="next"',
])('%s is not followed', (header) => {
  expect(nextPage(current, header).kind).toBe('refused')
})

test.each([undefined, '', '</x>; rel="prev"', 'nonsense'])('%j ends the list', (header) => {
  expect(nextPage(current, header)).toEqual({ kind: 'last' })
})

const credential = (registry: string, tokenHost?: string): StoredCredential => ({
  id: 'x',
  registry,
  tokenHost,
  username: 'u',
  password: 'p',
  installations: 'all',
})

test.each([
  [credential('docker.io'), 'https://auth.docker.io/token', 'registry-1.docker.io', true],
  [credential('docker.io'), 'https://registry-1.docker.io/token', 'registry-1.docker.io', true],
  [credential('ghcr.io/acme'), 'https://ghcr.io/token', 'ghcr.io', true],
  [credential('r.example', 'auth.example'), 'https://auth.example/token', 'r.example', true],
  [credential('docker.io'), 'https://auth.docker.io.evil.example/token', 'registry-1.docker.io', false],
  [credential('docker.io'), 'https://auth.docker.io:8443/token', 'registry-1.docker.io', false],
  [credential('docker.io', 'auth.example'), 'https://auth.docker.io/token', 'registry-1.docker.io', false],
  [credential('ghcr.io'), 'https://auth.docker.io/token', 'ghcr.io', false],
  [credential('r.example'), 'https://sub.r.example/token', 'r.example', false],
])('case %#: a credential visits exactly its hosts', (held, realm, endpoint, may) => {
  expect(mayVisit(held, new URL(realm), endpoint)).toBe(may)
})

test.each([
  ['https://index.docker.io/v1/', 'docker.io'],
  ['index.docker.io', 'docker.io'],
  ['registry-1.docker.io', 'docker.io'],
  ['docker.io', 'docker.io'],
  ['https://ghcr.io', 'ghcr.io'],
  ['GHCR.io/v2/', 'ghcr.io'],
  ['ghcr.io/acme', 'ghcr.io/acme'],
  ['http://localhost:5000/', 'localhost:5000'],
])('the key %s of a config.json is the registry %s', (key, registry) => {
  expect(registryOfKey(key)).toBe(registry)
})

test('logins are read in all three forms, and the first spelling of a registry wins', () => {
  const auth = Buffer.from('reader:pass:word').toString('base64')
  const content = JSON.stringify({
    auths: {
      'https://index.docker.io/v1/': { auth },
      'docker.io': { username: 'later', password: 'ignored' },
      'ghcr.io/acme': { username: 'bot', password: 'p' },
      'acr.example': { auth: Buffer.from('00000000-0000:').toString('base64'), identitytoken: 'refresh' },
    },
  })

  expect(loadDockerConfig(content, 'config.json')).toEqual({
    credentials: [
      { id: 'docker-config:docker.io', registry: 'docker.io', installations: [], username: 'reader', password: 'pass:word' },
      { id: 'docker-config:ghcr.io/acme', registry: 'ghcr.io/acme', installations: [], username: 'bot', password: 'p' },
      { id: 'docker-config:acr.example', registry: 'acr.example', installations: [], username: '<token>', password: 'refresh' },
    ],
    problems: [],
  })
})

test('helpers are named and never run; what cannot be read is a problem without its content', () => {
  const content = JSON.stringify({
    auths: { 'a.example': {}, 'b.example': { auth: 'canary' }, 'c.example': 7 },
    credsStore: 'desktop',
    credHelpers: { 'gcr.io': 'gcloud', '123.dkr.ecr.eu-west-1.amazonaws.com': 'ecr-login' },
  })

  const { credentials, problems } = loadDockerConfig(content, 'config.json')

  expect(credentials).toEqual([])
  expect(problems).toHaveLength(5)
  expect(problems.filter((problem) => problem.includes('never runs credential helpers'))).toHaveLength(3)
  expect(problems.join()).not.toContain('canary')
})

test.each(['', 'null', '[]', '{"auths":[]}', '{"auths":7}', '{'])('%j gives no credentials and no exception', (content) => {
  expect(loadDockerConfig(content, 'config.json').credentials).toEqual([])
})
