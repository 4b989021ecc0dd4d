/** Who is asking: app JWTs, and installation tokens with their permissions, repos and hour of life. */
import { createHash, createVerify, randomBytes } from 'node:crypto'
import { notFound, Refusal } from './refusal.ts'
import { type Actor, type AppState, allows, type Installation, type Permissions, type World } from './world.ts'

export type Token = {
  readonly id: string
  readonly secret: string
  readonly installation: Installation
  readonly permissions: Permissions
  /** Null: every repo of the installation, whatever those are at the time. */
  readonly repoIds: ReadonlySet<number> | null
  readonly expiresAt: Date
}

/** Who a request comes from. `tokenId` may be shown; the secret may not. */
export type Caller =
  | { readonly kind: 'nobody'; readonly tokenId: null }
  | { readonly kind: 'app'; readonly tokenId: string; readonly app: AppState }
  | { readonly kind: 'installation'; readonly tokenId: string; readonly token: Token; readonly actor: Actor }

const unauthorized = (message: string) => new Refusal('unauthorized', message)
const decode = (part: string): Record<string, unknown> => JSON.parse(Buffer.from(part, 'base64url').toString()) as Record<string, unknown>

/** The tokens handed out so far. */
export class Tokens {
  readonly #world: World
  readonly #bySecret = new Map<string, Token>()
  constructor(world: World) {
    this.#world = world
  }
  /** Makes an installation token. Raises `Refusal`: 403 suspended, 422 for more than was granted or more than 500 repos. */
  issue(installation: Installation, wish: { repositories?: readonly string[]; repository_ids?: readonly number[]; permissions?: Permissions }): Token {
    if (installation.suspendedAt !== null) throw new Refusal('forbidden', 'This installation has been suspended')
    const asked = [
      ...(wish.repository_ids ?? []),
      ...(wish.repositories ?? []).map((name) => this.#world.repoNamed(installation.account.login, name)?.id ?? -1),
    ]
    if (asked.length > 500) throw new Refusal('unprocessable', 'The maximum number of repositories for a token is 500')
    if (asked.some((id) => !installation.repoIds.has(id))) {
      throw new Refusal('unprocessable', 'There is at least one repository that does not exist or is not accessible to the parent installation.')
    }
    const holder: Actor = { account: installation.app.bot, installation, permissions: installation.permissions, repoIds: 'all' }
    for (const [name, level] of Object.entries(wish.permissions ?? {})) {
      if (!allows(holder, name, level)) throw new Refusal('unprocessable', 'The permissions requested are not granted to this installation.')
    }
    const secret = `ghs_${randomBytes(18).toString('hex')}`
    const token: Token = {
      id: `token-${this.#bySecret.size + 1}`,
      secret,
      installation,
      permissions: { metadata: 'read', ...(wish.permissions ?? installation.permissions) },
      repoIds: asked.length === 0 ? null : new Set(asked),
      expiresAt: new Date(Math.floor(this.#world.now().getTime() / 1000) * 1000 + 3_600_000),
    }
    this.#bySecret.set(secret, token)
    return token
  }
  /** Makes a token worthless at once. */
  revoke(secret: string): void {
    this.#bySecret.delete(secret)
  }
  /** All tokens of an installation die: it was uninstalled, or a test says so. */
  revokeAll(installationId: number): void {
    for (const [secret, token] of this.#bySecret) if (token.installation.id === installationId) this.#bySecret.delete(secret)
  }
  /** Who sends this `authorization` header. Raises `Refusal` 401. */
  caller(header: string | undefined): Caller {
    if (header === undefined) return { kind: 'nobody', tokenId: null }
    const secret = /^(?:bearer|token)\s+(\S+)$/i.exec(header)?.[1]
    if (secret === undefined) throw unauthorized('Bad credentials')
    if (secret.split('.').length === 3) return this.#app(secret)
    const token = this.#bySecret.get(secret)
    if (token === undefined || token.expiresAt <= this.#world.now() || !this.#world.installations.has(token.installation.id))
      throw unauthorized('Bad credentials')
    if (token.installation.suspendedAt !== null) throw new Refusal('forbidden', 'This installation has been suspended')
    const { installation } = token
    const repoIds = token.repoIds === null ? installation.repoIds : new Set([...token.repoIds].filter((id) => installation.repoIds.has(id)))
    return { kind: 'installation', tokenId: token.id, token, actor: { account: installation.app.bot, installation, permissions: token.permissions, repoIds } }
  }
  #app(jwt: string): Caller {
    const [head = '', body = '', signature = ''] = jwt.split('.')
    let claims: Record<string, unknown>
    try {
      if (decode(head).alg !== 'RS256') throw unauthorized('A JSON web token could not be decoded')
      claims = decode(body)
    } catch {
      throw unauthorized('A JSON web token could not be decoded')
    }
    const app = [...this.#world.apps.values()].find((one) => String(one.id) === String(claims.iss) || one.clientId === claims.iss)
    if (app === undefined) throw notFound('Integration not found')
    if (!createVerify('RSA-SHA256').update(`${head}.${body}`).verify(app.publicKey, signature, 'base64url'))
      throw unauthorized('A JSON web token could not be decoded')
    const now = Math.floor(this.#world.now().getTime() / 1000)
    const { iat, exp } = claims
    if (typeof iat !== 'number' || !Number.isInteger(iat) || iat > now) {
      throw unauthorized("'Issued at' claim ('iat') must be an Integer representing the time that the assertion was issued")
    }
    if (typeof exp !== 'number' || !Number.isInteger(exp) || exp <= now) {
      throw unauthorized("'Expiration time' claim ('exp') must be a numeric value representing the future time at which the assertion expires")
    }
    if (exp > now + 600) throw unauthorized("'Expiration time' claim ('exp') is too far in the future")
    return { kind: 'app', tokenId: `jwt-${createHash('sha256').update(jwt).digest('hex').slice(0, 8)}`, app }
  }
}

/** The caller as an actor. Raises `Refusal`: 401 for nobody, 403 for an app's JWT where an installation's token is needed. */
export function needActor(caller: Caller): Actor {
  if (caller.kind === 'nobody') throw unauthorized('Requires authentication')
  if (caller.kind === 'app') throw new Refusal('forbidden', 'You must use an installation access token or personal access token to call this endpoint')
  return caller.actor
}

/** The caller's app. Raises `Refusal` 401 for anything but a JWT. */
export function needApp(caller: Caller): AppState {
  if (caller.kind !== 'app') throw unauthorized('A JSON web token could not be decoded')
  return caller.app
}
