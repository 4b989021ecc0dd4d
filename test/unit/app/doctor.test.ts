/** What `doctor` says about each thing that can be wrong, and with which exit code it ends. */
import { createVerify, generateKeyPairSync } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import { readAppFile } from '../../../src/app/app-manifest.ts'
import { asText, examine } from '../../../src/app/cli/doctor.ts'
import { type Config, ConfigProblems, loadConfig } from '../../../src/app/config.ts'
import { registriesProbe, secretProbe } from '../../../src/app/doctor/configuration.ts'
import { feedsProbe } from '../../../src/app/doctor/feeds.ts'
import { clockFinding, githubProbe } from '../../../src/app/doctor/github.ts'
import { fail, ok, type Probe, runProbes, warn } from '../../../src/app/doctor/probe.ts'
import { databaseProbe, postgresQueueProbe, redisQueueProbe } from '../../../src/app/doctor/storage.ts'
import { Fault } from '../../../src/domain/fault.ts'

const pair = generateKeyPairSync('rsa', { modulusLength: 2048 })
const privateKey = pair.privateKey.export({ type: 'pkcs8', format: 'pem' }).toString()
const secret = 'b7f1c2a94d3e8f60517293a4c5d6e7f8'
const appFile = readAppFile()
const granted = { slug: 'underpin', permissions: appFile.default_permissions, events: appFile.default_events }
const now = new Date('2026-11-22T02:00:00Z')

const configured = (): Config =>
  loadConfig({ UNDERPIN_DATA_DIR: '/data', APP_ID: '12', PRIVATE_KEY: privateKey, WEBHOOK_SECRET: secret }, () => {
    throw new Error('ENOENT')
  })
const run = (probe: Probe) => runProbes([probe], 50)
const answering = (answer: unknown, init: ResponseInit = {}) => {
  const asked: Request[] = []
  const send: typeof fetch = async (input, options) => {
    asked.push(new Request(input, options))
    return Response.json(answer, { ...init, headers: { date: now.toUTCString(), ...init.headers } })
  }
  return { send, asked }
}
const github = (send: typeof fetch, config: Config = configured()) => run(githubProbe({ config, appFile, send, now: () => now }))

describe('github', () => {
  it('is well with the permissions and events of app.yml, asked with a signed token', async () => {
    const { send, asked } = answering(granted)
    expect((await github(send)).map(({ status }) => status)).toEqual(['ok', 'ok', 'ok'])
    expect(asked[0]?.url).toBe('https://api.github.com/app')
    const [head, body, signature] = (asked[0]?.headers.get('authorization') ?? '').replace('Bearer ', '').split('.')
    expect(
      createVerify('RSA-SHA256')
        .update(`${head}.${body}`)
        .verify(pair.publicKey, signature ?? '', 'base64url'),
    ).toBe(true)
    expect(JSON.parse(Buffer.from(body ?? '', 'base64url').toString())).toMatchObject({ iss: '12' })
  })

  it('names permissions and events that lack, and those beyond', async () => {
    const { workflows: _workflows, ...less } = granted.permissions
    const { send } = answering({ ...granted, permissions: { ...less, contents: 'read', administration: 'write' }, events: granted.events.slice(1) })
    const text = asText(await github(send))
    expect(text).toContain('permissions lack contents: write, workflows: write')
    expect(text).toContain('events lack push')
    expect(text).toContain('beyond what is used: administration: write')
  })

  it.each([
    ['a refused key', answering({}, { status: 401 }).send, 'does not accept app 12'],
    ['another server', answering('<html>').send, 'answered 200'],
    ['no network', () => Promise.reject(new Error(secret)), 'cannot be reached'],
  ])('fails on %s, saying what to do', async (_what, send, message) => {
    const found = (await github(send)).at(-1)
    expect(found).toMatchObject({ status: 'fail', message: expect.stringContaining(message), fix: expect.any(String) })
    expect(JSON.stringify(found)).not.toContain(secret)
  })

  it('is only a warning while no app is configured', async () => {
    const config = { ...configured(), github: null, missing: ['APP_ID'] }
    expect(await github(answering(granted).send, config)).toMatchObject([{ status: 'warn', message: expect.stringContaining('APP_ID') }])
  })
})

