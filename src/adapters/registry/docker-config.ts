/** Docker's `config.json`: the logins that a person already has (https://docs.docker.com/reference/cli/docker/login/). */
import { identityTokenUser, type StoredCredential } from './credentials.ts'
import { isRecord, text } from './schema.ts'

/** What could be read, and sentences about what could not. */
export type DockerConfig = { readonly credentials: readonly StoredCredential[]; readonly problems: readonly string[] }

/** Names that Docker Hub has had in this file. */
const hubNames = new Set(['index.docker.io', 'registry-1.docker.io', 'registry.hub.docker.com', 'docker.io', 'hub.docker.com'])

/**
 * Reads the text of a `config.json`; `fileName` is for messages. Total: a broken entry is a problem, not a fault. Credential helpers are programs, and
 * Underpin runs none: they are named as problems. The credentials belong to no installation; they serve the person at the command line.
 */
export function loadDockerConfig(content: string, fileName: string): DockerConfig {
  let json: unknown
  try {
    json = JSON.parse(content)
  } catch {
    return { credentials: [], problems: [`${fileName} is not JSON; no registry logins were read from it`] }
  }
  if (!isRecord(json)) return { credentials: [], problems: [`${fileName} is not a JSON object; no registry logins were read from it`] }
  const credentials: StoredCredential[] = []
  const problems = helperProblems(json, fileName)
  for (const [key, entry] of Object.entries(isRecord(json['auths']) ? json['auths'] : {})) {
    const registry = registryOfKey(key)
    const login = isRecord(entry) ? loginOf(entry) : null
    // An empty entry is how Docker notes that the login is kept in the credsStore.
    if (login === null && isRecord(entry) && Object.keys(entry).length === 0) continue
    if (login === null) problems.push(`${fileName}: the entry for ${registry} holds no login that can be read`)
    else if (!credentials.some((known) => known.registry === registry)) {
      credentials.push({ id: `docker-config:${registry}`, registry, installations: [], ...login })
    }
  }
  return { credentials, problems }
}

/** `https://index.docker.io/v1/` → `docker.io`; `https://ghcr.io/v2/` → `ghcr.io`; a path prefix (`ghcr.io/acme`) is kept. */
export function registryOfKey(key: string): string {
  const plain = key
    .trim()
    .replace(/^https?:\/\//i, '')
    .replace(/\/+$/, '')
    .replace(/\/v[12]$/, '')
  const [host = '', ...path] = plain.split('/')
  const name = hubNames.has(host.toLowerCase()) ? 'docker.io' : host.toLowerCase()
  return [name, ...path].join('/')
}

function loginOf(entry: Record<string, unknown>): { username: string; password: string } | null {
  const token = text(entry['identitytoken'])
  if (token !== null) return { username: identityTokenUser, password: token }
  const decoded = Buffer.from(text(entry['auth']) ?? '', 'base64').toString('utf8')
  const colon = decoded.indexOf(':')
  // Docker pads the password with NUL in old files.
  if (colon > 0) return { username: decoded.slice(0, colon), password: decoded.slice(colon + 1).replace(/\0+$/, '') }
  const username = text(entry['username'])
  const password = text(entry['password'])
  return username === null || password === null ? null : { username, password }
}

function helperProblems(json: Record<string, unknown>, fileName: string): string[] {
  const advice = 'Underpin never runs credential helpers; give it the login in its own configuration, or a file with "auths"'
  const store = text(json['credsStore'])
  const helpers = isRecord(json['credHelpers']) ? Object.keys(json['credHelpers']) : []
  return [
    ...(store === null ? [] : [`${fileName} keeps its logins in the helper "${store}": ${advice}`]),
    ...helpers.map((host) => `${fileName} uses a credential helper for ${host}: ${advice}`),
  ]
}
