/** Looks at what the configuration alone shows: the webhook secret, and where registry credentials would go. */
import type { Config } from '../config.ts'
import { fail, type Finding, ok, type Probe, warn } from './probe.ts'

/** The secret was judged when the configuration was read; what remains is whether a rotation was left half done. */
export function secretProbe(config: Pick<Config, 'github'>): Probe {
  return {
    name: 'webhook secret',
    async check() {
      if (config.github === null) return warn('there is none, webhooks are refused', 'It comes with the app')
      return config.github.webhookSecrets.length === 1
        ? ok('long enough and not a known one')
        : warn('two are accepted: a rotation is under way', 'Unset WEBHOOK_SECRET_PREVIOUS once GitHub signs with the new one')
    },
  }
}

/** Where Docker Hub's name and its registry differ. */
const apiHosts: Readonly<Record<string, string>> = { 'docker.io': 'registry-1.docker.io' }

/** Asks each registry, without the password, which token host it names: a credential goes to its registry and its `tokenHost` only. */
export function registriesProbe(config: Pick<Config, 'credentials' | 'registries'>, send: typeof fetch): Probe {
  const one = async ({ id, registry, tokenHost }: Config['credentials'][number]): Promise<Finding> => {
    const plain = config.registries.some(({ host, insecure }) => host === registry && insecure)
    let response: Response
    try {
      response = await send(`${plain ? 'http' : 'https'}://${apiHosts[registry] ?? registry}/v2/`)
    } catch {
      return fail(`credential ${id}: ${registry} cannot be reached`, 'Check the host; a registry on a private address needs allowPrivate under registries')
    }
    const realm = /^bearer .*realm="([^"]+)"/i.exec(response.headers.get('www-authenticate') ?? '')?.[1]
    if (realm === undefined || !URL.canParse(realm)) return ok(`credential ${id}: ${registry} answers`)
    const { host, protocol } = new URL(realm)
    if (protocol !== 'https:' && !plain) return fail(`credential ${id}: ${registry} wants the password without TLS`, 'Ask whoever runs it')
    if (host === (tokenHost ?? registry)) return ok(`credential ${id}: ${registry}, tokens from ${host}`)
    return fail(`credential ${id}: ${registry} names ${host} for tokens, which is not configured`, `Add tokenHost: ${host} if you trust it with the password`)
  }
  return {
    name: 'registries',
    async check() {
      if (config.credentials.length === 0) return ok('no credentials, public images only')
      return await Promise.all(config.credentials.map(one))
    },
  }
}
