/** The configuration: defaults, mistakes told by line, credentials, secrets that are none. */
import { generateKeyPairSync } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { parse } from 'yaml'
import { ConfigProblems, loadConfig } from '../../../src/app/config.ts'
import { readSettings } from '../../../src/app/config/file.ts'

const defaults = readFileSync(new URL('../../../config/default.yml', import.meta.url), 'utf8')
const key = generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey.export({ type: 'pkcs8', format: 'pem' }).toString()
const secret = 'b7f1c2a94d3e8f60517293a4c5d6e7f8'
const app = { APP_ID: '12', PRIVATE_KEY: key, WEBHOOK_SECRET: secret }

/** Reads from the given files only. */
const files =
  (texts: Readonly<Record<string, string>> = {}) =>
  (file: string) => {
    const text = texts[file]
    if (text === undefined) throw new Error('ENOENT')
    return text
  }
const load = (env: NodeJS.ProcessEnv, texts: Readonly<Record<string, string>> = {}) => loadConfig({ UNDERPIN_DATA_DIR: '/data', ...env }, files(texts))
const problems = (env: NodeJS.ProcessEnv, texts: Readonly<Record<string, string>> = {}) => {
  try {
    load(env, texts)
  } catch (error) {
    if (error instanceof ConfigProblems) return error.problems
    throw error
  }
  return []
}
const file = (text: string) => problems({ UNDERPIN_CONFIG: 'my.yml' }, { 'my.yml': text })

