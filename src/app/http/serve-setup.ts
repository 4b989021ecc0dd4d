/** Serves the set-up pages until an app exists. */
import type { AddressInfo } from 'node:net'
import { getRequestListener } from '@hono/node-server'
import { Fault } from '../../domain/fault.ts'
import type { Config } from '../config.ts'
import type { Logger } from '../log.ts'
import { storeApp } from './convert-manifest.ts'
import { listen } from './listen.ts'
import { createServer } from './server.ts'
import { createSetup } from './setup.ts'

export type RunningSetup = {
  /** Opens the page once. For the terminal only: whoever has it makes the app. */
  readonly link: string
  /** Resolves with the file's name once the app is stored. */
  readonly stored: Promise<string>
  readonly close: (graceMs: number) => Promise<void>
}

/** Listens where the app would. `fetch` is the guarded client's. Webhooks are answered with 503. */
export async function startSetup({
  config,
  fetch,
  log,
}: {
  readonly config: Config
  readonly fetch: typeof globalThis.fetch
  readonly log: Logger
}): Promise<RunningSetup> {
  let onStored: (file: string) => void = () => {}
  const stored = new Promise<string>((resolve) => {
    onStored = resolve
  })
  const setup = createSetup({
    config,
    fetch,
    log,
    store: async (app) => {
      const file = await storeApp(config.dataDir, app)
      onStored(file)
      return file
    },
  })
  const noApp = () => Promise.reject(new Fault('unauthorized', 'no app is configured'))
  const web = createServer({
    config: { github: null, server: config.server },
    inbox: { accept: noApp },
    queue: { wake: noApp },
    log,
    ready: [{ name: 'app', ping: noApp }],
    pages: getRequestListener(setup.app.fetch, { overrideGlobalObjects: false }),
  })
  await listen(web.server, config.server)
  const { port } = web.server.address() as AddressInfo
  const origin = config.server.publicUrl ?? `http://localhost:${port}`
  return { link: `${origin}/setup?token=${setup.token}`, stored, close: web.close }
}
