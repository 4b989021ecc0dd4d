/** `underpin serve`: the app itself, or the set-up page while no app is configured. */
import { once } from 'node:events'
import { type Command, Option } from 'commander'
import type { Logger } from 'pino'
import { openGround, openHouse } from '../compose.ts'
import { type Config, type GithubApp, readConfig } from '../config.ts'
import { createServer } from '../http/server.ts'
import { configuredLog } from '../configured-log.ts'
import { type Part, startBackground } from '../serve.ts'
import { orExplain } from './explain-problem.ts'

const allParts: readonly Part[] = ['web', 'worker', 'scheduler']

export function registerServe(program: Command): void {
  program
    .command('serve')
    .description('run the app; without GitHub credentials, the page that creates it')
    .addOption(new Option('--only <part>', 'run one part of the app in this process').choices(allParts))
    .action((options: { only?: Part }) =>
      orExplain(async () => {
        const config = readConfig()
        const log = configuredLog(config)
        if (config.github === null) await serveSetup(config, log)
        else await serveApp(config, config.github, log, options.only === undefined ? allParts : [options.only])
      }),
    )
}

/** Serves until SIGTERM or SIGINT, then drains: no new webhooks, running work ends or is given back, all within `drainSeconds`. */
async function serveApp(config: Config, app: GithubApp, log: Logger, parts: readonly Part[]): Promise<void> {
  const stopped = stopSignal()
  const house = await openHouse(await openGround(config, log, () => new Date()), app)
  const { stores, queue } = house
  const ready = [
    { name: 'database', ping: () => stores.repos.installationIds() },
    { name: 'queue', ping: () => queue.ping() },
  ]
  const web = createServer({ config, inbox: stores.inbox, queue, log, ready })
  const background = await startBackground(
    house,
    parts.filter((part) => part !== 'web'),
  )
  if (parts.includes('web')) {
    web.server.listen(config.server.port, config.server.host)
    await once(web.server, 'listening')
    log.info({ host: config.server.host, port: config.server.port, path: config.server.webhookPath }, 'listening for webhooks')
  }
  log.info({ parts }, 'underpin runs')
  const signal = await stopped
  log.info({ signal, drainSeconds: config.drainSeconds }, 'stopping')
  const graceMs = config.drainSeconds * 1000
  await web.close(Math.min(graceMs, 5_000))
  await background.stop()
  await house.close(Math.max(0, graceMs - 5_000))
  log.info({}, 'stopped')
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
