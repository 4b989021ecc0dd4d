/** Setting Underpin up as its operator does: start it, open the link, create the app on GitHub, and it runs. */
import { spawn } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { expect, it } from 'vitest'
import { migrateQueue } from '../../../src/adapters/queue/index.ts'
import { startGitHub } from '../../stand-ins/github/index.ts'
import { createTestDatabase } from '../../stand-ins/postgres.ts'
import { freePort, serveScript } from '../../support/serve-process.ts'
import { until } from '../../support/until.ts'

const plain = (html: string) => html.replaceAll('&quot;', '"').replaceAll('&#39;', "'").replaceAll('&amp;', '&')

it('the link that is printed at the start leads to an app that runs', async () => {
  const github = await startGitHub()
  const database = await createTestDatabase()
  await migrateQueue({ connectionString: database.url })
  const dataDir = mkdtempSync(path.join(os.tmpdir(), 'underpin-setup-'))
  const port = await freePort()
  const origin = `http://127.0.0.1:${port}`
  writeFileSync(path.join(dataDir, 'operator.yml'), `github: { baseUrl: "${github.apiUrl}", webUrl: "${github.url}", allowPrivate: true }\n`)
  const env = {
    PATH: process.env['PATH'],
    DATABASE_URL: database.url,
    UNDERPIN_CONFIG: path.join(dataDir, 'operator.yml'),
    UNDERPIN_DATA_DIR: dataDir,
    HOST: '127.0.0.1',
    PORT: String(port),
    UNDERPIN_PUBLIC_URL: origin,
  }
  const child = spawn(process.execPath, [serveScript, 'serve'], { env, stdio: ['ignore', 'ignore', 'pipe'] })
  let said = ''
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    said += text
  })
  const exit = new Promise((resolve) => child.once('exit', resolve))
  try {
    const link = await until('the link is printed', () => /http\S+\/setup\?token=\S+/.exec(said)?.[0] ?? null)
    const opened = await fetch(link, { redirect: 'manual' })
    const headers = { cookie: (opened.headers.get('set-cookie') ?? '').split(';')[0] ?? '' }
    expect((await fetch(link, { redirect: 'manual' })).status).not.toBe(303)

    const review = await (await fetch(`${origin}/setup?publicUrl=${encodeURIComponent(origin)}&organization=acme`, { headers })).text()
    const action = plain(/action="([^"]+)"/.exec(review)?.[1] ?? '')
    const manifest = plain(/name="manifest" value="([^"]+)"/.exec(review)?.[1] ?? '')
    const created = await fetch(action, { method: 'POST', body: new URLSearchParams({ manifest }), redirect: 'manual' })
    const done = await fetch(created.headers.get('location') ?? '', { headers })
    expect(await done.text()).toContain('Install the app')

    await until('underpin runs', () => said.includes('underpin runs'))
    const stored = path.join(dataDir, 'github-app.json')
    expect(statSync(stored).mode & 0o777).toBe(0o600)
    expect(said).not.toContain(JSON.parse(readFileSync(stored, 'utf8')).webhook_secret)
    expect(await (await fetch(origin)).text()).toContain('Underpin runs')
    github.assertNoViolations()
  } finally {
    child.kill('SIGTERM')
    expect(await exit).toBe(0)
    await github.close()
    await database.drop()
    rmSync(dataDir, { recursive: true, force: true })
  }
})
