/** What GitHub's refusals mean: the one translation of statuses and GraphQL errors into faults. */
import { Fault, type FaultKind } from '../../domain/fault.ts'

/** What was tried, for judging and for saying what went wrong. */
export type Attempt = {
  readonly host: string
  /** After "could not": `open a pull request in acme/web`. */
  readonly what: string
  /** The permission it takes, as GitHub words it: `contents: write`. */
  readonly needs: string | null
  /** Whether a lost answer leaves something unknown behind. */
  readonly isWrite: boolean
}

/** Lower-case names. */
export type ResponseHeaders = Readonly<Record<string, string | number | undefined>>

/** One entry of `errors` in a GraphQL answer (https://spec.graphql.org/October2021/#sec-Errors); `type` is GitHub's addition. */
export type GraphqlError = { readonly type: string | null; readonly path: readonly (string | number)[]; readonly message: string }

const leastWaitMs = 60_000

const refusedTokens = new WeakSet<Fault>()

/** GitHub words many refusals but gives them one status; first match wins. */
const kindsByWords: readonly (readonly [RegExp, FaultKind])[] = [
  [/secondary rate limit|abuse detection|submitted too quickly|rate limit (already )?exceeded/i, 'rate-limited'],
  [
    /not accessible by integration|without [`'"]?workflows?[`'"]? permission|permissions requested are not granted|suspended|protected (branch|ref)|rule violation/i,
    'unauthorized',
  ],
  [/already exists|cannot be (created|updated)|cannot create|expected .* to point|to be at|no commits between|can't be blank|fast[- ]forward/i, 'conflict'],
  [/was modified|object does not exist|disabled workflow|reference update failed|does not match|out of date/i, 'conflict'],
  [/could not resolve to a|not found|does not exist|doesn't exist|no ref found/i, 'missing'],
  [/something went wrong|timed? ?out|try again|resource limits/i, 'transient'],
]

const kindsByType: Readonly<Record<string, FaultKind>> = {
  RATE_LIMITED: 'rate-limited',
  RATE_LIMIT: 'rate-limited',
  FORBIDDEN: 'unauthorized',
  INSUFFICIENT_SCOPES: 'unauthorized',
  NOT_FOUND: 'missing',
  STALE_DATA: 'conflict',
  SERVICE_UNAVAILABLE: 'transient',
  INTERNAL: 'transient',
  MAX_NODE_LIMIT_EXCEEDED: 'transient',
  RESOURCE_LIMITS_EXCEEDED: 'transient',
}

/**
 * The fault that an HTTP answer of 400 or above is (https://docs.github.com/rest/using-the-rest-api/troubleshooting-the-rest-api).
 * A write that ended in 5xx may have happened: `transient` promises nothing about it.
 */
export function faultOfStatus(attempt: Attempt, status: number, headers: ResponseHeaders, message: string, asOf: Date): Fault {
  const byWords = kindOfWords(message)
  const isSpent = String(headers['x-ratelimit-remaining']) === '0'
  const isLimit = status === 429 || (status === 403 && (headers['retry-after'] !== undefined || isSpent || byWords === 'rate-limited'))
  if (isLimit || (status === 422 && byWords === 'rate-limited')) return limited(attempt, headers, asOf)
  if (status === 403) return fault(attempt, 'unauthorized', message, permissionOf(headers) ?? attempt.needs)
  const refusal = fault(attempt, kindOfStatus(attempt, status, byWords), message === '' ? `status ${status}` : message)
  if (status === 401) refusedTokens.add(refusal)
  return refusal
}

function kindOfStatus(attempt: Attempt, status: number, byWords: FaultKind | null): FaultKind {
  // A token that ran out before a write was refused has changed nothing; a new one is asked for next time.
  if (status === 401) return attempt.isWrite ? 'transient' : 'unauthorized'
  if (status === 404 || status === 410 || status === 451) return 'missing'
  if (status === 409) return 'conflict'
  if (status >= 500 || status === 408) return 'transient'
  return byWords ?? 'invalid'
}

/** The fault that one GraphQL error is; `headers` tell how long to wait. */
export function faultOfGraphql(attempt: Attempt, error: GraphqlError, headers: ResponseHeaders, asOf: Date): Fault {
  const byWords = kindOfWords(error.message)
  const byType = error.type === null ? null : (kindsByType[error.type] ?? null)
  if (byType === 'rate-limited' || byWords === 'rate-limited') return limited(attempt, headers, asOf)
  return fault(attempt, byType ?? byWords ?? (error.type === null ? 'transient' : 'invalid'), error.message, attempt.needs)
}

/** The fault of a request that got no answer. */
export function faultOfSilence(attempt: Attempt, reason: string): Fault {
  return fault(attempt, 'transient', reason, null)
}

/** The fault of an answer that has not the documented form. After a write nothing is known; a cut answer may come whole next time. */
export function faultOfForm(attempt: Attempt, isCut: boolean): Fault {
  return fault(attempt, attempt.isWrite || isCut ? 'transient' : 'invalid', 'the answer has not the form that GitHub documents', null)
}

/** `kind` because of `reason`, worded for people. */
export function fault(attempt: Attempt, kind: FaultKind, reason: string, needs: string | null = attempt.needs, retryAfterMs: number | null = null): Fault {
  const advice = kind === 'unauthorized' && needs !== null ? ` (needs the permission "${needs}")` : ''
  return new Fault(kind, `could not ${attempt.what}: ${printable(reason)}${advice}`, { host: attempt.host, retryAfterMs })
}

/** True when GitHub no longer takes the token (401), so that a new one may help. */
export function isRefusedToken(error: Fault): boolean {
  return refusedTokens.has(error)
}

/** `retry-after`, else the reset of a spent limit, else a minute (https://docs.github.com/rest/using-the-rest-api/rate-limits-for-the-rest-api#exceeding-the-rate-limit). */
function limited(attempt: Attempt, headers: ResponseHeaders, asOf: Date): Fault {
  const retryAfterMs = waitMs(headers, asOf)
  const message = `could not ${attempt.what}: GitHub's rate limit is reached, wait ${Math.ceil(retryAfterMs / 1000)} s`
  return new Fault('rate-limited', message, { host: attempt.host, retryAfterMs })
}

function waitMs(headers: ResponseHeaders, asOf: Date): number {
  const after = Number(headers['retry-after'])
  if (headers['retry-after'] !== undefined && Number.isFinite(after)) return Math.max(1_000, after * 1_000)
  if (String(headers['x-ratelimit-remaining']) !== '0') return leastWaitMs
  const reset = Number(headers['x-ratelimit-reset'])
  // The reset is on GitHub's clock, and so is `date`.
  const serverNow = Date.parse(String(headers['date'])) || asOf.getTime()
  return Number.isFinite(reset) ? Math.max(1_000, reset * 1_000 - serverNow) : leastWaitMs
}

function kindOfWords(message: string): FaultKind | null {
  return kindsByWords.find(([form]) => form.test(message))?.[1] ?? null
}

/** `contents=write` of the header `x-accepted-github-permissions` as `contents: write`. */
function permissionOf(headers: ResponseHeaders): string | null {
  const text = String(headers['x-accepted-github-permissions'] ?? '')
  return /^[a-z_=,; ]{1,200}$/.test(text) ? text.replaceAll('=', ': ') : null
}

/** GitHub's words as one short line, without the address that Octokit adds. */
function printable(text: string): string {
  return text
    .replace(/\p{Cc}+/gu, ' ')
    .replace(/ - https:\/\/docs\.\S+$/, '')
    .slice(0, 300)
}
