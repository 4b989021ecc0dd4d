/** Asking a registry: the endpoint behind a name, the credential of the scope, and the token flow around every request. */
import { Fault } from '../../domain/fault.ts'
import { formatImageName, type ImageName } from '../../domain/image/reference.ts'
import { publicScope, type Scope } from '../../domain/image/scope.ts'
import type { Http, HttpRequest, HttpResponse, HttpStream } from '../http/index.ts'
import { type Challenge, parseChallenge } from './challenge.ts'
import { basicAuthorization, type StoredCredential } from './credentials.ts'
import { createRateLimits } from './rate-limits.ts'
import { createTokens, type TokenQuestion } from './token.ts'

/** What we know about a registry beyond its name. */
export type RegistryQuirks = {
  /** `host` or `host:port` as image names write it. */
  readonly host: string
  /** `host[:port]` at which it is really reached, where that differs. */
  readonly endpoint?: string | undefined
  /** Plain http. For loopback and closed networks only. */
  readonly insecure?: boolean | undefined
}

/** One request to a registry, before authentication. */
export type Question = {
  readonly method: 'GET' | 'HEAD'
  /** After the repository, with its query: `manifests/3.12`. Or a whole URL on the same origin, for a next page. */
  readonly path: string | URL
  readonly accept: string
  readonly maxBytes: number
  /** No content encoding: for what is hashed. */
  readonly raw: boolean
  readonly headers?: Readonly<Record<string, string>>
  /** Instead of the client's own, ms. */
  readonly totalMs?: number
}

/** Registries as one scope after the other sees them. */
export type Session = {
  /** The registry's answer after the token flow, whatever its status. Faults: those of `Http.request`, of `Tokens.token`, and `unauthorized` for a scope that may not. */
  ask(scope: Scope, image: ImageName, question: Question): Promise<HttpResponse>
  /** The same with the body of the last answer left on the wire, as `Http.stream` does. */
  open(scope: Scope, image: ImageName, question: Omit<Question, 'raw'>): Promise<HttpStream>
  /** The credential that `scope` uses, or null for `public`. Fault: `unauthorized` where there is none, or it is for another registry. */
  credentialOf(scope: Scope, image: ImageName): StoredCredential | null
  urlOf(image: ImageName, path: string): URL
  readonly requests: number
}

const builtIn: readonly RegistryQuirks[] = [{ host: 'docker.io', endpoint: 'registry-1.docker.io' }]

/** The challenge of the first answer; or its fault, which all who ask soon after share: 500 images of a dead registry are one time-out, not 500. */
type Contact = { readonly challenge: Promise<Challenge | null>; failedAt: number | null }

const unreachableMs = 15_000

/** How a question is sent: for a whole answer, or for one whose body stays on the wire and must be dropped where it is not the last. */
type Transport<Answer> = { readonly send: (request: HttpRequest) => Promise<Answer>; readonly drop: (answer: Answer) => Promise<void> }
type Reply = Pick<HttpResponse, 'status' | 'headers' | 'url'>

