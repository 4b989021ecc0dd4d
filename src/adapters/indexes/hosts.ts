/** Which hosts may be asked for package indexes: an image's source list is hostile and chooses nothing that is not the distribution's own. */

/** Who may be asked. */
export type HostRules = {
  /** Domains of the distribution's archives (`debian.org`): they and what lies below them, by HTTPS. */
  readonly domains: readonly string[]
  /** What the operator adds: `host` or `host:port`, asked by HTTPS, or `http://host:port`, asked as it stands there. */
  readonly allowHosts: readonly string[]
}

/**
 * The URL to ask instead of `uri`, or null where its host may not be asked. Plain http becomes https, but for hosts that the operator named with `http://`.
 * Null too for other schemes (`cdrom:`, `mirror+http:`), credentials, queries, and ports that nobody allowed.
 */
export function askable(uri: string, rules: HostRules): URL | null {
  if (!URL.canParse(uri)) return null
  const url = new URL(uri)
  if ((url.protocol !== 'http:' && url.protocol !== 'https:') || url.username !== '' || url.password !== '' || url.search !== '' || url.hash !== '') return null
  if (rules.allowHosts.includes(url.origin) && url.protocol === 'http:') return url
  const isOwn = url.port === '' && rules.domains.some((domain) => url.hostname === domain || url.hostname.endsWith(`.${domain}`))
  if (!isOwn && !rules.allowHosts.includes(url.host)) return null
  url.protocol = 'https:'
  return url
}

/** `path`, relative and with `/`, below the folder `root`, which the empty path is; null where it leads out of it or is no plain path. */
export function below(root: URL, path: string): URL | null {
  const steps = path === '' ? [] : path.split('/')
  if (steps.some((step) => step === '.' || step === '..' || !/^[\x21-\x7e]+$/.test(step))) return null
  const folder = root.pathname.split('/').filter((step) => step !== '')
  const url = new URL(root)
  url.pathname = `/${[...folder, ...steps.map(encodeURIComponent)].join('/')}`
  return url
}
