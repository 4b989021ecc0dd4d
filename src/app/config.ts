/** The configuration: `config/default.yml`, under the operator's file, under the environment. The only reader of `process.env`. */
import { readFileSync } from 'node:fs'
import { homedir } from 'node:os'
import path from 'node:path'
import type { WorkKind } from '../domain/due-work.ts'
import { readSettings } from './config/file.ts'
import { findApp, type GithubApp } from './config/github-app.ts'
import { type ConfigProblem, ConfigProblems } from './config/problem.ts'
import type { FileSettings } from './config/schema.ts'
import { packageFile } from './package-files.ts'

export { type ConfigProblem, ConfigProblems } from './config/problem.ts'
export { type GithubApp, storedAppPath } from './config/github-app.ts'

/** A credential for one registry, and for whom it may be used. */
export type RegistryCredential = {
  readonly id: string
  readonly registry: string
  /** The host that hands out tokens, where it is not the registry itself. */
  readonly tokenHost: string | null
  readonly username: string
  readonly password: string
  readonly installations: 'all' | readonly number[]
}

export type Config = Omit<FileSettings, 'server' | 'queue' | 'github' | 'credentials' | 'concurrency'> & {
  /** Null while no app is configured: set-up mode. */
  readonly github: GithubApp | null
  /** What a configured app would need, in the words of the environment. */
  readonly missing: readonly string[]
  readonly githubHost: FileSettings['github']
  readonly server: FileSettings['server']
  /** Null: the embedded PostgreSQL in `dataDir`. */
  readonly databaseUrl: string | null
  /** Null: the queue lives in the database. */
  readonly redisUrl: string | null
  readonly allowInsecureRedis: boolean
  readonly concurrency: Readonly<Record<WorkKind, number>>
  readonly credentials: readonly RegistryCredential[]
  /** Every secret that we know the value of, for redaction. */
  readonly secrets: readonly string[]
}

/** Gives a file's text; throws where it cannot be read. */
export type ReadFile = (file: string) => string

/** The configuration of this process. Raises `ConfigProblems`. */
export function readConfig(): Config {
  return loadConfig(process.env, (file) => readFileSync(file, 'utf8'))
}

/** The text of the person's Docker `config.json` (`DOCKER_CONFIG`, else `~/.docker`), or null where there is none. */
export function readDockerConfig(): { readonly file: string; readonly text: string } | null {
  const file = path.join(process.env['DOCKER_CONFIG'] || path.join(homedir(), '.docker'), 'config.json')
  try {
    return { file, text: readFileSync(file, 'utf8') }
  } catch {
    return null
  }
}

