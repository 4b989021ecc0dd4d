/** The HTTP side: who asks, may they, what goes wrong on purpose, the answer, the journal. */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { Manifests } from './apps.ts'
import type { Faults, FaultAction, SeenRequest } from './faults.ts'
import { type Answer as GraphqlAnswer, type Prepared, prepare, run } from './graphql/execute.ts'
import type { Journal } from './journal.ts'
import type { Limits } from './limits.ts'
import type { Json, Matched, OpenApi } from './openapi.ts'
import { Refusal } from './refusal.ts'
import { endpoints } from './rest/endpoints.ts'
import { type Caller, needActor, type Tokens } from './tokens.ts'
import type { Webhooks } from './webhooks.ts'
import { sees, type World } from './world.ts'

export type Parts = {
  readonly world: World
  readonly openApi: OpenApi
  readonly tokens: Tokens
  readonly webhooks: Webhooks
  readonly limits: Limits
  readonly journal: Journal
  readonly faults: Faults
  readonly manifests: Manifests
  /** Answers what is not below `/api`: the web pages. Null: 404. */
  readonly web: (request: {
    readonly method: string
    readonly url: URL
    readonly body: string
  }) => { readonly status: number; readonly headers: Record<string, string>; readonly body: string } | null
}
type Answer = { readonly status: number; readonly body?: unknown; readonly headers?: Readonly<Record<string, string>> }
type Plan = {
  readonly seen: SeenRequest
  readonly key: string
  readonly apply: () => Promise<Answer>
  readonly points: number
  readonly graphqlCost: number
  readonly early: Answer | null
}

const restRoot = '/api/v3'
const most = 40_000_000

/** An HTTP server that is not listening yet. */
export function gitHubServer(parts: Parts): Server {
  return createServer((incoming, outgoing) => {
    handle(parts, incoming, outgoing).catch((error: unknown) => {
      parts.world.violations.push(`stand-in: ${(error as Error).stack ?? String(error)}`)
      send(outgoing, { status: 500, body: { message: 'the stand-in is broken' } })
    })
  })
}

async function handle(parts: Parts, incoming: IncomingMessage, outgoing: ServerResponse): Promise<void> {
  const { world, journal, faults, limits } = parts
  const at = world.now().toISOString()
  const raw = await readBody(incoming)
  const url = new URL(incoming.url ?? '/', world.url)
  const method = incoming.method ?? 'GET'
  if (!url.pathname.startsWith('/api/')) return sendPage(parts, { method, url, body: raw }, outgoing)
  const plan = planned(parts, incoming, method, url, raw)
  const kind = url.pathname === '/api/graphql' ? 'graphql' : 'rest'
  const record = (status: number, body: unknown) => {
    const errors = ((body as { errors?: { message?: string }[] } | undefined)?.errors ?? []).map((error) => String(error.message ?? JSON.stringify(error)))
    const message = status >= 400 ? [String((body as { message?: string } | undefined)?.message ?? '')] : []
    const { caller } = plan.seen
    journal.add({
      at,
      kind,
      method,
      what: kind === 'rest' ? url.pathname.slice(restRoot.length) + url.search : (plan.seen.operation ?? ''),
      fields: kind === 'rest' ? [plan.seen.operation ?? ''] : plan.seen.rootFields,
      isMutation: plan.seen.isMutation,
      tokenId: caller.tokenId,
      installationId: caller.kind === 'installation' ? caller.token.installation.id : null,
      contentWrites: plan.seen.contentWrites,
      status,
      errors: [...message, ...errors].filter((one) => one !== ''),
    })
  }
  const blocked = limits.begin({ key: plan.key, kind, points: plan.points, contentWrites: plan.seen.contentWrites, graphqlCost: plan.graphqlCost })
  try {
    if (blocked !== null) {
      const body = {
        message: blocked.message,
        documentation_url: 'https://docs.github.com/rest/overview/rate-limits-for-the-rest-api#about-secondary-rate-limits',
      }
      record(blocked.status, body)
      return send(outgoing, { status: blocked.status, body, headers: { ...blocked.headers, ...standing(parts, plan, kind) } })
    }
    const before = await faults.at(plan.seen, 'before-apply')
    if (before !== null) return misbehave(parts, plan, before, outgoing, record)
    const answer = plan.early ?? (await plan.apply())
    const after = await faults.at(plan.seen, 'after-apply')
    if (after !== null) return misbehave(parts, plan, after, outgoing, record)
    record(answer.status, answer.body)
    send(outgoing, { ...answer, headers: { ...standing(parts, plan, kind), ...answer.headers } })
  } finally {
    limits.end(plan.key)
  }
}

