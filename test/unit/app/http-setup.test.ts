/** The set-up flow: who may open it, what it stores, what it never shows. */
import { generateKeyPairSync } from 'node:crypto'
import { mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { readAppFile } from '../../../src/app/app-manifest.ts'
import { loadConfig } from '../../../src/app/config.ts'
import { storeApp } from '../../../src/app/http/convert-manifest.ts'
import { createSetup } from '../../../src/app/http/setup.ts'
import { createLog } from '../../../src/app/log.ts'
import { reviewPage, startPage, stopPage } from '../../../src/render/setup-page.tsx'

const pem = generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey.export({ type: 'pkcs8', format: 'pem' }).toString()
const secret = 'b7f1c2a94d3e8f60517293a4c5d6e7f8'
const converted = {
  id: 7,
  slug: 'my-underpin',
  name: 'My Underpin',
  html_url: 'https://github.com/apps/my-underpin',
  pem,
  webhook_secret: secret,
  client_secret: 'CANARY',
}

let dataDir: string
beforeEach(async () => {
  dataDir = await mkdtemp(path.join(tmpdir(), 'ups-'))
})
afterEach(() => rm(dataDir, { recursive: true, force: true }))

/** A set-up whose GitHub gives `answer`. */
function setup(answer: () => Response | Promise<Response> = () => Response.json(converted, { status: 201 })) {
  const asked: { url: string; method: string | undefined }[] = []
  const log: string[] = []
  const { app, token } = createSetup({
    config: {
      missing: ['APP_ID', 'WEBHOOK_SECRET'],
      githubHost: { baseUrl: 'https://api.github.com', webUrl: 'https://github.com', allowPrivate: false },
      server: { publicUrl: null, webhookPath: '/api/github/webhooks' },
    },
    fetch: async (url, init) => {
      asked.push({ url: String(url), method: init?.method })
      return await answer()
    },
    store: (made) => storeApp(dataDir, made),
    log: createLog({ level: 'trace', destination: { write: (line) => log.push(line) } }),
  })
  const get = (url: string, cookie = '') => app.request(`http://underpin.local:3000${url}`, { headers: { cookie } })
  const open = async () => {
    const response = await get(`/setup?token=${token}`)
    return (response.headers.get('set-cookie') ?? '').split(';')[0] ?? ''
  }
  const review = async (cookie: string) => {
    const text = await (await get('/setup?publicUrl=https%3A%2F%2Fu.example&organization=acme', cookie)).text()
    return { text, state: /state=([\w-]+)/.exec(text)?.[1] ?? '' }
  }
  return { get, open, review, token, asked, log }
}

describe('set-up page', () => {
  it('opens by the token once, and in that browser only', async () => {
    const { get, open, token } = setup()
    expect((await get('/setup')).status).toBe(403)
    expect((await get(`/setup?token=${token.slice(1)}a`)).status).toBe(403)
    const cookie = await open()
    expect((await get('/setup', cookie)).status).toBe(200)
    expect((await get('/setup', 'underpin_setup=guess')).status).toBe(403)
    expect((await get(`/setup?token=${token}`)).status).toBe(403)
  })

  it('says what is missing, allows no script, and is never stored', async () => {
    const { get, open } = setup()
    const response = await get('/setup', await open())
    const policy = response.headers.get('content-security-policy') ?? ''
    expect(policy).toContain("default-src 'none'")
    expect(policy).toContain("form-action 'self' https://github.com")
    expect(policy).not.toContain('script-src')
    expect(response.headers.get('cache-control')).toBe('no-store')
    expect(await response.text()).toMatch(/APP_ID[^]*WEBHOOK_SECRET/)
  })

  it('posts the manifest of app.yml to GitHub with a state', async () => {
    const { open, review } = setup()
    const { text, state } = await review(await open())
    expect(text).toContain(`action="https://github.com/organizations/acme/settings/apps/new?state=${state}"`)
    const manifest = JSON.parse(
      (/name="manifest" value="([^"]*)"/.exec(text)?.[1] ?? '').replaceAll('&quot;', '"').replaceAll('&#39;', "'").replaceAll('&amp;', '&'),
    )
    const file = readAppFile()
    expect(manifest).toMatchObject({
      hook_attributes: { url: 'https://u.example/api/github/webhooks', active: true },
      redirect_url: 'https://u.example/setup/callback',
      setup_url: 'https://u.example/',
      default_permissions: file.default_permissions,
      default_events: file.default_events,
    })
    expect(manifest).not.toHaveProperty('reasons')
  })

  it.each(['javascript:alert(1)', 'http://u.example', 'https://user:pw@u.example', 'u.example', 'https://u.example?x=1'])(
    'refuses the address %s',
    async (address) => {
      const { get, open } = setup()
      const response = await get(`/setup?publicUrl=${encodeURIComponent(address)}`, await open())
      expect(response.status).toBe(400)
      expect(await response.text()).not.toContain('name="manifest"')
    },
  )

  it.each(['"><script>alert(1)</script>', '../../evil', 'a/b?c'])('refuses the organisation %s, and shows it escaped', async (organization) => {
    const { get, open } = setup()
    const response = await get(`/setup?publicUrl=https%3A%2F%2Fu.example&organization=${encodeURIComponent(organization)}`, await open())
    expect(response.status).toBe(400)
    expect(await response.text()).not.toContain('<script')
  })
})

