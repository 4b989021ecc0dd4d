/** Installation tokens: one for reading, and narrow ones for writing (https://docs.github.com/rest/apps/apps#create-an-installation-access-token-for-an-app). */
import { createAppAuth } from '@octokit/auth-app'
import { isFault } from '../../domain/fault.ts'
import { createAppJwt } from './app-jwt.ts'
import { translate, type Request } from './transport.ts'

/** Names as the API has them (`pull_requests`). */
export type Permissions = Readonly<Record<string, 'read' | 'write'>>

/** Tokens by what they are for. None of them is ever shown. */
export type Tokens = {
  /** The app's JWT, to be sent with `appRequest`, which learns from a refusal how GitHub's clock goes: ask for another one then. */
  app(): string
  readonly appRequest: Request
  /** For reading everything that the installation gave us. */
  read(installationId: number): Promise<string>
  /** For writing to `repoId`; covers the batch that it was announced with. */
  write(installationId: number, repoId: number, permissions: Permissions): Promise<string>
  /** These repos are about to be written to: one token will do for them. */
  announce(installationId: number, repoIds: readonly number[]): void
  /** GitHub no longer takes this token. */
  evict(token: string): Promise<void>
}

const batchMs = 3_600_000
const tryWiderAfterMs = 3_600_000
const renewBeforeMs = 5 * 60_000
const mostRepos = 500
const mostAnnounced = 10_000
const mostHeld = 2_000
/** What the app cannot do without; an account may have granted no more, or not yet. */
const readingLittle: Permissions = { metadata: 'read', contents: 'read', pull_requests: 'read' }
const reading: Permissions = { metadata: 'read', contents: 'read', pull_requests: 'read', issues: 'read', actions: 'read' }

/** Repos that were looked up together; what is looked up later stands alone again. */
type Batch = { readonly repoIds: readonly number[]; readonly endsAtMs: number }

type Held = { readonly token: string; readonly expiresAtMs: number }

/** Raises (all methods that wait): `unauthorized` (wrong key, suspended, permission not granted), `missing` (uninstalled), `transient`, `rate-limited`. */
export function createTokens(options: {
  readonly appId: string
  readonly privateKey: string
  readonly host: string
  readonly request: Request
  readonly now: () => Date
}): Tokens {
  const held = new Map<string, Promise<Held>>()
  /** Until when less is asked for, ms. */
  const narrow = new Map<number, number>()
  const batches = new Map<number, Batch>()
  /** GitHub's clock less ours, learnt from refusals. */
  let skewMs = 0
  const jwt = () => createAppJwt(options.appId, options.privateKey, new Date(options.now().getTime() + skewMs))
  const appRequest = withSkew(options.request, options.now, (ms) => (skewMs = ms))
  // The JWT is ours: the strategy's own knows of no clock but the machine's.
  const auth = createAppAuth({ appId: options.appId, createJwt: async () => jwt(), request: appRequest })

  async function mint(installationId: number, permissions: Permissions, repoIds: readonly number[]): Promise<Held> {
    const needs = Object.entries(permissions).map(([name, access]) => `${name}: ${access}`)
    const attempt = { host: options.host, what: `get a token for installation ${installationId}`, needs: needs.join(', '), isWrite: false }
    const narrowed = repoIds.length === 0 ? {} : { repositoryIds: [...repoIds] }
    const ask = async () => await auth({ type: 'installation', installationId, permissions, refresh: true, ...narrowed })
    try {
      const before = skewMs
      const { token, expiresAt } = await ask().catch(async (error: unknown) => (skewMs === before ? Promise.reject(error) : await ask()))
      return { token, expiresAtMs: Date.parse(expiresAt) }
    } catch (error) {
      throw translate(attempt, error, options.now())
    }
  }

  async function cached(installationId: number, permissions: Permissions, repoIds: readonly number[]): Promise<string> {
    const key = `${installationId} ${JSON.stringify(permissions)} ${repoIds.join(',')}`
    const pending = held.get(key)
    if (pending !== undefined) {
      const found = await pending
      if (found.expiresAtMs - renewBeforeMs > options.now().getTime() + skewMs) return found.token
      if (held.get(key) !== pending) return await cached(installationId, permissions, repoIds)
    }
    if (held.size > mostHeld) held.clear()
    const asked = mint(installationId, permissions, repoIds)
    held.set(key, asked)
    asked.catch(() => held.get(key) === asked && held.delete(key))
    return (await asked).token
  }

  const batchOf = (repoId: number): Batch | undefined => {
    const batch = batches.get(repoId)
    return batch !== undefined && batch.endsAtMs > options.now().getTime() ? batch : undefined
  }

  return {
    appRequest,
    app: () => jwt().jwt,
    async read(installationId) {
      if ((narrow.get(installationId) ?? 0) <= options.now().getTime()) {
        try {
          return await cached(installationId, reading, [])
        } catch (error) {
          if (!isFault(error) || error.kind !== 'unauthorized' || !isNotGranted(error)) throw error
          narrow.set(installationId, options.now().getTime() + tryWiderAfterMs)
        }
      }
      return await cached(installationId, readingLittle, [])
    },
    async write(installationId, repoId, permissions) {
      const batch = batchOf(repoId)?.repoIds ?? [repoId]
      try {
        return await cached(installationId, permissions, batch)
      } catch (error) {
        // One repo that left the installation spoils the token of the whole batch.
        if (batch.length === 1 || !isFault(error) || (error.kind !== 'invalid' && error.kind !== 'missing')) throw error
        for (const id of batch) batches.delete(id)
        return await cached(installationId, permissions, [repoId])
      }
    },
    announce(_installationId, repoIds) {
      const known = repoIds[0] === undefined ? undefined : batchOf(repoIds[0])
      if (known !== undefined && repoIds.every((id) => batchOf(id) === known)) return
      if (batches.size + repoIds.length > mostAnnounced) batches.clear()
      const sorted = [...new Set(repoIds)].sort((a, b) => a - b)
      for (let at = 0; at < sorted.length; at += mostRepos) {
        const batch = { repoIds: sorted.slice(at, at + mostRepos), endsAtMs: options.now().getTime() + batchMs }
        for (const id of batch.repoIds) batches.set(id, batch)
      }
    },
    async evict(token) {
      for (const [key, pending] of held) {
        const found = await pending.catch(() => null)
        if (found?.token === token && held.get(key) === pending) held.delete(key)
      }
    },
  }
}

function isNotGranted(error: Error): boolean {
  return error.message.includes('permissions requested are not granted')
}

/** `request` that learns the difference of the clocks when GitHub refuses a JWT for its times. */
function withSkew(request: Request, now: () => Date, learn: (skewMs: number) => void): Request {
  const hook = async (send: Request, options: Parameters<Request>[0] & object) => {
    try {
      return await send(options as never)
    } catch (error) {
      const headers = (error as { readonly response?: { readonly headers?: Readonly<Record<string, unknown>> } }).response?.headers
      const serverNow = Date.parse(String(headers?.['date']))
      if ((error as { readonly status?: unknown }).status === 401 && Math.abs(serverNow - now().getTime()) > 20_000) learn(serverNow - now().getTime())
      throw error
    }
  }
  return request.defaults({ request: { hook: hook as never } })
}
