/** Which hosts the operator says live on private addresses; to all others the dialler refuses such addresses. */
import type { Config } from './config.ts'

/** `host` or `host:port`, for the HTTP client. */
export function privateHosts(config: Pick<Config, 'registries' | 'githubHost' | 'feeds' | 'packageHosts'>): readonly string[] {
  const github = config.githubHost.allowPrivate ? [new URL(config.githubHost.baseUrl).host] : []
  const mirrors = config.feeds.allowPrivate ? Object.values(config.feeds.origins).map((origin) => new URL(origin).host) : []
  const archives = config.packageHosts.map((host) => host.replace(/^http:\/\//, ''))
  return [...config.registries.filter(({ allowPrivate }) => allowPrivate).map(({ host }) => host), ...github, ...mirrors, ...archives]
}
