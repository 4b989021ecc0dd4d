/** The GitHub App's credentials: from the environment, or from the file that the set-up page wrote. */
import { createPrivateKey } from 'node:crypto'
import path from 'node:path'
import { z } from 'zod'
import type { ConfigProblem } from './problem.ts'
import { weakSecret } from './webhook-secret.ts'

export type GithubApp = {
  readonly appId: number
  /** PEM. */
  readonly privateKey: string
  /** The first signs what is new; a second is accepted while it is rotated. */
  readonly webhookSecrets: readonly [string, ...string[]]
}

/** What the set-up page stores, the used part of GitHub's answer to a manifest conversion. */
export const storedAppSchema = z.object({
  id: z.int().min(1),
  pem: z.string().min(1),
  webhook_secret: z.string().nullable(),
  slug: z.string().optional(),
  html_url: z.string().optional(),
})

/** Where the set-up page stores the app. */
export function storedAppPath(dataDir: string): string {
  return path.join(dataDir, 'github-app.json')
}

/** The app, or what is missing for one, or what is wrong with it. */
export type FoundApp = { readonly app: GithubApp | null; readonly missing: readonly string[]; readonly problems: readonly ConfigProblem[] }

const newSecret = 'Make one with `openssl rand -hex 32`, and set it here and in the app’s settings on GitHub'

/** `read` gives a file's text, or null where there is none. */
export function findApp(env: NodeJS.ProcessEnv, dataDir: string, read: (file: string) => string | null): FoundApp {
  if (env['APP_ID'] || env['PRIVATE_KEY'] || env['PRIVATE_KEY_PATH']) return fromEnvironment(env, read)
  const file = storedAppPath(dataDir)
  const text = read(file)
  if (text === null) return { app: null, missing: ['APP_ID', 'PRIVATE_KEY or PRIVATE_KEY_PATH', 'WEBHOOK_SECRET'], problems: [] }
  const stored = parseStored(text)
  if (!stored)
    return broken({
      where: file,
      message: 'is not what the set-up page writes',
      fix: 'Remove it and run the set-up again, or set APP_ID, PRIVATE_KEY and WEBHOOK_SECRET',
    })
  return checked(String(stored.id), stored.pem, env['WEBHOOK_SECRET'] || stored.webhook_secret || '', env['WEBHOOK_SECRET_PREVIOUS'], file)
}

function fromEnvironment(env: NodeJS.ProcessEnv, read: (file: string) => string | null): FoundApp {
  const keyFile = env['PRIVATE_KEY_PATH']
  const fromFile = keyFile ? read(keyFile) : null
  if (keyFile && fromFile === null)
    return broken({ where: 'PRIVATE_KEY_PATH', message: `there is no file ${keyFile}, or we may not read it`, fix: 'Name the .pem file that GitHub made' })
  const key = env['PRIVATE_KEY'] || fromFile
  const missing = [env['APP_ID'] ? null : 'APP_ID', key ? null : 'PRIVATE_KEY or PRIVATE_KEY_PATH'].filter((name) => name !== null)
  if (missing.length > 0) return { app: null, missing: env['WEBHOOK_SECRET'] ? missing : [...missing, 'WEBHOOK_SECRET'], problems: [] }
  return checked(env['APP_ID'] ?? '', key ?? '', env['WEBHOOK_SECRET'] ?? '', env['WEBHOOK_SECRET_PREVIOUS'], 'environment')
}

function checked(appId: string, key: string, secret: string, previous: string | undefined, source: string): FoundApp {
  const inEnvironment = source === 'environment'
  const problems: ConfigProblem[] = []
  if (!/^[1-9]\d{0,15}$/.test(appId))
    problems.push({
      where: inEnvironment ? 'APP_ID' : source,
      message: 'the app id is not a number',
      fix: 'It stands at the top of the app’s settings on GitHub',
    })
  const privateKey = pem(key)
  if (privateKey === null)
    problems.push({
      where: inEnvironment ? 'PRIVATE_KEY' : source,
      message: 'the private key is not a PEM key',
      fix: 'Generate a private key in the app’s settings and give the whole file',
    })
  const weak = secret === '' ? 'is missing: anybody could send us webhooks' : weakSecret(secret)
  if (weak) problems.push({ where: inEnvironment ? 'WEBHOOK_SECRET' : source, message: `the webhook secret ${weak}`, fix: newSecret })
  const weakPrevious = previous ? weakSecret(previous) : null
  if (weakPrevious)
    problems.push({ where: 'WEBHOOK_SECRET_PREVIOUS', message: `the webhook secret ${weakPrevious}`, fix: 'Remove it once GitHub signs with the new one' })
  if (problems.length > 0 || privateKey === null) return { app: null, missing: [], problems }
  return { app: { appId: Number(appId), privateKey, webhookSecrets: previous ? [secret, previous] : [secret] }, missing: [], problems }
}

/** PEM as it is, with `\n` written out, or in base64, as hosting panels force people to write it. Null when it is none. */
function pem(text: string): string | null {
  const written = text.includes('-----BEGIN') ? text.replaceAll(String.raw`\n`, '\n') : Buffer.from(text, 'base64').toString('utf8')
  try {
    createPrivateKey(written)
    return written
  } catch {
    return null
  }
}

function parseStored(text: string): z.infer<typeof storedAppSchema> | null {
  try {
    return storedAppSchema.parse(JSON.parse(text))
  } catch {
    return null
  }
}

function broken(problem: ConfigProblem): FoundApp {
  return { app: null, missing: [], problems: [problem] }
}