describe('the clock', () => {
  const at = (seconds: number) => clockFinding(new Date(now.getTime() + seconds * 1000).toUTCString(), now, now).map(({ status }) => status)
  it.each([
    [0, 'ok'],
    [-15, 'ok'],
    [30, 'warn'],
    [-40, 'warn'],
    [300, 'fail'],
    [-300, 'fail'],
  ])('%i seconds off is %s', (seconds, status) => {
    expect(at(seconds)).toEqual([status])
  })

  it('is not judged without a date', () => {
    expect(clockFinding(null, now, now)).toEqual([])
  })
})

describe('database', () => {
  const database = (version: number, pending: readonly string[]) => ({ version: async () => version, pending: async () => pending, close: async () => {} })
  it.each([
    ['well', () => Promise.resolve(database(150_018, [])), ['ok']],
    ['behind', () => Promise.resolve(database(150_018, ['002'])), ['ok', 'fail']],
    ['too old', () => Promise.resolve(database(120_001, [])), ['fail']],
    ['away', () => Promise.reject(new Error('password authentication failed')), ['fail']],
  ])('that is %s', async (_how, open, statuses) => {
    expect((await run(databaseProbe('db.example', false, open))).map(({ status }) => status)).toEqual(statuses)
  })
})

it('is no failure that the embedded database has no tables before the first start', async () => {
  const database = { version: async () => 180_000, pending: async () => ['001'], close: async () => {} }
  const found = [
    ...(await run(databaseProbe('embedded', true, async () => database))),
    ...(await run(postgresQueueProbe(true, () => Promise.reject(new Error('no schema'))))),
  ]
  expect(found.map(({ status }) => status)).toEqual(['ok', 'ok', 'warn'])
})

describe('queue', () => {
  const redis = (evictionPolicy: string, appendOnly: boolean) =>
    run(
      redisQueueProbe(
        'redis://:hunter22@r.example:1',
        () => {},
        async () => ({ evictionPolicy, appendOnly }),
      ),
    )
  it.each([
    ['noeviction', true, ['ok']],
    ['noeviction', false, ['warn']],
    ['allkeys-lru', true, ['fail']],
    ['volatile-ttl', false, ['fail', 'warn']],
    ['unknown', true, ['warn']],
  ])('in Redis with %s and append-only %s', async (policy, aof, statuses) => {
    const found = await redis(policy, aof)
    expect(found.map(({ status }) => status)).toEqual(statuses)
    expect(JSON.stringify(found)).not.toContain('hunter22')
  })

  it('in a Redis that lies open fails with the reason', async () => {
    const refuse = () => {
      throw new Fault('invalid', 'REDIS_URL names another machine without TLS')
    }
    expect(await run(redisQueueProbe('redis://r.example', refuse, () => new Promise(() => {})))).toMatchObject([
      { status: 'fail', message: expect.stringContaining('without TLS') },
    ])
  })

  it('in a database without its schema names the command', async () => {
    expect(await run(postgresQueueProbe(false, () => Promise.reject(new Error('no schema'))))).toMatchObject([
      { status: 'fail', fix: expect.stringContaining('migrate') },
    ])
  })
})

describe('registries', () => {
  const credential = { id: 'c', registry: 'reg.example', tokenHost: null, username: 'me', password: 'hunter22', installations: 'all' as const }
  const look = async (realm: string, tokenHost: string | null = null) => {
    const { send, asked } = answering({}, { status: 401, headers: { 'www-authenticate': `Bearer realm="${realm}",service="x"` } })
    const [found] = await run(registriesProbe({ credentials: [{ ...credential, tokenHost }], registries: [] }, send))
    expect(asked.map(({ headers }) => headers.get('authorization'))).toEqual([null])
    return found
  }
  it('are well when tokens come from where the password may go, and are asked without it', async () => {
    expect((await look('https://reg.example/token'))?.status).toBe('ok')
    expect((await look('https://auth.example/token', 'auth.example'))?.status).toBe('ok')
  })

  it('that name another token host, or one without TLS, fail', async () => {
    expect(await look('https://evil.example/token')).toMatchObject({ status: 'fail', fix: expect.stringContaining('tokenHost: evil.example') })
    expect((await look('http://reg.example/token'))?.status).toBe('fail')
  })
})

