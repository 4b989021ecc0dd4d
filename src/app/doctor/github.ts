/** Asks GitHub who we are, and compares what was granted with `app.yml`. */
import { createSign } from 'node:crypto'
import { z } from 'zod'
import type { AppFile } from '../app-manifest.ts'
import type { Config } from '../config.ts'
import { fail, type Finding, ok, type Probe, warn } from './probe.ts'

const appAnswer = z.object({ slug: z.string(), permissions: z.record(z.string(), z.string()), events: z.array(z.string()) })

/** GitHub accepts a token for ten minutes and one minute of disagreement. */
const skewWarnMs = 20_000
const skewFailMs = 60_000

/** What the probe works with. */
export type GithubProbeParts = {
  readonly config: Pick<Config, 'github' | 'missing' | 'githubHost'>
  readonly appFile: AppFile
  /** The guarded client's. */
  readonly send: typeof fetch
  readonly now: () => Date
}

/** `GET /app` with a token of our own: credentials, clock, permissions, events. */
export function githubProbe({ config, appFile, send, now }: GithubProbeParts): Probe {
  return {
    name: 'github',
    async check() {
      const app = config.github
      if (app === null) return warn(`no app is configured: ${config.missing.join(', ')} missing`, 'Run `npm start` and open the link it prints')
      const { host } = new URL(config.githubHost.baseUrl)
      const before = now()
      let response: Response
      try {
        response = await send(`${config.githubHost.baseUrl}/app`, {
          headers: { accept: 'application/vnd.github+json', authorization: `Bearer ${appToken(app, before)}` },
        })
      } catch {
        return fail(`${host} cannot be reached`, 'Check the network, a proxy, and github.allowPrivate for a GitHub Enterprise Server on a private address')
      }
      const clock = clockFinding(response.headers.get('date'), before, now())
      if (response.status === 401)
        return [...clock, fail(`${host} does not accept app ${app.appId} with this key`, 'Check APP_ID and the private key; a deleted key has to be replaced')]
      const parsed = response.ok ? appAnswer.safeParse(await response.json().catch(() => null)) : null
      if (!parsed?.success)
        return [...clock, fail(`${host} answered ${response.status}`, 'Check github.baseUrl: https://api.github.com, or https://HOST/api/v3')]
      return [ok(`app ${parsed.data.slug} (${app.appId}) on ${host}`), ...clock, ...granted(appFile, parsed.data)]
    },
  }
}

/** How GitHub's `Date` and our clock agree, given when we asked and when the answer came. Exported for its test. */
export function clockFinding(date: string | null, before: Date, after: Date): readonly Finding[] {
  const theirs = Date.parse(date ?? '')
  if (Number.isNaN(theirs)) return []
  // Their clock is cut to the second.
  const skewMs = Math.max(before.getTime() - (theirs + 1_000), theirs - after.getTime(), 0)
  if (skewMs <= skewWarnMs) return [ok('the clock agrees with GitHub’s')]
  const text = `the clock differs from GitHub’s by ${Math.round(skewMs / 1000)} seconds`
  const fix = 'Set the clock with NTP: GitHub refuses tokens from another minute'
  return [skewMs > skewFailMs ? fail(text, fix) : warn(text, fix)]
}

function granted(wanted: AppFile, given: z.infer<typeof appAnswer>): readonly Finding[] {
  const lacking = Object.entries(wanted.default_permissions).filter(([name, access]) => !covers(given.permissions[name], access))
  const missing = wanted.default_events.filter((event) => !given.events.includes(event))
  const beyond = Object.entries(given.permissions).filter(([name, access]) => !covers(wanted.default_permissions[name], access))
  const list = (entries: readonly (readonly [string, string])[]) => entries.map(([name, access]) => `${name}: ${access}`).join(', ')
  const findings = [
    lacking.length === 0 ? null : warn(`permissions lack ${list(lacking)}`, 'Grant them in the app’s settings; every installation then has to accept them'),
    missing.length === 0
      ? null
      : warn(`events lack ${missing.join(', ')}`, 'Subscribe to them in the app’s settings; until then the next reconciliation notices instead'),
    beyond.length === 0 ? null : warn(`permissions beyond what is used: ${list(beyond)}`, 'Take them away in the app’s settings'),
  ].filter((finding) => finding !== null)
  return findings.length === 0 ? [ok('permissions and events are those of app.yml')] : findings
}

function covers(given: string | undefined, wanted: string): boolean {
  return given === wanted || given === 'admin' || (given === 'write' && wanted === 'read')
}

/** A token of the app itself (https://docs.github.com/en/apps/creating-github-apps/authenticating-with-a-github-app/generating-a-json-web-token-jwt-for-a-github-app). */
function appToken(app: NonNullable<Config['github']>, at: Date): string {
  const seconds = Math.floor(at.getTime() / 1000)
  const part = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url')
  const text = `${part({ alg: 'RS256', typ: 'JWT' })}.${part({ iat: seconds - 60, exp: seconds + 540, iss: String(app.appId) })}`
  return `${text}.${createSign('RSA-SHA256').update(text).sign(app.privateKey, 'base64url')}`
}
