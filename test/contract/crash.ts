/** The crash suite: a worker is killed at every request of a delivery and of a dispatch, and the next one ends with exactly one of each. */
import { mkdtempSync, rmSync } from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { migrateQueue } from '../../src/adapters/queue/index.ts'
import { work } from '../../src/domain/due-work.ts'
import type { Moment, SeenRequest } from '../stand-ins/github/index.ts'
import { createTestDatabase, type TestDatabase } from '../stand-ins/postgres.ts'
import { type Loop, settingsFor, startClock, startStandIns } from '../support/loop.ts'
import { freePort, type ServeProcess, startServe } from '../support/serve-process.ts'
import { until } from '../support/until.ts'

/** A request of the loop at which the worker dies. */
type Point = { readonly name: string; readonly match: (request: SeenRequest) => boolean }

const rooted = (field: string): Point => ({ name: field, match: ({ rootFields }) => rootFields.includes(field) })
const proposing: readonly Point[] = [
  { name: 'the look-up', match: ({ operation }) => operation === 'Standings' },
  rooted('createCommitOnBranch'),
  rooted('createPullRequest'),
]
const amending: readonly Point[] = [
  rooted('createCommitOnBranch'),
  rooted('updateRefs'),
  { name: 'the new description', match: ({ rootFields, operation }) => rootFields.includes('updatePullRequest') || operation === 'pulls/update' },
]
const dispatching: readonly Point[] = [{ name: 'the dispatch', match: ({ operation }) => operation === 'actions/create-workflow-dispatch' }]
const moments: readonly Moment[] = ['before-apply', 'after-apply']

const workflow = 'on:\n  workflow_dispatch:\njobs: {}\n'

