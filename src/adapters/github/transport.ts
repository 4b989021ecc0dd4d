/** One request to GitHub: sent once, answered with a checked value or a fault. */
import { Octokit } from 'octokit'
import { type Fault, isFault } from '../../domain/fault.ts'
import { type Attempt, fault, faultOfForm, faultOfSilence, faultOfStatus, type ResponseHeaders } from './faults.ts'

/** Octokit's request function with our defaults in it. */
export type Request = Octokit['request']

/** Headers by lower-case name, and the parsed JSON, unchecked. */
export type Answer = { readonly headers: ResponseHeaders; readonly data: unknown }

/**
 * Octokit's request bound to the configured host and our guarded `fetch`. Its retry plugin is off, since it repeats writes too, and so is its throttle,
 * which knows one process only and holds GraphQL reads to one a second: `ports/write-budget` keeps the limits.
 */
export function bindRequest(baseUrl: string, fetch: typeof globalThis.fetch): Request {
  const octokit = new Octokit({
    baseUrl: baseUrl.replace(/\/+$/, ''),
    request: { fetch, retries: 0 },
    retry: { enabled: false },
    throttle: { enabled: false },
    log: { debug() {}, info() {}, warn() {}, error() {} },
  })
  return octokit.request.defaults({ headers: { 'x-github-api-version': '2022-11-28' } })
}

/** Where GraphQL is spoken: `https://host/api/v3` has it at `https://host/api/graphql`, api.github.com at `/graphql`. */
export function graphqlUrl(baseUrl: string): string {
  return `${baseUrl.replace(/\/+$/, '').replace(/\/v3$/, '')}/graphql`
}

/** Sends `route` with `token`. Raises what `faultOfStatus` makes of a refusal, `transient` when nothing came back. */
export async function send(
  deps: { readonly request: Request; readonly now: () => Date },
  attempt: Attempt,
  token: string,
  route: string,
  parameters: Readonly<Record<string, unknown>>,
): Promise<Answer> {
  try {
    const { status, headers, data } = await deps.request(route, { ...parameters, headers: { authorization: `bearer ${token}` } })
    // Redirects are not followed: the repo has a new name, which the next look at the installation tells.
    if (status >= 300) throw fault(attempt, 'transient', 'it is now under another name')
    return { headers, data: data as unknown }
  } catch (error) {
    throw translate(attempt, error, deps.now())
  }
}

/** What Octokit threw, as a fault. Nothing of the request goes along: it holds a token. Errors that are not Octokit's are bugs and are given back. */
export function translate(attempt: Attempt, error: unknown, asOf: Date): unknown {
  if (isFault(error)) return unsure(attempt, error)
  if (!(error instanceof Error) || !('status' in error) || typeof error.status !== 'number') return error
  if (isFault(error.cause)) return unsure(attempt, error.cause)
  const response = 'response' in error ? (error.response as { readonly headers: ResponseHeaders; readonly data: unknown } | undefined) : undefined
  if (response === undefined) return faultOfSilence(attempt, error.message)
  return faultOfStatus(attempt, error.status, response.headers, error.message, asOf)
}

/** A write that ended without an answer may have happened, whatever was wrong with the answer. */
function unsure(attempt: Attempt, error: Fault): Fault {
  return attempt.isWrite && error.kind === 'invalid' ? faultOfSilence(attempt, error.message) : error
}

type Form<T> = { safeParse(value: unknown): { readonly success: true; readonly data: T } | { readonly success: false } }

/** `data` in the form that is used; raises `invalid`, or `transient` when the answer was cut or a write's. */
export function check<T>(attempt: Attempt, form: Form<T>, data: unknown): T {
  const parsed = form.safeParse(data)
  if (!parsed.success) throw faultOfForm(attempt, typeof data === 'string')
  return parsed.data
}