describe('doctor', () => {
  const probes =
    (...list: Probe[]) =>
    () => ({ probes: list, close: async () => {} })
  const saying = (name: string, ...found: ReturnType<typeof ok>[]): Probe => ({ name, check: async () => found })

  it('ends with 0 when nothing failed, 3 when something did, 2 when the configuration is wrong', async () => {
    expect((await examine(configured, probes(saying('a', ok('fine'), warn('odd', 'mend it'))))).exitCode).toBe(0)
    expect((await examine(configured, probes(saying('a', fail('broken', 'mend it'))))).exitCode).toBe(3)
    const wrong = await examine(() => {
      throw new ConfigProblems([{ where: 'PORT', message: 'expected a port number', fix: 'Correct PORT' }])
    }, probes())
    expect(wrong).toEqual({ checks: [{ name: 'configuration', status: 'fail', message: 'PORT: expected a port number', fix: 'Correct PORT' }], exitCode: 2 })
  })

  it('goes on after a probe that throws or never answers', async () => {
    const found = await runProbes(
      [
        { name: 'throws', check: () => Promise.reject(new TypeError(secret)) },
        { name: 'hangs', check: () => new Promise(() => {}) },
        saying('last', ok('fine')),
      ],
      20,
    )
    expect(found.map(({ name, status }) => `${name} ${status}`)).toEqual(['throws fail', 'hangs fail', 'last ok'])
    expect(JSON.stringify(found)).not.toContain(secret)
  })

  it('shows no secret even where a probe would', async () => {
    const { checks } = await examine(configured, probes(saying('leaky', fail(`got ${secret}`, privateKey))))
    expect(JSON.stringify(checks)).not.toMatch(new RegExp(`${secret}|PRIVATE KEY`))
  })

  it('warns about a rotation that was left half done', async () => {
    const config = configured()
    expect((await run(secretProbe(config)))[0]?.status).toBe('ok')
    expect((await run(secretProbe({ github: { ...config.github!, webhookSecrets: [secret, `${secret}x`] } })))[0]?.status).toBe('warn')
  })

  it('prints a line each, and what to do under it', () => {
    expect(
      asText([
        { name: 'queue', ...warn('odd', 'Mend it') },
        { name: 'a', ...ok('fine') },
      ]),
    ).toBe('warn  queue  odd\n             → Mend it\nok    a      fine')
  })
})

describe('feeds', () => {
  const part = { feed: 'kev', part: 'all', etag: null, newest: null, items: 9, bytes: 9, fingerprint: null, changedAt: now, checkedAt: now, alarm: null }
  const yesterday = new Date(now.getTime() - 25 * 3_600_000)
  const look = async (parts: Parameters<typeof feedsProbe>[1], enabled: Config['feeds']['enabled'] = 'used') =>
    run(feedsProbe({ feeds: { ...configured().feeds, enabled } }, parts, () => now))

  it('are well when all were asked within a day, and when there is nothing to ask', async () => {
    for (const parts of [[part], [], null]) expect(await look(async () => parts)).toMatchObject([{ status: 'ok' }])
    expect(await look(async () => [{ ...part, alarm: 'old' }], [])).toMatchObject([{ status: 'ok' }])
  })

  it('warn of alarms and of silence, and name a few', async () => {
    expect(await look(async () => [part, { ...part, part: 'b', alarm: 'it is empty' }, { ...part, part: 'c', checkedAt: yesterday }])).toMatchObject([
      { status: 'warn', message: 'kev b: it is empty; what was good last is kept' },
      { status: 'warn', message: 'kev c was not asked for 25 hours' },
    ])
    const many = Array.from({ length: 9 }, (_, at) => ({ ...part, part: String(at), alarm: 'it is empty' }))
    expect((await look(async () => many)).at(-1)).toMatchObject({ message: '4 more parts are unwell' })
  })
})