/** Declares the suite. `redisUrl`: the queue lives there; without it in PostgreSQL. */
export function crashSuite(redisUrl?: () => string): void {
  let database: TestDatabase
  let standIns: Pick<Loop, 'github' | 'registry' | 'app'>
  let settings: Pick<Loop, 'env' | 'operatorFile'>
  let dataDir: string
  let serve: ServeProcess
  let round = 0

  beforeAll(async () => {
    database = await createTestDatabase()
    await migrateQueue({ connectionString: database.url })
    standIns = await startStandIns(startClock())
    dataDir = mkdtempSync(path.join(os.tmpdir(), 'underpin-crash-'))
    const operatorFile = 'deliverGatherSeconds: 0.1\nsweepSeconds: 1\nleaseSeconds: 5\ndispatchLookupSeconds: 3\nlog: { level: info }'
    const queue = redisUrl === undefined ? {} : { redisUrl: redisUrl() }
    settings = settingsFor(standIns, { databaseUrl: database.url, dataDir, operatorFile, ...queue })
    const port = await freePort()
    settings = { ...settings, env: { ...settings.env, PORT: String(port) } }
    standIns.github.setWebhook(`http://127.0.0.1:${port}/api/github/webhooks`, standIns.app.webhookSecret)
    serve = await startServe({ ...settings, dataDir })
  })
  afterAll(async () => {
    await serve.end('SIGKILL')
    await standIns.github.close()
    await standIns.registry.close()
    await database.drop()
    rmSync(dataDir, { recursive: true, force: true })
  })

  /** A repo on an image of its own, known to the app. */
  async function repo(files: (reference: string, digest: string) => Record<string, string>) {
    round += 1
    const { github, registry, app } = standIns
    const [owner, image] = [`crash${round}`, `crash${round}/base`]
    const { digest } = registry.pushImage(image, '1', { label: 'first' })
    github.createRepo(`${owner}/web`, { files: files(`${registry.host}/${image}:1`, digest) })
    github.install(app.appId, owner, 'all')
    const known = async () =>
      (await database.pool.query('select 1 from underpin.observations where image_name = $1', [`${registry.host}/${image}`])).rowCount === 1
    await until('the tag was looked at', known, 60_000)
    const move = async (label: string) => {
      const moved = registry.pushImage(image, '1', { label }).digest
      await database.stores.dueWork.schedule([work('resolve', `public ${registry.host}/${image}:1`, new Date())])
      return moved
    }
    return { name: `${owner}/web`, move, reference: `${registry.host}/${image}:1` }
  }

  /** The worker dies at the first request that fits, and another one takes over. */
  function dieAt({ match }: Point, moment: Moment): Promise<void> {
    const { github } = standIns
    if (moment === 'before-apply') github.fail({ match, when: moment, action: 'reset', times: 1 })
    return new Promise((resolve, reject) => {
      let isDone = false
      const unhook = github.onRequest(async (request, now) => {
        if (isDone || now !== moment || !match(request)) return
        isDone = true
        await serve.end('SIGKILL')
        unhook()
        startServe({ ...settings, dataDir }).then((next) => {
          serve = next
          resolve()
        }, reject)
      })
    })
  }

  const open = (name: string) => standIns.github.pullRequests(name).filter(({ state }) => state === 'open')
  const content = (name: string) => standIns.github.files(name, open(name)[0]?.headBranch)['Dockerfile']
  /** Nothing of the repo waits or is being done: what stands now is what the loop came to. */
  const rested = async () => (await database.stores.dueWork.due(new Date(Date.now() + 20_000), 1)).length === 0

  for (const moment of moments) {
    describe(`killed ${moment === 'before-apply' ? 'before the request counts' : 'after it counts and before its answer'}`, () => {
      for (const point of proposing) {
        it(`at ${point.name} of a new pull request: one pull request`, async () => {
          const { name, move, reference } = await repo((image, digest) => ({ Dockerfile: `FROM ${image}@${digest}\n` }))
          const died = dieAt(point, moment)
          const second = await move('second')
          await died
          await until('a pull request is open', () => open(name).length > 0, 60_000)
          await until('the loop rests', rested, 60_000)

          expect(standIns.github.pullRequests(name)).toHaveLength(1)
          expect(content(name)).toBe(`FROM ${reference}@${second}\n`)
        })
      }
      for (const point of amending) {
        it(`at ${point.name} of a pull request that moves on: one pull request at the newest digest`, async () => {
          const { name, move, reference } = await repo((image, digest) => ({ Dockerfile: `FROM ${image}@${digest}\n` }))
          await move('second')
          await until('a pull request is open', () => open(name).length > 0, 60_000)
          await until('the loop rests', rested, 60_000)
          const died = dieAt(point, moment)
          const third = await move('third')
          await died
          await until(
            'the pull request moved on',
            () => content(name) === `FROM ${reference}@${third}\n` && (open(name)[0]?.body.includes(third) ?? false),
            60_000,
          )
          await until('the loop rests', rested, 60_000)

          expect(standIns.github.pullRequests(name)).toHaveLength(1)
          expect(Object.keys(standIns.github.branches(name))).toHaveLength(2)
        })
      }
      for (const point of dispatching) {
        it(`at ${point.name} of a rebuild: one run`, async () => {
          const policy = 'rebuild: { workflow: build.yml }\n'
          const { name, move } = await repo((image) => ({
            Dockerfile: `FROM ${image}\n`,
            '.github/underpin.yml': policy,
            '.github/workflows/build.yml': workflow,
          }))
          const died = dieAt(point, moment)
          await move('second')
          await died
          await until('a run was started', () => standIns.github.runs(name).length > 0, 60_000)
          await until(
            'the run is followed',
            async () =>
              (await database.pool.query("select 1 from underpin.rebuilds where state = 'running' and run_id = $1", [standIns.github.runs(name)[0]?.id]))
                .rowCount === 1,
            60_000,
          )

          expect(standIns.github.runs(name)).toHaveLength(1)
        })
      }
    })
  }

  it('breaks none of GitHub’s limits on the way', () => standIns.github.assertNoViolations())

  it('drains on SIGTERM and ends with 0', async () => {
    expect(await serve.end('SIGTERM')).toBe(0)
  })
}