describe('the way back from GitHub', () => {
  it('stores the keys for this user only, for the next start to read, and shows none of them', async () => {
    const { get, open, review, asked, log } = setup()
    const cookie = await open()
    const { state } = await review(cookie)
    const response = await get(`/setup/callback?code=abc123&state=${state}`, cookie)
    const text = await response.text()
    expect(response.status).toBe(200)
    expect(asked).toEqual([{ url: 'https://api.github.com/app-manifests/abc123/conversions', method: 'POST' }])
    const file = path.join(dataDir, 'github-app.json')
    expect((await stat(file)).mode & 0o777).toBe(0o600)
    expect(await readdir(dataDir)).toEqual(['github-app.json'])
    const stored = await readFile(file, 'utf8')
    expect(loadConfig({ UNDERPIN_DATA_DIR: dataDir }, (name) => (name === file ? stored : '')).github).toEqual({
      appId: 7,
      privateKey: pem,
      webhookSecrets: [secret],
    })
    for (const shown of [text, log.join('')]) expect(shown).not.toMatch(new RegExp(`${secret}|PRIVATE KEY|CANARY`))
    expect(text).toContain('https://github.com/apps/my-underpin/installations/new')
    expect((await get('/setup', cookie)).status).toBe(409)
  })

  it('works only with the state that was given out, only once, and only for the operator', async () => {
    const { get, open, review, asked } = setup()
    const cookie = await open()
    expect((await get('/setup/callback?code=abc&state=', cookie)).status).toBe(400)
    const { state } = await review(cookie)
    expect((await get(`/setup/callback?code=abc&state=${state}`)).status).toBe(403)
    expect((await get(`/setup/callback?code=abc&state=${state}x`, cookie)).status).toBe(400)
    expect((await get(`/setup/callback?code=abc&state=${state}`, cookie)).status).toBe(400)
    expect(asked).toEqual([])
  })

  it.each([
    ['refuses', () => Response.json({ message: 'CANARY' }, { status: 404 })],
    ['cannot be reached', () => Promise.reject(new Error('CANARY'))],
    ['answers nonsense', () => new Response('CANARY', { status: 201 })],
    ['gives no webhook secret', () => Response.json({ ...converted, webhook_secret: null }, { status: 201 })],
  ])('says so when GitHub %s', async (_what, answer) => {
    const { get, open, review, log } = setup(answer)
    const cookie = await open()
    const { state } = await review(cookie)
    const response = await get(`/setup/callback?code=abc&state=${state}`, cookie)
    expect(response.status).toBe(502)
    expect(await response.text()).not.toContain('CANARY')
    expect(log.join('')).not.toContain('CANARY')
    expect(await readdir(dataDir)).toEqual([])
  })

  it.each(['../../user', 'a/b', '', 'a%2Fb', 'a'.repeat(200)])('sends no request for the code %j', async (code) => {
    const { get, open, review, asked } = setup()
    const cookie = await open()
    const { state } = await review(cookie)
    expect((await get(`/setup/callback?state=${state}&code=${encodeURIComponent(code)}`, cookie)).status).toBe(502)
    expect(asked).toEqual([])
  })

  it('never overwrites an app that is there', async () => {
    await writeFile(path.join(dataDir, 'github-app.json'), 'mine')
    await expect(storeApp(dataDir, converted)).rejects.toThrow('EEXIST')
    expect(await readdir(dataDir)).toEqual(['github-app.json'])
    expect(await readFile(path.join(dataDir, 'github-app.json'), 'utf8')).toBe('mine')
  })
})

describe('the pages', () => {
  it('escape whatever they show', () => {
    const evil = `"><img src=x onerror=alert(1)>'&`
    const pages = [
      startPage({ missing: [evil], publicUrl: evil, organization: evil, problem: evil }),
      reviewPage({ action: evil, manifest: evil, webhookUrl: evil, owner: evil, permissions: [[evil, evil, evil]], events: [evil] }),
      stopPage({ title: evil, text: evil }),
    ]
    for (const page of pages) {
      expect(page).not.toContain('<img')
      expect(page).toMatch(/^<!doctype html><html lang="en">/)
    }
  })
})

describe('app.yml', () => {
  it('asks for what the design names and nothing else, each with its reason', () => {
    const { default_permissions: permissions, default_events: events, reasons } = readAppFile()
    const write = ['contents', 'pull_requests', 'issues', 'checks', 'actions', 'workflows'].map((name) => [name, 'write'])
    const read = ['metadata', 'statuses', 'attestations'].map((name) => [name, 'read'])
    expect(permissions).toEqual(Object.fromEntries([...write, ...read]))
    expect(events).toEqual(['push', 'pull_request', 'issues', 'issue_comment', 'check_suite', 'status', 'workflow_run', 'repository'])
    expect(reasons.filter(([, , why]) => why.length < 20)).toEqual([])
    expect(reasons).toHaveLength(9)
  })
})
