/** Registries for a person at the command line: with the logins of the operator's configuration and of Docker's own. */
import { createHttp, type Http } from '../adapters/http/index.ts'
import { createRegistry, loadDockerConfig, oncePerRun } from '../adapters/registry/index.ts'
import type { CredentialGrant } from '../domain/image/scope.ts'
import type { Registry } from '../ports/registry.ts'
import { readConfig, readDockerConfig } from './config.ts'
import { privateHosts } from './private-hosts.ts'
import { userAgent } from './version.ts'

export type RegistryAccess = {
  readonly http: Http
  /** Asks each question once. */
  readonly registry: Registry
  /** All logins; the person may use every one of them. */
  readonly grants: readonly CredentialGrant[]
  /** What could not be read of Docker's configuration, a sentence each. */
  readonly problems: readonly string[]
}

/** Opens nothing before the first question; close `http` when done. Raises `ConfigProblems`. */
export function openRegistryAccess(): RegistryAccess {
  const config = readConfig()
  const docker = readDockerConfig()
  const logins = docker === null ? { credentials: [], problems: [] } : loadDockerConfig(docker.text, docker.file)
  const credentials = [...config.credentials.map((credential) => ({ ...credential, tokenHost: credential.tokenHost ?? undefined })), ...logins.credentials]
  const http = createHttp({ allowPrivate: privateHosts(config), userAgent, connections: 16 })
  const registry = oncePerRun(createRegistry({ http, credentials, registries: config.registries }))
  return { http, registry, grants: credentials, problems: logins.problems }
}
