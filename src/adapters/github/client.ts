/** Reading and writing as an installation: tokens, the shared budget and pauses in one place, so that no port method can forget them. */
import { isFault, type Fault } from '../../domain/fault.ts'
import type { Repo } from '../../domain/repo/repo.ts'
import type { WriteBudget } from '../../ports/write-budget.ts'
import { type Attempt, fault, isRefusedToken } from './faults.ts'
import { type GraphqlAnswer, readGraphql } from './graphql.ts'
import type { Permissions, Tokens } from './tokens.ts'
import { type Answer, send, type Request } from './transport.ts'

/** A REST route as Octokit writes it; parameters in the path are encoded by Octokit. */
export type Call = { readonly route: string; readonly parameters: Readonly<Record<string, unknown>> }
/** A GraphQL document; what comes from outside stands in its variables. */
export type Document = { readonly query: string; readonly variables: Readonly<Record<string, unknown>> }

/** As much of a pino logger as is used here. */
export type Log = { warn(fields: object, message: string): void }

/** What a read is for; `needs` is the permission it takes (`contents: read`). */
export type Purpose = { readonly what: string; readonly needs: string }
/** `cost` in content writes; `permissions` are all that the token gets. */
export type WritePurpose = { readonly what: string; readonly permissions: Permissions; readonly cost: number }

/** Faults: those of `faults.ts`; also `rate-limited` when the budget or a pause says wait, before anything is sent. */
export type Client = {
  readonly host: string
  readonly now: () => Date
  attempt(purpose: Purpose | WritePurpose): Attempt
  read(installationId: number, purpose: Purpose, call: Call): Promise<Answer>
  query(installationId: number, purpose: Purpose, document: Document): Promise<GraphqlAnswer>
  /** Sent once. The writes of one installation go one after the other, as GitHub asks. */
  write(repo: Repo, purpose: WritePurpose, call: Call): Promise<Answer>
  mutate(repo: Repo, purpose: WritePurpose, document: Document): Promise<GraphqlAnswer>
  /** As the app itself, with its JWT. */
  asApp(what: string, call: Call): Promise<Answer>
}

/** One client for all installations of the app. Every port method goes through it. */
export function createClient(deps: {
  readonly host: string
  readonly graphqlUrl: string
  readonly request: Request
  readonly tokens: Tokens
  readonly budget: WriteBudget
  readonly now: () => Date
  readonly log?: Log | undefined
}): Client {
  const { host, tokens, budget, now } = deps
  const lanes = new Map<number, Promise<unknown>>()
  const graphql = ({ query, variables }: Document): Call => ({ route: `POST ${deps.graphqlUrl}`, parameters: { data: { query, variables } } })

  const attempt = (purpose: Purpose | WritePurpose): Attempt => {
    if ('needs' in purpose) return { host, ...purpose, isWrite: false }
    const needs = Object.entries(purpose.permissions).map(([name, access]) => `${name}: ${access}`)
    return { host, what: purpose.what, needs: needs.join(', '), isWrite: true }
  }

  /** Lets nobody else run into a wall that one request has found. */
  async function heeding<T>(installationId: number, work: () => Promise<T>): Promise<T> {
    try {
      return await work()
    } catch (error) {
      if (isFault(error) && error.kind === 'rate-limited') await heed(installationId, error)
      throw error
    }
  }
  async function heed(installationId: number, limit: Fault): Promise<void> {
    const until = new Date(now().getTime() + (limit.retryAfterMs ?? 60_000))
    deps.log?.warn({ installationId, until }, 'GitHub asked us to wait')
    await budget.pause(installationId, until)
  }

  async function reading<T>(installationId: number, purpose: Purpose, call: Call, judge: (answer: Answer) => T): Promise<T> {
    const trying = attempt(purpose)
    const until = await budget.pausedUntil(installationId, now())
    if (until !== null) throw waiting(trying, until, now())
    return await heeding(installationId, async () => {
      const token = await tokens.read(installationId)
      try {
        return judge(await send(deps, trying, token, call.route, call.parameters))
      } catch (error) {
        if (!isFault(error) || !isRefusedToken(error)) throw error
        await tokens.evict(token)
        return judge(await send(deps, trying, await tokens.read(installationId), call.route, call.parameters))
      }
    })
  }

  async function writing<T>(repo: Repo, purpose: WritePurpose, call: Call, judge: (answer: Answer) => T): Promise<T> {
    const trying = attempt(purpose)
    const { id, installationId } = repo
    return await inLane(lanes, installationId, async () => {
      const token = await heeding(installationId, () => tokens.write(installationId, id, purpose.permissions))
      const answer = await budget.spend(installationId, purpose.cost, now())
      if (!answer.granted) throw waiting(trying, answer.retryAt, now())
      try {
        return await heeding(installationId, async () => judge(await send(deps, trying, token, call.route, call.parameters)))
      } catch (error) {
        if (isFault(error) && isRefusedToken(error)) await tokens.evict(token)
        throw error
      }
    })
  }

  async function mutating(repo: Repo, purpose: WritePurpose, document: Document): Promise<GraphqlAnswer> {
    const answer = await writing(repo, purpose, graphql(document), (raw) => readGraphql(attempt(purpose), raw, now()))
    if (answer.limit !== null) await heed(repo.installationId, answer.limit)
    return answer
  }

  return {
    host,
    now,
    attempt,
    read: (installationId, purpose, call) => reading(installationId, purpose, call, (answer) => answer),
    query: (installationId, purpose, document) => reading(installationId, purpose, graphql(document), (answer) => readGraphql(attempt(purpose), answer, now())),
    write: (repo, purpose, call) => writing(repo, purpose, call, (answer) => answer),
    mutate: mutating,
    async asApp(what, call) {
      const trying = { host, what, needs: null, isWrite: false }
      const ask = () => send({ request: tokens.appRequest, now }, trying, tokens.app(), call.route, call.parameters)
      return await ask().catch((error: unknown) => (isFault(error) && isRefusedToken(error) ? ask() : Promise.reject(error)))
    },
  }
}

function waiting(attempt: Attempt, until: Date, asOf: Date): Fault {
  const retryAfterMs = Math.max(1_000, until.getTime() - asOf.getTime())
  return fault(attempt, 'rate-limited', `nothing more is sent before ${until.toISOString()}`, null, retryAfterMs)
}

/** Runs `work` when everything of the same installation that came before has ended. */
async function inLane<T>(lanes: Map<number, Promise<unknown>>, installationId: number, work: () => Promise<T>): Promise<T> {
  const before = lanes.get(installationId) ?? Promise.resolve()
  const mine = before.then(work, work)
  lanes.set(installationId, mine)
  try {
    return await mine
  } finally {
    if (lanes.get(installationId) === mine) lanes.delete(installationId)
  }
}