/** Reads `env` and the files it names. Raises `ConfigProblems` with everything that is wrong; GitHub credentials that are absent are not. */
export function loadConfig(env: NodeJS.ProcessEnv, readFile: ReadFile): Config {
  const read = (file: string): string | null => {
    try {
      return readFile(file)
    } catch {
      return null
    }
  }
  const settings = fileSettings(env, read)
  const problems: ConfigProblem[] = []
  const fromEnv = (name: string, test: (value: string) => boolean, expected: string): string | null => {
    const value = env[name]
    if (!value) return null
    if (test(value)) return value
    problems.push({ where: name, message: `expected ${expected}`, fix: `Correct ${name} or unset it` })
    return null
  }
  const web = (value: string) => URL.canParse(value) && /^https?:$/.test(new URL(value).protocol)
  const databaseUrl = fromEnv('DATABASE_URL', (value) => /^postgres(ql)?:\/\/./.test(value), 'postgres://user:password@host/database')
  const redisUrl = fromEnv(
    'REDIS_URL',
    (value) => URL.canParse(value) && /^rediss?:$/.test(new URL(value).protocol),
    'redis://127.0.0.1:6379 or rediss://:password@host:port',
  )
  const port = fromEnv('PORT', (value) => /^\d{1,5}$/.test(value) && Number(value) < 65_536, 'a port number')
  const publicUrl = fromEnv('UNDERPIN_PUBLIC_URL', web, 'an address that begins with https://')
  const baseUrl = fromEnv('GITHUB_API_URL', web, 'https://api.github.com or https://HOST/api/v3')
  const webUrl = fromEnv('GITHUB_WEB_URL', web, 'https://github.com or https://HOST')
  const level = fromEnv('LOG_LEVEL', (value) => /^(trace|debug|info|warn|error|fatal)$/.test(value), 'trace, debug, info, warn, error or fatal')
  const dataDir = path.resolve(env['UNDERPIN_DATA_DIR'] || settings.dataDir)
  const found = findApp(env, dataDir, read)
  const credentials = settings.credentials.map((credential) => withPassword(credential, env, read, problems))
  problems.push(...found.problems, ...repeated(settings.credentials))
  if (problems.length > 0) throw new ConfigProblems(problems)
  const { server, queue, github, ...rest } = settings
  return {
    ...rest,
    server: {
      ...server,
      host: env['HOST'] || server.host,
      port: port === null ? server.port : Number(port),
      publicUrl: trimmed(publicUrl) ?? server.publicUrl,
    },
    githubHost: { ...github, baseUrl: trimmed(baseUrl) ?? github.baseUrl, webUrl: trimmed(webUrl) ?? github.webUrl },
    dataDir,
    databaseUrl,
    redisUrl,
    allowInsecureRedis: queue.allowInsecureRedis || env['UNDERPIN_ALLOW_INSECURE_REDIS'] === 'true',
    log: { level: (level ?? rest.log.level) as FileSettings['log']['level'] },
    github: found.app,
    missing: found.missing,
    credentials,
    secrets: [
      ...(found.app ? [found.app.privateKey, ...found.app.webhookSecrets] : []),
      ...credentials.map(({ password }) => password),
      ...passwords(databaseUrl, redisUrl),
    ],
  }
}

function fileSettings(env: NodeJS.ProcessEnv, read: (file: string) => string | null): FileSettings {
  const file = env['UNDERPIN_CONFIG']
  const operator = file ? read(file) : ''
  if (operator === null) {
    throw new ConfigProblems([{ where: 'UNDERPIN_CONFIG', message: `there is no file ${file}, or we may not read it`, fix: 'Correct the path or unset it' }])
  }
  const { settings, problems } = readSettings(packageFile('config/default.yml'), operator, file || 'config/default.yml')
  if (settings === null) throw new ConfigProblems(problems)
  return settings
}

function withPassword(
  { passwordFile, passwordEnv, tokenHost, ...credential }: FileSettings['credentials'][number],
  env: NodeJS.ProcessEnv,
  read: (file: string) => string | null,
  problems: ConfigProblem[],
): RegistryCredential {
  const password = (passwordFile ? read(passwordFile)?.replace(/\r?\n$/, '') : env[passwordEnv ?? '']) ?? ''
  if (password === '') {
    problems.push({
      where: passwordFile ?? passwordEnv ?? credential.id,
      message: `the password of credential ${credential.id} is empty or cannot be read`,
      fix: 'Put it there, or remove the credential',
    })
  }
  return { ...credential, tokenHost: tokenHost ?? null, password }
}

function repeated(credentials: FileSettings['credentials']): readonly ConfigProblem[] {
  const ids = credentials.map(({ id }) => id)
  return ids
    .filter((id, at) => ids.indexOf(id) !== at)
    .map((id) => ({ where: 'credentials', message: `two credentials are called ${id}`, fix: 'Give each its own id: what we learn is kept apart by it' }))
}

function passwords(...urls: readonly (string | null)[]): readonly string[] {
  return urls.flatMap((url) => {
    const written = url !== null && URL.canParse(url) ? new URL(url).password : ''
    return written === '' ? [] : [...new Set([written, safeDecode(written)])]
  })
}

function safeDecode(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    return text
  }
}

function trimmed(url: string | null): string | null {
  return url === null ? null : url.replace(/\/+$/, '')
}