/** `now` is for the lifetimes of tokens. Registries that `registries` does not name are asked over https at their own name. */
export function createSession(
  http: Http,
  options: { readonly credentials: readonly StoredCredential[]; readonly registries: readonly RegistryQuirks[]; readonly now: () => Date },
): Session {
  const quirks = new Map([...builtIn, ...options.registries].map((quirk) => [quirk.host, quirk]))
  const insecureHosts = new Set([...quirks.values()].flatMap((quirk) => (quirk.insecure === true ? [quirk.host, quirk.endpoint ?? quirk.host] : [])))
  let requests = 0
  const onSent = () => {
    requests += 1
  }
  const tokens = createTokens(http, { isInsecure: (host) => insecureHosts.has(host), now: options.now, onSent })
  const limits = createRateLimits(options.now)
  /** The last challenge by endpoint and credential. The first question there is the probe that the others wait for; they bring their token along at once. */
  const contacts = new Map<string, Contact>()

  function urlOf(image: ImageName, path: string): URL {
    const quirk = quirks.get(image.registry)
    return new URL(`${quirk?.insecure === true ? 'http' : 'https'}://${quirk?.endpoint ?? image.registry}/v2/${image.repository}/${path}`)
  }

  function credentialOf(scope: Scope, image: ImageName): StoredCredential | null {
    if (scope === publicScope) return null
    const credential = options.credentials.find(({ id }) => id === scope)
    const full = formatImageName(image)
    if (credential !== undefined && (full === credential.registry || full.startsWith(`${credential.registry}/`))) return credential
    const why = credential === undefined ? 'is not configured (any more)' : `is for ${credential.registry} only`
    throw new Fault('unauthorized', `${full} was to be read with the credential "${scope}", but that ${why}`, { host: image.registry })
  }

  async function authorize(question: TokenQuestion | null, challenge: Challenge | null, credential: StoredCredential | null): Promise<string | null> {
    if (question !== null) return `Bearer ${await tokens.token(question)}`
    return challenge?.kind === 'basic' && credential !== null ? basicAuthorization(credential) : null
  }

  async function converse<Answer extends Reply>(scope: Scope, image: ImageName, question: Question, transport: Transport<Answer>): Promise<Answer> {
    const credential = credentialOf(scope, image)
    const url = typeof question.path === 'string' ? urlOf(image, question.path) : question.path
    const key = JSON.stringify([url.origin, credential?.id ?? null])
    const tokenQuestion = (challenge: Challenge | null): TokenQuestion | null =>
      challenge?.kind === 'bearer'
        ? { challenge, registry: image.registry, endpointHost: url.host, scope: tokenScope(challenge.scope, image.repository), credential }
        : null
    const send = (authorization: string | null) =>
      limits.within(`${question.method} ${key}`, url.host, () =>
        transport.send({
          method: question.method,
          url,
          headers: { accept: question.accept, ...question.headers, ...(authorization === null ? {} : { authorization }) },
          maxBytes: question.maxBytes,
          raw: question.raw,
          ...(question.totalMs === undefined ? {} : { totalMs: question.totalMs }),
          onSent,
        }),
      )

    /** Answers a challenge once; `known` is the one that the request already answered. */
    const finish = async (first: Answer, known: Challenge | null): Promise<Answer> => {
      const challenge = challengeIn(first, url)
      const stale = tokenQuestion(known)
      if (stale !== null && first.status === 401) tokens.forget(stale)
      if (challenge === null || (challenge.kind === 'basic' && (credential === null || known?.kind === 'basic'))) return first
      await transport.drop(first)
      contacts.set(key, { challenge: Promise.resolve(challenge), failedAt: null })
      return send(await authorize(tokenQuestion(challenge), challenge, credential))
    }

    const contact = contacts.get(key)
    if (contact !== undefined && !(contact.failedAt !== null && options.now().getTime() - contact.failedAt >= unreachableMs)) {
      const known = await contact.challenge
      return finish(await send(await authorize(tokenQuestion(known), known, credential)), known)
    }
    if (contacts.size >= 10_000) contacts.clear()
    const probe = send(null)
    const first: Contact = { challenge: probe.then((answer) => challengeIn(answer, url)), failedAt: null }
    contacts.set(key, first)
    first.challenge.catch(() => {
      first.failedAt = options.now().getTime()
    })
    return finish(await probe, null)
  }

  return {
    ask: (scope, image, question) => converse(scope, image, question, { send: (request) => http.request(request), drop: async () => {} }),
    open: (scope, image, question) =>
      converse(scope, image, { ...question, raw: true }, { send: (request) => http.stream(request), drop: async ({ body }) => void (await firstBytes(body)) }),
    credentialOf,
    urlOf,
    get requests() {
      return requests
    },
  }
}

/** The challenge of a 401 that came from the registry itself, not from where it redirected us. */
function challengeIn(answer: Reply, asked: URL): Challenge | null {
  return answer.status === 401 && new URL(answer.url).origin === asked.origin ? parseChallenge(answer.headers['www-authenticate']) : null
}

/** What a token must be good for: the actions that the registry named (ACR wants `metadata_read`), on this repository whatever it named, else `pull`. */
function tokenScope(challenged: string | null, repository: string): string {
  const actions = /^repository:[^ ]+:([a-z_,*]{1,60})$/.exec(challenged ?? '')?.[1]
  return `repository:${repository}:${actions ?? 'pull'}`
}

/** Bytes of a refusal's body that we read: an OCI error is far shorter. */
export const longestRefusal = 64 * 1024

/** The beginning of a body that is no content, up to `longestRefusal`; what cannot be read of it is left. The rest is not waited for. */
export async function firstBytes(body: AsyncIterable<Uint8Array>): Promise<Buffer> {
  const chunks: Uint8Array[] = []
  let bytes = 0
  try {
    for await (const chunk of body) {
      chunks.push(chunk)
      bytes += chunk.length
      if (bytes >= longestRefusal) break
    }
  } catch {
    // The status has said what matters.
  }
  return Buffer.concat(chunks).subarray(0, longestRefusal)
}
