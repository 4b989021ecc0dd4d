/** Underpin as an operator runs it: parts in processes of their own on one PostgreSQL and one Redis, with stand-ins around them. */
import { mkdtempSync, rmSync } from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import type { Stores } from '../../src/adapters/store/postgres/index.ts'
import { work } from '../../src/domain/due-work.ts'
import { parseTagKey } from '../../src/domain/image/observation.ts'
import { type Loop, settingsFor, startClock, startStandIns } from './loop.ts'
import { freePort, type ServeProcess, startServe } from './serve-process.ts'
import { until } from './until.ts'

export type Processes = Pick<Loop, 'github' | 'registry' | 'app'> & {
  /** Starts a part (all of them without one); it joins the others. */
  start(only?: 'web' | 'worker' | 'scheduler'): Promise<ServeProcess>
  /** An organisation with the app and so many repos on one image, all known to the app. */
  repos(count: number): Promise<Fleet>
  /** Ends what is left and the stand-ins. */
  close(): Promise<void>
}

export type Fleet = {
  readonly owner: string
  readonly names: readonly string[]
  /** Points the tag at a new image and makes the look-up due; gives the digest. */
  move(label: string): Promise<string>
  /** Resolves when every repo has an open pull request to that digest. */
  delivered(digest: string): Promise<void>
  /** How many pull requests each repo ever had. */
  counts(): readonly number[]
}

/** Prepares them. `stores` is the memory that the processes share; `databaseUrl` null for the embedded one. */
export async function prepareProcesses(options: {
  readonly databaseUrl: string | null
  readonly redisUrl?: string
  readonly stores: () => Stores
  readonly dataDir?: string
  readonly logLevel?: string
}): Promise<Processes> {
  const dataDir = options.dataDir ?? mkdtempSync(path.join(os.tmpdir(), 'underpin-processes-'))
  const standIns = await startStandIns(startClock())
  const { github, registry, app } = standIns
  const port = await freePort()
  const operatorFile = `deliverGatherSeconds: 0.3\nsweepSeconds: 1\nleaseSeconds: 5\nlog: { level: ${options.logLevel ?? 'info'} }`
  const redis = options.redisUrl === undefined ? {} : { redisUrl: options.redisUrl }
  const settings = settingsFor(standIns, { databaseUrl: options.databaseUrl, dataDir, operatorFile, ...redis })
  const env = { ...settings.env, PORT: String(port) }
  github.setWebhook(`http://127.0.0.1:${port}/api/github/webhooks`, app.webhookSecret)
  const started: ServeProcess[] = []
  let round = 0

  async function repos(count: number): Promise<Fleet> {
    round += 1
    const [owner, image] = [`fleet${round}`, `fleet${round}/base`]
    const { digest } = registry.pushImage(image, '1', { label: 'first' })
    const reference = `${registry.host}/${image}:1`
    const names = Array.from({ length: count }, (_, index) => `${owner}/web${index}`)
    for (const name of names) github.createRepo(name, { files: { Dockerfile: `FROM ${reference}@${digest}\n` } })
    github.install(app.appId, owner, 'all')
    const users = async () => (await options.stores().repos.reposUsing(`${registry.host}/${image}`, '1')).length === count
    await until('every repo was looked into', users, 60_000)
    const looked = async () => (await options.stores().observations.history(parseTagKey(`public ${reference}`), 1)).length === 1
    await until('the tag was looked at', looked, 60_000)
    const isAt = (name: string, digest: string) => {
      const open = github.pullRequests(name).filter(({ state }) => state === 'open')
      return open.length === 1 && github.files(name, open[0]?.headBranch)['Dockerfile'] === `FROM ${reference}@${digest}\n`
    }
    return {
      owner,
      names,
      move: async (label) => {
        const moved = registry.pushImage(image, '1', { label }).digest
        await options.stores().dueWork.schedule([work('resolve', `public ${reference}`, new Date())])
        return moved
      },
      delivered: async (digest) => {
        await until('every repo has its pull request', () => names.every((name) => isAt(name, digest)), 90_000)
      },
      counts: () => names.map((name) => github.pullRequests(name).length),
    }
  }

  return {
    ...standIns,
    start: async (only) => {
      const serve = await startServe({ env, operatorFile: settings.operatorFile, dataDir, ...(only === undefined ? {} : { only }) })
      started.push(serve)
      return serve
    },
    repos,
    close: async () => {
      for (const serve of started) await serve.end('SIGKILL')
      await github.close()
      await registry.close()
      rmSync(dataDir, { recursive: true, force: true, maxRetries: 5 })
    },
  }
}
