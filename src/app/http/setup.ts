/**
 * The set-up flow: an operator with the one-time token makes a GitHub App from our manifest, and its keys land in a file of ours.
 * Only served while no app is configured. Nothing here shows a secret.
 */
import { createHash, randomBytes, timingSafeEqual } from 'node:crypto'
import { type Context, Hono } from 'hono'
import { getCookie, setCookie } from 'hono/cookie'
import { secureHeaders } from 'hono/secure-headers'
import { donePage, reviewPage, setupStyle, startPage, stopPage } from '../../render/setup-page.tsx'
import { appManifest, readAppFile } from '../app-manifest.ts'
import type { Config } from '../config.ts'
import type { Logger } from '../log.ts'
import { convertManifest, type StoredApp } from './convert-manifest.ts'

export type SetupParts = {
  readonly config: Pick<Config, 'missing' | 'githubHost'> & { readonly server: Pick<Config['server'], 'publicUrl' | 'webhookPath'> }
  readonly fetch: typeof fetch
  /** Keeps the app for the next start; gives the file's name. Rejects when one is there already. */
  readonly store: (app: StoredApp) => Promise<string>
  readonly log: Logger
}

export type Setup = {
  readonly app: Hono
  /** Opens the page once, for whoever reads the start's output. */
  readonly token: string
}

const cookieName = 'underpin_setup'

/** The pages, and the token that opens them. */
export function createSetup({ config, fetch, store, log }: SetupParts): Setup {
  const token = randomBytes(24).toString('base64url')
  const github = new URL(config.githubHost.webUrl)
  const appFile = readAppFile()
  // Memory is enough: a restart prints a new token.
  let session: string | null = null
  let state: string | null = null
  let isTokenUsed = false
  let isDone = false

  const stop = (c: Context, status: 400 | 403 | 404 | 409 | 502, title: string, text: string) => c.html(stopPage({ title, text }), status)
  const isOperator = (c: Context): boolean => session !== null && same(getCookie(c, cookieName) ?? '', session)

  const app = new Hono()
  app.use(
    secureHeaders({
      contentSecurityPolicy: {
        defaultSrc: ["'none'"],
        styleSrc: ["'self'"],
        formAction: ["'self'", github.origin],
        frameAncestors: ["'none'"],
        baseUri: ["'none'"],
      },
      referrerPolicy: 'no-referrer',
      strictTransportSecurity: false,
    }),
  )
  app.use(async (c, next) => {
    await next()
    c.header('cache-control', 'no-store')
  })
  app.get('/setup/style.css', (c) => c.body(setupStyle, 200, { 'content-type': 'text/css; charset=utf-8' }))
  app.use(async (c, next) => {
    if (isDone) return stop(c, 409, 'An app is configured', 'This process runs it; the set-up is over.')
    await next()
  })
  app.get('/', (c) => stop(c, 403, 'Underpin is not set up yet', 'Open the link that it printed when it started.'))
  app.get('/setup', (c) => {
    const given = c.req.query('token')
    if (given !== undefined) {
      if (isTokenUsed || c.req.method !== 'GET' || !same(given, token)) return refused(c)
      isTokenUsed = true
      session = randomBytes(24).toString('base64url')
      // Lax: the way back from GitHub is a cross-site navigation.
      setCookie(c, cookieName, session, { httpOnly: true, sameSite: 'Lax', path: '/setup', secure: isHttps(c), maxAge: 3_600 })
      return c.redirect('/setup', 303)
    }
    if (!isOperator(c)) return refused(c)
    const asked = c.req.query('publicUrl')
    const organization = c.req.query('organization')?.trim() ?? ''
    const publicUrl = (asked ?? config.server.publicUrl ?? guessedUrl(c)).trim().replace(/\/+$/, '')
    const problem = asked === undefined ? null : wrong(publicUrl, organization)
    if (asked === undefined || problem !== null)
      return c.html(startPage({ missing: config.missing, publicUrl, organization, problem }), problem === null ? 200 : 400)
    state = randomBytes(24).toString('base64url')
    const place = organization === '' ? '' : `/organizations/${organization}`
    return c.html(
      reviewPage({
        action: `${config.githubHost.webUrl}${place}/settings/apps/new?state=${state}`,
        manifest: JSON.stringify(appManifest(appFile, publicUrl, config.server.webhookPath)),
        webhookUrl: `${publicUrl}${config.server.webhookPath}`,
        owner: organization === '' ? 'your own account' : organization,
        permissions: appFile.reasons,
        events: appFile.default_events,
      }),
    )
  })
  app.get('/setup/callback', async (c) => {
    if (!isOperator(c)) return refused(c)
    const expected = state
    state = null
    if (expected === null || !same(c.req.query('state') ?? '', expected)) {
      return stop(c, 400, 'This answer was not asked for', 'Go back to the first step and try again; each try works once.')
    }
    const made = await convertManifest(fetch, config.githubHost.baseUrl, c.req.query('code') ?? '')
    if (typeof made === 'string') {
      log.warn({ problem: made }, 'app not created')
      return stop(c, 502, 'GitHub did not hand over the app', `${made} Go back to the first step and try again.`)
    }
    const file = await store(made)
    isDone = true
    log.info({ appId: made.id, slug: made.slug, file }, 'app created')
    return c.html(donePage({ name: made.name, installUrl: `${made.html_url}/installations/new`, file }))
  })
  app.notFound((c) => stop(c, 404, 'There is nothing here', 'Underpin is not set up yet: open the link that it printed when it started.'))
  app.onError((error, c) => {
    log.error({ err: error }, 'set-up page broke')
    return c.html(stopPage({ title: 'Something went wrong', text: 'The log of this process says what.' }), 500)
  })
  return { app, token }

  function refused(c: Context) {
    return stop(c, 403, 'This link is not valid', 'It works once, in one browser, until Underpin starts again. Start it again for a new one.')
  }
}

/** Compares hashes, so that neither content nor length can be learned from the time it takes. */
function same(a: string, b: string): boolean {
  const hash = (text: string) => createHash('sha256').update(text).digest()
  return timingSafeEqual(hash(a), hash(b))
}

function wrong(publicUrl: string, organization: string): string | null {
  const url = URL.canParse(publicUrl) ? new URL(publicUrl) : null
  const isLocal = url !== null && ['localhost', '127.0.0.1'].includes(url.hostname)
  if (url === null || url.username !== '' || url.search !== '' || url.hash !== '') return 'The address is not one: write it like https://underpin.example.com'
  if (url.protocol !== 'https:' && !(isLocal && url.protocol === 'http:')) return 'The address has to begin with https://'
  if (organization !== '' && !/^[A-Za-z0-9-]{1,39}$/.test(organization)) return 'That is not the name of an organisation on GitHub'
  return null
}

function isHttps(c: Context): boolean {
  return c.req.header('x-forwarded-proto') === 'https' || new URL(c.req.url).protocol === 'https:'
}

function guessedUrl(c: Context): string {
  return `${isHttps(c) ? 'https' : 'http'}://${new URL(c.req.url).host}`
}
