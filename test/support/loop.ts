/** The whole loop on one machine: stand-ins for GitHub and a registry, a real PostgreSQL, and the real app between them. */
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import type { AddressInfo } from 'node:net'
import { parse } from 'yaml'
import { type House, openGround, openHouse } from '../../src/app/compose.ts'
import { loadConfig } from '../../src/app/config.ts'
import { createServer } from '../../src/app/http/server.ts'
import { createLog, type Logger } from '../../src/app/log.ts'
import { packageFile } from '../../src/app/package-files.ts'
import { type Part, type Running, startBackground } from '../../src/app/background.ts'
import { type StandInGitHub, startGitHub } from '../stand-ins/github/index.ts'
import { type StandInRegistry, startRegistry } from '../stand-ins/registry/index.ts'
import { until } from './until.ts'

export type LoopOptions = {
  /** Where the memory is; null for the embedded PostgreSQL in `dataDir`. */
  readonly databaseUrl: string | null
  readonly redisUrl?: string
  readonly dataDir: string
  /** Lines of YAML for the operator's file. */
  readonly operatorFile?: string
  readonly log?: Logger
}

/** A clock that tests and the demo move on; between moves it runs. */
export type Clock = { now(): Date; advance(ms: number): void }

export type Loop = {
  readonly github: StandInGitHub
  readonly registry: StandInRegistry
  readonly clock: Clock
  readonly app: ReturnType<StandInGitHub['createApp']>
  /** The environment in which `underpin serve` joins this loop. */
  readonly env: Readonly<Record<string, string>>
  readonly operatorFile: string
  readonly house: House
  readonly running: Running
  /** Resolves when every webhook was answered and nothing is due or in work. */
  idle(): Promise<void>
  close(): Promise<void>
}

export function startClock(): Clock {
  let ahead = 0
  return { now: () => new Date(Date.now() + ahead), advance: (ms) => void (ahead += ms) }
}

/** Stand-ins and the app's credentials on them, without the app. */
export async function startStandIns(clock: Clock): Promise<Pick<Loop, 'github' | 'registry' | 'app'>> {
  const [github, registry] = [await startGitHub({ now: clock.now }), await startRegistry()]
  const manifest = parse(packageFile('app.yml')) as { default_permissions: Record<string, 'read' | 'write'>; default_events: string[] }
  const app = github.createApp({ slug: 'underpin', permissions: manifest.default_permissions, events: manifest.default_events })
  return { github, registry, app }
}

/** What `underpin serve` needs in its environment and operator file to work on the stand-ins. */
export function settingsFor({ github, registry, app }: Pick<Loop, 'github' | 'registry' | 'app'>, options: LoopOptions): Pick<Loop, 'env' | 'operatorFile'> {
  const operatorFile = [
    `registries: [{ host: "${registry.host}", insecure: true, allowPrivate: true }]`,
    `github: { baseUrl: "${github.apiUrl}", webUrl: "${github.url}", allowPrivate: true }`,
    // Nobody's feed is asked unless the test names one.
    ...(/^feeds:/m.test(options.operatorFile ?? '') ? [] : ['feeds: { enabled: [] }']),
    options.operatorFile ?? '',
  ].join('\n')
  const env = {
    UNDERPIN_CONFIG: 'operator.yml',
    UNDERPIN_DATA_DIR: options.dataDir,
    APP_ID: String(app.appId),
    PRIVATE_KEY: app.privateKey,
    WEBHOOK_SECRET: app.webhookSecret,
    HOST: '127.0.0.1',
    PORT: '0',
    ...(options.databaseUrl === null ? {} : { DATABASE_URL: options.databaseUrl }),
    ...(options.redisUrl === undefined ? {} : { REDIS_URL: options.redisUrl }),
  }
  return { env, operatorFile }
}

/** Starts everything; webhooks arrive from then on. */
export async function startLoop(options: LoopOptions): Promise<Loop> {
  const clock = startClock()
  const standIns = await startStandIns(clock)
  const settings = settingsFor(standIns, options)
  const read = (file: string) => (file === 'operator.yml' ? settings.operatorFile : readFileSync(file, 'utf8'))
  const config = loadConfig(settings.env, read)
  const log = options.log ?? createLog({ level: 'silent' })
  if (config.github === null) throw new Error(`the app lacks ${config.missing.join(', ')}`)
  const house = await openHouse(await openGround(config, log, clock.now), config.github)
  const web = createServer({ config, inbox: house.stores.inbox, queue: house.queue, log, ready: [], now: clock.now })
  const parts: readonly Part[] = ['worker', 'scheduler']
  const running = await startBackground(house, parts)
  web.server.listen(0, '127.0.0.1')
  await once(web.server, 'listening')
  standIns.github.setWebhook(`http://127.0.0.1:${(web.server.address() as AddressInfo).port}${config.server.webhookPath}`, standIns.app.webhookSecret)
  const loop = {
    ...standIns,
    ...settings,
    clock,
    house,
    running,
    idle: async () => {
      await until(
        'the loop is idle',
        async () => {
          await standIns.github.settled()
          return await isIdle(house, running, clock)
        },
        90_000,
      )
    },
    close: async () => {
      await web.close(1_000)
      await running.stop()
      await house.close(5_000)
      await standIns.github.close()
      await standIns.registry.close()
    },
  }
  await loop.idle()
  return loop
}

/** Nothing is due within the gathering time of deliveries, nothing is being done, and nothing began while we looked. */
async function isIdle(house: House, { activity }: Running, clock: Clock): Promise<boolean> {
  const { started } = activity
  const soon = new Date(clock.now().getTime() + house.config.deliverGatherSeconds * 1000 + 500)
  const due = await house.stores.dueWork.due(soon, 1)
  return due.length === 0 && activity.running === 0 && activity.started === started
}
