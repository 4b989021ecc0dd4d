/** GitHub's limits, counted strictly. Breaking one fails the test, or is answered as GitHub answers. */
import type { World } from './world.ts'

export type Cost = {
  readonly key: string
  readonly kind: 'rest' | 'graphql'
  readonly points: number
  readonly contentWrites: number
  readonly graphqlCost: number
}
export type Blocked = { readonly status: number; readonly headers: Readonly<Record<string, string>>; readonly message: string }

type Spent = { readonly at: number; readonly amount: number }
type Ledger = { writes: Spent[]; rest: Spent[]; graphql: Spent[]; restHour: Spent[]; graphqlHour: Spent[]; running: number; pausedUntil: number }

const minuteMs = 60_000
const hourMs = 3_600_000
const sum = (spent: readonly Spent[], since: number) => spent.reduce((total, one) => (one.at > since ? total + one.amount : total), 0)

/** The figures; tests may lower them. */
export type Figures = {
  writesPerMinute: number
  writesPerHour: number
  concurrent: number
  restPointsPerMinute: number
  graphqlPointsPerMinute: number
  restPerHour: number
  graphqlPerHour: number
}

/** One ledger per installation (or app JWT). */
export class Limits {
  readonly figures: Figures = {
    writesPerMinute: 80,
    writesPerHour: 500,
    concurrent: 100,
    restPointsPerMinute: 900,
    graphqlPointsPerMinute: 2000,
    restPerHour: 5000,
    graphqlPerHour: 5000,
  }
  readonly #world: World
  readonly #ledgers = new Map<string, Ledger>()
  constructor(world: World) {
    this.#world = world
  }
  /** Counts a request that begins. Null: go on; else the answer to give. Requests that only break limits are violations too. */
  begin(cost: Cost): Blocked | null {
    const ledger = this.#ledger(cost.key)
    const now = this.#world.now().getTime()
    ledger.running += 1
    if (now < ledger.pausedUntil) {
      this.#violation(`${cost.key}: a request ${Math.ceil((ledger.pausedUntil - now) / 1000)} s before the end of retry-after`)
      return this.#blocked(ledger, 403, 'You have exceeded a secondary rate limit.', 60)
    }
    ledger.writes.push({ at: now, amount: cost.contentWrites })
    ledger[cost.kind].push({ at: now, amount: cost.points })
    ledger[cost.kind === 'rest' ? 'restHour' : 'graphqlHour'].push({ at: now, amount: cost.kind === 'rest' ? 1 : cost.graphqlCost })
    const broken = this.#broken(ledger, cost, now)
    if (broken === null) return null
    if (this.#world.settings.limits === 'fail') {
      this.#violation(`${cost.key}: ${broken}`)
      return null
    }
    return this.#blocked(ledger, 403, `You have exceeded a secondary rate limit: ${broken}`, 60)
  }
  /** The request was answered. */
  end(key: string): void {
    this.#ledger(key).running -= 1
  }
  /** From now on every request of the key within `seconds` is a violation: it was told to wait. */
  pause(key: string, seconds: number): void {
    const ledger = this.#ledger(key)
    ledger.pausedUntil = Math.max(ledger.pausedUntil, this.#world.now().getTime() + seconds * 1000)
  }
  /** What is left of the primary quota, as headers show it. */
  quota(
    key: string,
    kind: 'rest' | 'graphql',
  ): { readonly limit: number; readonly used: number; readonly remaining: number; readonly reset: number; readonly resource: string } {
    const ledger = this.#ledger(key)
    const now = this.#world.now().getTime()
    const limit = kind === 'rest' ? this.figures.restPerHour : this.figures.graphqlPerHour
    const used = Math.min(limit, sum(kind === 'rest' ? ledger.restHour : ledger.graphqlHour, now - hourMs))
    return { limit, used, remaining: limit - used, reset: Math.floor(now / hourMs) * 3600 + 3600, resource: kind === 'rest' ? 'core' : 'graphql' }
  }

  #broken(ledger: Ledger, cost: Cost, now: number): string | null {
    const { figures } = this
    const over = (amount: number, most: number, what: string) => (amount > most ? `${amount} ${what}, ${most} allowed` : null)
    const writes =
      cost.contentWrites === 0
        ? null
        : (over(sum(ledger.writes, now - minuteMs), figures.writesPerMinute, 'content writes in a minute') ??
          over(sum(ledger.writes, now - hourMs), figures.writesPerHour, 'content writes in an hour'))
    const points = cost.kind === 'rest' ? figures.restPointsPerMinute : figures.graphqlPointsPerMinute
    const hour = cost.kind === 'rest' ? figures.restPerHour : figures.graphqlPerHour
    return (
      writes ??
      over(ledger.running, figures.concurrent, 'concurrent requests') ??
      over(sum(ledger[cost.kind], now - minuteMs), points, `${cost.kind} points in a minute`) ??
      over(sum(cost.kind === 'rest' ? ledger.restHour : ledger.graphqlHour, now - hourMs), hour, `of the hour's ${cost.kind} quota`)
    )
  }
  #blocked(ledger: Ledger, status: number, message: string, seconds: number): Blocked {
    if (ledger.pausedUntil <= this.#world.now().getTime()) ledger.pausedUntil = this.#world.now().getTime() + seconds * 1000
    const left = Math.ceil((ledger.pausedUntil - this.#world.now().getTime()) / 1000)
    return { status, message, headers: this.#world.settings.limits === 'answer-silently' ? {} : { 'retry-after': String(left) } }
  }
  #violation(text: string): void {
    this.#world.violations.push(`limit: ${text}`)
  }
  #ledger(key: string): Ledger {
    const known = this.#ledgers.get(key)
    if (known !== undefined) return known
    const made: Ledger = { writes: [], rest: [], graphql: [], restHour: [], graphqlHour: [], running: 0, pausedUntil: 0 }
    this.#ledgers.set(key, made)
    return made
  }
}
