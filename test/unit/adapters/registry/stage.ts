/** A stand-in registry and a client for it, for one test. */
import { onTestFinished } from 'vitest'
import { createHttp, type Http, type HttpOptions } from '../../../../src/adapters/http/index.ts'
import { createRegistry, type RegistryOptions as ClientOptions, type StoredCredential } from '../../../../src/adapters/registry/index.ts'
import type { Registry } from '../../../../src/ports/registry.ts'
import { certificate } from '../../../stand-ins/registry/certificate.ts'
import { type RegistryOptions, type StandInRegistry, startRegistry } from '../../../stand-ins/registry/index.ts'

/** What must never leave the hosts it was configured for. */
export const canary = 'canary-secret'

/** A stand-in that closes with the test. */
export async function standIn(options?: RegistryOptions): Promise<StandInRegistry> {
  const registry = await startRegistry(options)
  onTestFinished(() => registry.close())
  return registry
}

/** A credential `login` for the stand-in. */
export function loginFor(registry: StandInRegistry, more: Partial<StoredCredential> = {}): StoredCredential {
  return { id: 'login', registry: registry.host, username: 'reader', password: canary, installations: 'all', ...more }
}

/** A client that may reach every port of 127.0.0.1 and localhost, and asks `registries` over plain http. */
export function clientFor(
  registries: readonly StandInRegistry[],
  more: Partial<ClientOptions> & { readonly httpOptions?: Partial<HttpOptions> } = {},
): { readonly registry: Registry; readonly http: Http } {
  const { httpOptions, ...options } = more
  const http = createHttp({ allowPrivate: ['127.0.0.1', 'localhost'], userAgent: 'underpin-test', ca: certificate, wait: async () => {}, ...httpOptions })
  onTestFinished(() => http.close())
  const insecure = registries.flatMap(({ host, tokenHost }) => [host, tokenHost].map((name) => ({ host: name, insecure: true })))
  return { registry: createRegistry({ http, credentials: [], registries: insecure, ...options }), http }
}