function planned(parts: Parts, incoming: IncomingMessage, method: string, url: URL, raw: string): Plan {
  const isGraphql = url.pathname === '/api/graphql'
  const path = isGraphql ? '/graphql' : redirected(parts.world, url.pathname.slice(restRoot.length))
  let caller: Caller = { kind: 'nobody', tokenId: null }
  let early: Answer | null = null
  let body: unknown
  try {
    body = raw === '' ? undefined : (JSON.parse(raw) as unknown)
  } catch {
    early = refusal(new Refusal('bad-request', 'Problems parsing JSON'))
  }
  try {
    caller = parts.tokens.caller(incoming.headers.authorization)
    if (isGraphql) needActor(caller)
  } catch (error) {
    early = refusal(error)
  }
  if (incoming.headers['user-agent'] === undefined) {
    parts.world.violations.push('a request without a user-agent header')
    early = refusal(new Refusal('forbidden', 'Request forbidden by administrative rules. Please make sure your request has a User-Agent header'))
  }
  const key = caller.kind === 'installation' ? `installation ${caller.token.installation.id}` : caller.kind === 'app' ? `app ${caller.app.id}` : 'nobody'
  const base = { method, path, headers: incoming.headers, body, caller }
  if (isGraphql) {
    const prepared = prepare(body)
    if ('status' in prepared) {
      const { errors } = prepared.body as { errors: { message: string }[] }
      parts.world.violations.push(`graphql: ${errors[0]?.message ?? ''}`)
      return {
        seen: { ...base, operation: null, rootFields: [], isMutation: false, contentWrites: 0 },
        key,
        points: 1,
        graphqlCost: 1,
        early: early ?? prepared,
        apply: () => Promise.resolve(prepared),
      }
    }
    const seen = { ...base, operation: prepared.name, rootFields: prepared.rootFields, isMutation: prepared.isMutation, contentWrites: prepared.contentWrites }
    return { seen, key, points: prepared.isMutation ? 5 : 1, graphqlCost: prepared.cost.cost, early, apply: () => applyGraphql(parts, caller, key, prepared) }
  }
  const matched = parts.openApi.match(method === 'HEAD' ? 'GET' : method, path)
  const endpoint = matched === null ? undefined : endpoints[matched.operation.id]
  if (matched === null || endpoint === undefined) {
    parts.world.violations.push(matched === null ? `rest: GitHub has no ${method} ${path}` : `rest: the stand-in does not play ${matched.operation.id}`)
    early = refusal(new Refusal('not-found', 'Not Found'))
  }
  const seen = {
    ...base,
    operation: matched?.operation.id ?? null,
    rootFields: [],
    isMutation: method !== 'GET' && method !== 'HEAD',
    contentWrites: endpoint?.writes ?? 0,
  }
  return {
    seen,
    key,
    points: seen.isMutation ? 5 : 1,
    graphqlCost: 0,
    early,
    apply: () => Promise.resolve(applyRest(parts, caller, key, matched as Matched, url, seen)),
  }
}

function applyRest(parts: Parts, caller: Caller, key: string, matched: Matched, url: URL, seen: SeenRequest): Answer {
  const { openApi, world } = parts
  const problem = openApi.requestProblem(matched, url.searchParams, seen.body)
  if (problem !== null) {
    world.violations.push(`rest: ${matched.operation.id}: ${problem}`)
    return { status: 422, body: { message: `Invalid request.\n\n${problem}`, documentation_url: 'https://docs.github.com/rest' } }
  }
  const moved = movedTo(parts, caller, matched, seen)
  if (moved !== null) return moved
  let answer: Answer
  try {
    const endpoint = endpoints[matched.operation.id]
    if (endpoint === undefined) throw new Refusal('not-found', 'Not Found')
    answer = endpoint.run({ ...parts, key, caller, params: matched.params, query: url.searchParams, body: (seen.body ?? {}) as Json, path: seen.path })
  } catch (error) {
    if (!(error instanceof Refusal)) throw error
    return refusal(error)
  }
  const body = openApi.completed(matched.operation, answer.status, answer.body)
  const wrong = openApi.responseProblem(matched.operation, answer.status, body)
  if (wrong !== null) world.violations.push(`stand-in: ${matched.operation.id} answered ${answer.status} in the wrong shape: ${wrong}`)
  return { ...answer, body }
}

async function applyGraphql(parts: Parts, caller: Caller, key: string, prepared: Prepared): Promise<GraphqlAnswer> {
  return run(parts.world, needActor(caller), prepared, parts.limits.quota(key, 'graphql'))
}