describe('defaults', () => {
  it('are enough to start in set-up mode', () => {
    const config = load({})
    expect(config.github).toBeNull()
    expect(config.missing).toEqual(['APP_ID', 'PRIVATE_KEY or PRIVATE_KEY_PATH', 'WEBHOOK_SECRET'])
    expect(config).toMatchObject({
      leaseSeconds: 30,
      sweepSeconds: 5,
      databaseUrl: null,
      redisUrl: null,
      dataDir: '/data',
      githubHost: { baseUrl: 'https://api.github.com' },
    })
  })

  it('stand each under a comment that gives its reason', () => {
    const settings = defaults.split('\n').map((line, at, all) => ({ line, before: all[at - 1] ?? '' }))
    const bare = settings.filter(({ line, before }) => /^\s*\w+: \S/.test(line) && !/^\s*#/.test(before) && !/^\s*contentWritesPerHour/.test(line))
    expect(bare).toEqual([])
  })
})

describe('operator file', () => {
  it('overrides single settings and keeps the rest', () => {
    const config = load({ UNDERPIN_CONFIG: 'my.yml' }, { 'my.yml': 'concurrency: { resolve: 3 }\nsweepSeconds: 9\n' })
    expect(config.concurrency).toEqual({ ...parse(defaults).concurrency, resolve: 3 })
    expect(config.sweepSeconds).toBe(9)
  })

  it.each([
    [
      'a typo',
      '# mine\nlimits:\n  contentWritePerMinute: 3\n',
      'my.yml:3',
      'unknown setting limits.contentWritePerMinute',
      'Did you mean contentWritesPerMinute?',
    ],
    ['a typo at the top', 'sweepSecond: 5\n', 'my.yml:1', 'unknown setting sweepSecond', 'Did you mean sweepSeconds?'],
    ['a wrong type', 'leaseSeconds: soon\n', 'my.yml:1', 'leaseSeconds: ', ''],
    ['a wrong item', 'registries:\n  - host: a.example\n  - host: https://b.example\n', 'my.yml:3', 'registries.1.host: expected a host name', ''],
    [
      'an unknown key of an item',
      'registries:\n  - host: a.example\n    insecur: true\n',
      'my.yml:3',
      'unknown setting registries.0.insecur',
      'Did you mean insecure?',
    ],
    ['broken YAML', 'server:\n  port: [1\n', 'my.yml:', '', 'Correct the YAML'],
    ['a list', '- a\n', 'my.yml:1', 'expected settings by name', ''],
  ])('names file, line and remedy of %s', (_what, text, where, message, fix) => {
    const [first] = file(text)
    expect(first?.where).toContain(where)
    expect(first?.message).toContain(message)
    expect(first?.fix).toContain(fix)
  })

  it('tells all mistakes at once', () => {
    expect(
      file('sweepSecond: 5\nleaseSeconds: 1\nserver: { port: 99999 }\n')
        .map(({ where }) => where)
        .sort(),
    ).toEqual(['my.yml:1', 'my.yml:2', 'my.yml:3'])
  })

  it('takes `__proto__` for an unknown setting', () => {
    expect(readSettings(defaults, '{"__proto__": {"polluted": 1}}', 'my.yml').problems).not.toEqual([])
    expect(Object.hasOwn(Object.prototype, 'polluted')).toBe(false)
  })

  it('that cannot be read is a problem, not a silence', () => {
    expect(problems({ UNDERPIN_CONFIG: 'gone.yml' })[0]).toMatchObject({ where: 'UNDERPIN_CONFIG' })
  })
})

describe('GitHub credentials', () => {
  it('come from the environment, with a second secret while it is rotated', () => {
    const { github } = load({ ...app, WEBHOOK_SECRET_PREVIOUS: `${secret}a` })
    expect(github).toEqual({ appId: 12, privateKey: key, webhookSecrets: [secret, `${secret}a`] })
  })

  it.each([
    ['a path', { PRIVATE_KEY: '', PRIVATE_KEY_PATH: 'key.pem' }],
    ['base64', { PRIVATE_KEY: Buffer.from(key).toString('base64') }],
    ['one line', { PRIVATE_KEY: key.replaceAll('\n', String.raw`\n`) }],
  ])('take the key as %s', (_form, env) => {
    expect(load({ ...app, ...env }, { 'key.pem': key }).github?.privateKey).toBe(key)
  })

  it('come from what the set-up page stored', () => {
    const stored = { '/data/github-app.json': JSON.stringify({ id: 7, pem: key, webhook_secret: secret, client_secret: 'x' }) }
    expect(load({}, stored).github).toEqual({ appId: 7, privateKey: key, webhookSecrets: [secret] })
    expect(problems({}, { '/data/github-app.json': '{"id":7}' })).toHaveLength(1)
  })

  it('that are half there name the other half', () => {
    expect(load({ APP_ID: '12', WEBHOOK_SECRET: secret })).toMatchObject({ github: null, missing: ['PRIVATE_KEY or PRIVATE_KEY_PATH'] })
  })

  it.each([
    '',
    'development',
    'secret',
    'short-but-random-9f8e7d6c5b4a',
    'developmentdevelopmentdevelopment',
    'changeme-changeme-changeme-123456',
    'a'.repeat(40),
    'abcd1234'.repeat(5),
    'secret'.repeat(6),
    'your-secret-goes-here-0000000000000000',
  ])('refuse the webhook secret %j', (weak) => {
    const found = problems({ ...app, WEBHOOK_SECRET: weak })
    expect(found).toMatchObject([{ where: 'WEBHOOK_SECRET', fix: expect.stringContaining('openssl rand -hex 32') }])
    if (weak.length > 8) expect(JSON.stringify(found)).not.toContain(weak)
  })

  it('refuse a weak secret of the rotation, a key that is none and an id that is none', () => {
    const found = problems({ APP_ID: 'twelve', PRIVATE_KEY: 'hello', WEBHOOK_SECRET: secret, WEBHOOK_SECRET_PREVIOUS: 'old' })
    expect(found.map(({ where }) => where)).toEqual(['APP_ID', 'PRIVATE_KEY', 'WEBHOOK_SECRET_PREVIOUS'])
  })
})

describe('environment', () => {
  it('wins over both files', () => {
    const config = load(
      { UNDERPIN_CONFIG: 'my.yml', PORT: '81', LOG_LEVEL: 'warn', GITHUB_API_URL: 'https://ghe.example/api/v3/' },
      { 'my.yml': 'server: { port: 80 }\n' },
    )
    expect(config).toMatchObject({ server: { port: 81 }, log: { level: 'warn' }, githubHost: { baseUrl: 'https://ghe.example/api/v3' } })
  })

  it('that is wrong is told without its value', () => {
    const found = problems({ DATABASE_URL: 'mysql://u:hunter22@h', REDIS_URL: 'hunter22', PORT: '99999' })
    expect(found.map(({ where }) => where)).toEqual(['DATABASE_URL', 'REDIS_URL', 'PORT'])
    expect(JSON.stringify(found)).not.toContain('hunter22')
  })
})

describe('registry credentials', () => {
  const credential = 'credentials:\n  - { id: hub, registry: docker.io, tokenHost: auth.docker.io, username: me, passwordEnv: HUB, installations: all }\n'

  it('take their password from a file or the environment, and it is known for redaction', () => {
    const config = load({ UNDERPIN_CONFIG: 'my.yml', HUB: 'hunter22', DATABASE_URL: 'postgres://u:p%40ssword@h/d' }, { 'my.yml': credential })
    expect(config.credentials).toEqual([
      { id: 'hub', registry: 'docker.io', tokenHost: 'auth.docker.io', username: 'me', password: 'hunter22', installations: 'all' },
    ])
    expect(config.secrets).toEqual(expect.arrayContaining(['hunter22', 'p@ssword', 'p%40ssword']))
    const fromFile = credential.replace('passwordEnv: HUB', 'passwordFile: /run/hub')
    expect(load({ UNDERPIN_CONFIG: 'my.yml' }, { 'my.yml': fromFile, '/run/hub': 'hunter23\n' }).credentials[0]?.password).toBe('hunter23')
  })

  it('without a password, with two sources of it, or twice under one id are problems', () => {
    const of = (text: string) => problems({ UNDERPIN_CONFIG: 'my.yml', HUB: 'x'.repeat(9) }, { 'my.yml': text })
    expect(of(credential.replace('HUB', 'NONE'))).toHaveLength(1)
    expect(of(credential.replace('passwordEnv: HUB', 'passwordEnv: HUB, passwordFile: /run/hub'))).toHaveLength(1)
    expect(of(credential + credential.replace('credentials:\n', ''))).toMatchObject([{ message: 'two credentials are called hub' }])
  })
})
