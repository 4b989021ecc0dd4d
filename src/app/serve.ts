/** Serving: one process of the app from its start to its drained end, or the set-up page while there is no app. */
import type { IncomingMessage, ServerResponse } from 'node:http'
import { asFetch, createHttp } from '../adapters/http/index.ts'
import { Fault } from '../domain/fault.ts'
import { type Part, startBackground } from './background.ts'
import { type House, openGround, openHouse } from './compose.ts'
import { type Config, type GithubApp, readConfig } from './config.ts'
import { configuredLog } from './configured-log.ts'
import { refuse, respond } from './http/respond.ts'
import { startSetup } from './http/serve-setup.ts'
import { listen } from './http/listen.ts'
import { createServer } from './http/server.ts'
import { privateHosts } from './private-hosts.ts'
import { userAgent } from './version.ts'

/** GitHub's answer to a manifest conversion, bytes at most. */
const longestConversion = 1024 * 1024
/** Running requests get this long at the end, ms: GitHub itself waits ten seconds. */
const webGraceMs = 5_000
/** Of the time to drain, what closing connections and the database may take, ms. */
const closingMs = 4_000

/** Serves `parts` until SIGTERM or SIGINT. Without an app the set-up page comes first. Raises `ConfigProblems` and the faults of database and queue. */
export async function serve(parts: readonly Part[]): Promise<void> {
  const stopped = stopSignal()
  const first = readConfig()
  if (first.github === null && !parts.includes('web')) {
    throw new Fault('unauthorized', `no GitHub App is configured (${first.missing.join(', ')} missing): start the web part, which serves the set-up page`)
  }
  const config = first.github === null ? await setUp(first, stopped) : first
  if (config?.github != null) await serveApp(config, config.github, parts, stopped)
}

/** Serves until SIGTERM or SIGINT, then drains: no new webhooks, running work ends or is given back, all within `drainSeconds`. */
async function serveApp(config: Config, app: GithubApp, parts: readonly Part[], stopped: Promise<NodeJS.Signals>): Promise<void> {
  const log = configuredLog(config)
  const ground = await openGround(config, log, () => new Date())
  try {
    const house = await openHouse(ground, app)
    await run(house, parts, stopped)
    await house.close(0)
  } catch (error) {
    // What was opened is closed again, the embedded database above all: it would outlive us.
    await ground.close(0)
    throw error
  }
  log.info({}, 'stopped')
}

async function run(house: House, parts: readonly Part[], stopped: Promise<NodeJS.Signals>): Promise<void> {
  const { config, log, stores, queue } = house
  const ready = [
    { name: 'database', ping: () => stores.repos.installationIds() },
    { name: 'queue', ping: () => queue.ping() },
  ]
  const web = createServer({ config, inbox: stores.inbox, queue, log, ready, pages: welcome })
  if (parts.includes('web')) await listen(web.server, config.server)
  const background = await startBackground(
    house,
    parts.filter((part) => part !== 'web'),
  )
  log.info({ parts, host: config.server.host, port: config.server.port, path: config.server.webhookPath }, 'underpin runs')
  const signal = await stopped
  log.info({ signal, drainSeconds: config.drainSeconds }, 'stopping')
  const graceMs = Math.max(0, config.drainSeconds * 1000 - closingMs)
  await Promise.all([web.close(Math.min(graceMs, webGraceMs)), background.stop(), queue.close(graceMs)])
}

/** Where GitHub sends a person who has just installed the app. */
function welcome(request: IncomingMessage, response: ServerResponse): void {
  if (request.method !== 'GET' || (request.url ?? '/').split('?', 1)[0] !== '/') return refuse(request, response, 404, 'not found')
  respond(response, 200, 'Underpin runs. It looks at the repositories that it was installed on, and opens a pull request when a base image moves.')
}

/** Serves the page that creates the app; gives the configuration with the new app in it, or null when we were told to stop first. */
async function setUp(config: Config, stopped: Promise<NodeJS.Signals>): Promise<Config | null> {
  const http = createHttp({ allowPrivate: privateHosts(config), userAgent })
  const setup = await startSetup({ config, fetch: asFetch(http, { maxBytes: longestConversion, retries: 0 }), log: configuredLog(config) })
  console.error(
    `No GitHub App is configured yet; missing: ${config.missing.join(', ')}.\nTo create one, open this link (it works once, for you only):\n\n  ${setup.link}\n`,
  )
  const stored = await Promise.race([setup.stored, stopped.then(() => null)])
  await setup.close(2_000)
  await http.close()
  if (stored === null) return null
  console.error(`The app is stored in ${stored}. Install it on an organisation; Underpin goes on with it now.`)
  return readConfig()
}

/** Resolves with the first signal to stop. A second one ends the process at once: whoever sends it does not want to wait. */
function stopSignal(): Promise<NodeJS.Signals> {
  return new Promise((resolve) => {
    for (const signal of ['SIGTERM', 'SIGINT'] as const) {
      process.once(signal, () => {
        process.on(signal, () => process.exit(1))
        resolve(signal)
      })
    }
  })
}