function misbehave(parts: Parts, plan: Plan, action: FaultAction, outgoing: ServerResponse, record: (status: number, body: unknown) => void): void {
  if (action === 'reset' || action === 'hang') {
    record(0, undefined)
    if (action === 'reset') outgoing.socket?.resetAndDestroy()
    return
  }
  const body = action.body ?? { message: `made to fail with ${action.status}` }
  const seconds = toldToWait(parts, action, body)
  if (seconds !== null) parts.limits.pause(plan.key, seconds)
  record(action.status, body)
  send(outgoing, { status: action.status, body, headers: { ...standing(parts, plan, plan.seen.path === '/graphql' ? 'graphql' : 'rest'), ...action.headers } })
}

/** How long an answer tells the client to wait: `retry-after`, else the reset of an empty quota, else a minute where the secondary limit is named. */
function toldToWait(parts: Parts, action: Exclude<FaultAction, string>, body: unknown): number | null {
  const headers = Object.fromEntries(Object.entries(action.headers ?? {}).map(([name, value]) => [name.toLowerCase(), value]))
  const text = JSON.stringify(body)
  if (action.status !== 403 && action.status !== 429 && !text.includes('RATE_LIMITED')) return null
  if (headers['retry-after'] !== undefined) return Number(headers['retry-after'])
  if (headers['x-ratelimit-remaining'] === '0') return Number(headers['x-ratelimit-reset'] ?? 0) - parts.world.now().getTime() / 1000
  return /secondary rate limit/i.test(text) ? 60 : null
}

/** Headers that every answer of the API has. */
function standing(parts: Parts, plan: Plan, kind: 'rest' | 'graphql'): Record<string, string> {
  const quota = parts.limits.quota(plan.key, kind)
  return {
    date: parts.world.now().toUTCString(),
    'x-github-request-id': `STAND:${parts.journal.entries.length}`,
    'x-ratelimit-limit': String(quota.limit),
    'x-ratelimit-remaining': String(quota.remaining),
    'x-ratelimit-used': String(quota.used),
    'x-ratelimit-reset': String(quota.reset),
    'x-ratelimit-resource': quota.resource,
  }
}

/** A `Refusal` as REST shows it; anything else is thrown on. */
export function refusal(error: unknown): Answer {
  if (!(error instanceof Refusal)) throw error
  return {
    status: error.status,
    body: {
      message: error.errors === undefined || error.message === 'Validation Failed' ? error.message : 'Validation Failed',
      ...(error.errors === undefined ? {} : { errors: error.errors }),
      documentation_url: 'https://docs.github.com/rest',
      status: String(error.status),
    },
  }
}

/** A repo that was renamed or transferred answers under its old name with a redirect to its number. */
function movedTo({ world }: Parts, caller: Caller, { params }: Matched, seen: SeenRequest): Answer | null {
  const wanted = `${params.owner ?? ''}/${params.repo ?? ''}`
  const repo = world.repoNamed(params.owner ?? '', params.repo ?? '')
  if (repo === null || caller.kind !== 'installation' || !sees(caller.actor, repo) || repo.fullName.toLowerCase() === wanted.toLowerCase()) return null
  const location = `${world.url}${restRoot}/repositories/${repo.id}${seen.path.slice(`/repos/${wanted}`.length)}`
  return {
    status: seen.isMutation ? 307 : 301,
    headers: { location },
    body: { message: 'Moved Permanently', url: location, documentation_url: 'https://docs.github.com/rest' },
  }
}

/** GitHub knows a repo by number too: `/repositories/1/…`. */
function redirected(world: World, path: string): string {
  const match = /^\/repositories\/(\d+)(\/.*)?$/.exec(path)
  const repo = match === null ? undefined : world.repos.get(Number(match[1]))
  return repo === undefined ? path : `/repos/${repo.fullName}${match?.[2] ?? ''}`
}

function sendPage(parts: Parts, request: { method: string; url: URL; body: string }, outgoing: ServerResponse): void {
  const page = parts.web(request) ?? { status: 404, headers: { 'content-type': 'text/plain' }, body: 'Not Found' }
  outgoing.writeHead(page.status, page.headers).end(page.body)
}

function send(outgoing: ServerResponse, answer: Answer): void {
  if (outgoing.destroyed || outgoing.headersSent) return
  const text = answer.body === undefined ? '' : JSON.stringify(answer.body)
  outgoing.writeHead(answer.status, { ...(text === '' ? {} : { 'content-type': 'application/json; charset=utf-8' }), ...answer.headers }).end(text)
}

async function readBody(incoming: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = []
  let size = 0
  for await (const chunk of incoming as AsyncIterable<Buffer>) {
    size += chunk.length
    if (size <= most) chunks.push(chunk)
  }
  return Buffer.concat(chunks).toString()
}
