/** Fault points: where a test makes a request fail, before or after it had its effect. */
import type { Caller } from './tokens.ts'

export type Moment = 'before-apply' | 'after-apply'
/** A request as tests see it. */
export type SeenRequest = {
  readonly method: string
  /** Path below the API's root, `/repos/acme/web`; `/graphql` for GraphQL. */
  readonly path: string
  /** REST: the operation's id (`pulls/create`), or null; GraphQL: the operation's name. */
  readonly operation: string | null
  /** GraphQL: root fields in order (`createRef`, `createCommitOnBranch`); REST: empty. */
  readonly rootFields: readonly string[]
  readonly isMutation: boolean
  readonly contentWrites: number
  readonly headers: Readonly<Record<string, string | string[] | undefined>>
  readonly body: unknown
  readonly caller: Caller
}
export type FaultAction = 'reset' | 'hang' | { readonly status: number; readonly headers?: Readonly<Record<string, string>>; readonly body?: unknown }
export type Fault = { readonly match: (request: SeenRequest) => boolean; readonly when: Moment; readonly action: FaultAction; readonly times?: number }
export type RequestHook = (request: SeenRequest, moment: Moment) => void | Promise<void>

/** The faults and hooks in force. */
export class Faults {
  readonly #faults: { readonly fault: Fault; left: number }[] = []
  readonly #hooks = new Set<RequestHook>()
  /** Adds a fault, for once or `times`. Gives what takes it away. */
  add(fault: Fault): () => void {
    const entry = { fault, left: fault.times ?? 1 }
    this.#faults.push(entry)
    return () => {
      entry.left = 0
    }
  }
  /** Calls `hook` at both moments of every request and waits for it. Gives what takes it away. */
  hook(hook: RequestHook): () => void {
    this.#hooks.add(hook)
    return () => {
      this.#hooks.delete(hook)
    }
  }
  /** Runs the hooks; gives what is to go wrong at this moment, or null. */
  async at(request: SeenRequest, moment: Moment): Promise<FaultAction | null> {
    for (const hook of this.#hooks) await hook(request, moment)
    const hit = this.#faults.find(({ fault, left }) => left > 0 && fault.when === moment && fault.match(request))
    if (hit === undefined) return null
    hit.left -= 1
    return hit.fault.action
  }
}
