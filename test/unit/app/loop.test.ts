/** The loop as a whole: a base image moves, a pull request appears, a rebuild is asked for. */
import { mkdtempSync } from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { createTestDatabase, type TestDatabase } from '../../stand-ins/postgres.ts'
import { type Loop, startLoop } from '../../support/loop.ts'

let database: TestDatabase
let loop: Loop

beforeEach(async () => {
  database = await createTestDatabase({ isMigrated: true })
  const { migrateQueue } = await import('../../../src/adapters/queue/index.ts')
  await migrateQueue({ connectionString: database.url })
  loop = await startLoop({
    databaseUrl: database.url,
    dataDir: mkdtempSync(path.join(os.tmpdir(), 'underpin-loop-')),
    operatorFile: 'deliverGatherSeconds: 0.2\nsweepSeconds: 1',
  })
})

afterEach(async () => {
  await loop.close()
  await database.drop()
})

const hour = 3_600_000

describe('a moved tag', () => {
  it('becomes one pull request that moves the pin to what the registry serves', async () => {
    const { github, registry, clock } = loop
    const old = registry.pushImage('library/python', '3.12-slim', { label: 'first' })
    github.createRepo('acme/web', { files: { Dockerfile: `FROM ${registry.host}/library/python:3.12-slim@${old.digest}\nRUN pip list\n` } })
    github.install(loop.app.appId, 'acme', 'all')
    await loop.idle()
    expect(github.pullRequests('acme/web')).toEqual([])

    const { digest } = registry.pushImage('library/python', '3.12-slim', { label: 'second' })
    clock.advance(hour)
    await loop.idle()

    const [request, ...others] = github.pullRequests('acme/web')
    expect(others).toEqual([])
    expect(github.files('acme/web', request?.headBranch)['Dockerfile']).toBe(`FROM ${registry.host}/library/python:3.12-slim@${digest}\nRUN pip list\n`)
    github.assertNoViolations()
  })
})
