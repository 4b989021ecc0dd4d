/** Tokens: trades a challenge, and a credential where one may be used, for a bearer token, and keeps it while it lasts. */
import { Fault } from '../../domain/fault.ts'
import type { Http } from '../http/index.ts'
import type { Challenge } from './challenge.ts'
import { basicAuthorization, identityTokenUser, mayVisit, missingCredential, type StoredCredential } from './credentials.ts'
import { readToken } from './schema.ts'

type Bearer = Extract<Challenge, { kind: 'bearer' }>

/** All that a token depends on. */
export type TokenQuestion = {
  readonly challenge: Bearer
  /** As the registry's name is written: `docker.io`. */
  readonly registry: string
  /** `host:port` at which the registry is reached. */
  readonly endpointHost: string
  /** `repository:library/python:pull` */
  readonly scope: string
  readonly credential: StoredCredential | null
}

/** The tokens of one client. */
export type Tokens = {
  /**
   * A token, from memory until shortly before it expires; concurrent equal questions are asked once. Faults: `unauthorized` (login refused, or the realm is
   * not a host that may see the credential), `invalid` (the realm is no https URL, or the answer no token), and those of `Http.request`.
   */
  token(question: TokenQuestion): Promise<string>
  /** Forgets a token that the registry did not take. */
  forget(question: TokenQuestion): void
}

const longestAnswer = 64 * 1024

/** `isInsecure` names the hosts that the operator lets us ask over plain http; `onSent` counts requests. */
export function createTokens(
  http: Http,
  more: { readonly isInsecure: (host: string) => boolean; readonly now: () => Date; readonly onSent: () => void },
): Tokens {
  const kept = new Map<string, { readonly token: Promise<string>; expiresAt: number }>()

  async function ask(question: TokenQuestion, entry: { expiresAt: number }): Promise<string> {
    const { challenge, registry, credential, scope } = question
    const realm = realmOf(question, more.isInsecure)
    const parameters = new URLSearchParams({ ...(challenge.service === null ? {} : { service: challenge.service }), scope })
    const oauth = credential?.username === identityTokenUser
    const url = new URL(realm)
    if (oauth) {
      parameters.set('grant_type', 'refresh_token')
      parameters.set('client_id', 'underpin')
      parameters.set('refresh_token', credential.password)
    } else for (const [name, value] of parameters) url.searchParams.append(name, value)
    const authorization = credential === null ? {} : { authorization: basicAuthorization(credential) }
    const headers = oauth ? { 'content-type': 'application/x-www-form-urlencoded' } : authorization
    const asked = more.now().getTime()
    const answer = await http.request({
      method: oauth ? 'POST' : 'GET',
      url,
      headers: { accept: 'application/json', ...headers },
      ...(oauth ? { body: parameters.toString() } : {}),
      maxBytes: longestAnswer,
      redirects: 0,
      onSent: more.onSent,
    })
    const fault = (kind: Fault['kind'], text: string) => new Fault(kind, text, { host: realm.host })
    if (answer.status === 401 || answer.status === 403) {
      const advice = credential === null ? `it gives no anonymous access; ${missingCredential(registry)}` : `check the credential for ${registry}`
      throw fault('unauthorized', `${realm.host} gave no token for ${scope}: ${advice}`)
    }
    if (answer.status === 429) throw fault('rate-limited', `${realm.host} limits how often we may ask for tokens; try again later`)
    if (answer.status >= 500) throw fault('transient', `${realm.host} answered ${answer.status} when asked for a token; try again later`)
    const given = answer.status === 200 ? readToken(answer.body) : null
    if (given === null) throw fault('invalid', `${realm.host} answered ${answer.status} without a token; redirects are not followed there`)
    entry.expiresAt = asked + given.expiresInSeconds * 1000 - 10_000
    return given.token
  }

  return {
    token(question) {
      const key = keyOf(question)
      const known = kept.get(key)
      if (known !== undefined && known.expiresAt > more.now().getTime()) return known.token
      if (kept.size >= 10_000) kept.clear()
      const timing = { expiresAt: Number.POSITIVE_INFINITY }
      const token = ask(question, timing)
      const entry = Object.assign(timing, { token })
      kept.set(key, entry)
      token.catch(() => {
        if (kept.get(key) === entry) kept.delete(key)
      })
      return token
    },
    forget: (question) => void kept.delete(keyOf(question)),
  }
}

/** Nothing that is told to one credential is found under another. */
function keyOf({ challenge, endpointHost, scope, credential }: TokenQuestion): string {
  return JSON.stringify([credential?.id ?? null, endpointHost, challenge.realm, challenge.service, scope])
}

/** The realm as a URL that this question may be put to. A registry's answer can name any host: a credential goes only where it was configured to go. */
function realmOf(question: TokenQuestion, isInsecure: (host: string) => boolean): URL {
  const { challenge, credential, endpointHost, registry } = question
  const refuse = (kind: Fault['kind'], text: string) => new Fault(kind, text, { host: registry })
  if (!URL.canParse(challenge.realm)) throw refuse('invalid', `${registry} names a token server that is no URL; nothing was sent`)
  const realm = new URL(challenge.realm)
  if (realm.username !== '' || realm.password !== '') throw refuse('invalid', `${registry} names a token server with a login in its URL; nothing was sent`)
  const secure = realm.protocol === 'https:' || (realm.protocol === 'http:' && isInsecure(realm.host) && isInsecure(endpointHost))
  if (!secure) throw refuse('invalid', `${registry} asks for tokens over ${realm.protocol.replace(':', '')} at ${realm.host}; only https is used`)
  if (credential !== null && !mayVisit(credential, realm, endpointHost)) {
    throw refuse(
      'unauthorized',
      `${registry} sends us to ${realm.host} for a token, but its credential is not tied to that host; if it may go there, set tokenHost`,
    )
  }
  realm.hash = ''
  return realm
}
