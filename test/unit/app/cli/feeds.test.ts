/** `underpin feeds` as a person runs it: the compiled command, a publisher on loopback, a folder or a database. */
import { execFile } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { createTestDatabase } from '../../../stand-ins/postgres.ts'
import { type Publisher, startPublisher } from '../../../stand-ins/publisher.ts'
import { serveScript } from '../../../support/serve-process.ts'

let publisher: Publisher
let home: string
beforeEach(async () => {
  publisher = await startPublisher()
  home = mkdtempSync(path.join(os.tmpdir(), 'underpin-feeds-'))
  const origins = ['https://packages.wolfi.dev', 'https://www.cisa.gov'].map((origin) => `"${origin}": "${publisher.origin}"`)
  writeFileSync(path.join(home, 'operator.yml'), `feeds: { enabled: [wolfi], origins: { ${origins.join(', ')} }, allowPrivate: true }\n`)
})
afterEach(async () => {
  await publisher.close()
  rmSync(home, { recursive: true, force: true })
})

type Result = { readonly code: number; readonly out: string; readonly err: string }

function feeds(args: readonly string[], more: NodeJS.ProcessEnv = {}): Promise<Result> {
  const env = { PATH: process.env['PATH'], HOME: home, UNDERPIN_CONFIG: path.join(home, 'operator.yml'), UNDERPIN_DATA_DIR: home, ...more }
  return new Promise((resolve) => {
    execFile(process.execPath, [serveScript, 'feeds', ...args], { env }, (error, out, err) =>
      resolve({ code: error === null ? 0 : Number(error.code), out, err }),
    )
  })
}

const packages = (count: number) => Array.from({ length: count }, (_, at) => ({ pkg: { name: `made-up-${at}`, secfixes: { '1-r1': ['CVE-2099-0001'] } } }))
const publish = (count: number) => publisher.publish('/os/security.json', { body: JSON.stringify({ packages: packages(count) }) })

describe('feeds', () => {
  it('fetches what is enabled into the data folder, tells progress, and says how it is', async () => {
    publish(20)
    const updated = await feeds(['update', '--json'])
    expect(updated).toMatchObject({ code: 0, err: expect.stringContaining('fetching wolfi security.json') })
    expect(JSON.parse(updated.out)).toEqual({
      feeds: [
        {
          feed: 'wolfi',
          parts: [{ feed: 'wolfi', part: 'security.json', outcome: 'saved', items: 20, changed: 0, message: null }],
          fault: null,
        },
      ],
    })
    const file = path.join(home, 'feeds/wolfi/secdb/security.json')
    expect(JSON.parse(readFileSync(file, 'utf8')).packages).toHaveLength(20)
    const status = await feeds(['status', 'wolfi', 'kev', '--json', '--fail-on', 'alarm'])
    expect(status.code).toBe(0)
    expect(JSON.parse(status.out).feeds).toMatchObject([
      { feed: 'wolfi', parts: [{ part: 'security.json', items: 20, newest: null, alarm: null, ageSeconds: expect.any(Number) }] },
      { feed: 'kev', parts: [] },
    ])
  })

  it('keeps what was good, exits with 3, shows the alarm, and takes it in when a person says so', async () => {
    publish(20)
    await feeds(['update', 'wolfi'])
    publish(3)
    const refused = await feeds(['update', 'wolfi'])
    expect(refused).toMatchObject({ code: 3, out: expect.stringContaining('it has shrunk from 20 to 3 items') })
    const status = await feeds(['status', 'wolfi', '--fail-on', 'alarm'])
    expect(status).toMatchObject({ code: 1, out: expect.stringMatching(/wolfi +security\.json +20 items .* ALARM: it has shrunk/) })
    expect(await feeds(['status', 'wolfi'])).toMatchObject({ code: 0 })
    expect(await feeds(['update', 'wolfi', '--accept'])).toMatchObject({ code: 0 })
    expect(await feeds(['status', 'wolfi', '--fail-on', 'alarm'])).toMatchObject({ code: 0 })
  })

  it('keeps what worked when one publisher fails', async () => {
    publish(20)
    const updated = await feeds(['update', 'kev', 'wolfi', '--json', '--feed', path.join(home, 'elsewhere')])
    expect(updated.code).toBe(3)
    expect(JSON.parse(updated.out).feeds).toMatchObject([{ feed: 'kev' }, { feed: 'wolfi', parts: [{ outcome: 'saved' }] }])
    expect(readFileSync(path.join(home, 'elsewhere/wolfi/secdb/security.json'), 'utf8')).toContain('made-up-0')
  })

  it('knows no feed of another name, and says which it may be', async () => {
    expect(await feeds(['update', 'wolfy'])).toMatchObject({ code: 2, err: expect.stringContaining('did you mean wolfi?') })
  })

  it('keeps them in the database where there is one, if it is migrated', async () => {
    publish(20)
    const [old, database] = [await createTestDatabase({ isMigrated: false }), await createTestDatabase()]
    try {
      expect(await feeds(['update'], { DATABASE_URL: old.url })).toMatchObject({ code: expect.any(Number), err: expect.stringContaining('underpin migrate') })
      expect(await feeds(['update'], { DATABASE_URL: database.url })).toMatchObject({ code: 0, out: expect.stringMatching(/saved +20 items/) })
      expect(await database.stores.advisories.about('wolfi', ['made-up-7'])).toHaveLength(1)
      expect(await database.stores.advisories.unmatched(9)).toEqual([])
      expect(await feeds(['status', 'wolfi'], { DATABASE_URL: database.url })).toMatchObject({ code: 0, out: expect.stringContaining('20 items') })
    } finally {
      await old.drop()
      await database.drop()
    }
  })

  it('says which feeds are not fetched since another one brings the same, where a person names one', async () => {
    expect(await feeds(['update', 'rocky'])).toMatchObject({ code: 0, err: expect.stringContaining('rocky is not fetched: osv brings the same') })
    expect((await feeds(['status'])).out).toMatch(/^rocky +not fetched: osv brings the same.*$/m)
    publish(20)
    expect((await feeds(['update'])).err).not.toContain('not fetched')
  })
})
