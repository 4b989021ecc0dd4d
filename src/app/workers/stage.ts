/** Stages of background work: what a worker needs to know to run one. */
import type { Claim, WorkKind } from '../../domain/due-work.ts'
import { Fault } from '../../domain/fault.ts'

/** What came of one claim: when to look again (null: when somebody schedules it), or what stopped it: a `Fault`, or anything else for a bug. */
export type Outcome = { readonly claim: Claim; readonly next: Date | null } | { readonly claim: Claim; readonly fault: unknown }

export type Stage = {
  readonly kind: WorkKind
  /** Claims handled by one call; above 1 only where one request serves many. */
  readonly batch: number
  /** Calls at once in this process. */
  readonly concurrency: number
  /** `group` is what the claims share. A fault that is thrown counts for all claims. Stops early when the signal fires. */
  run(group: string, claims: readonly Claim[], asOf: Date, signal: AbortSignal): Promise<readonly Outcome[]>
}

/** A stage whose claims have nothing to do with each other; `run` gives when to look again. One that fails leaves the others alone. */
export function each(
  kind: WorkKind,
  options: { readonly concurrency: number; readonly batch?: number },
  run: (claim: Claim, asOf: Date) => Promise<Date | null>,
): Stage {
  return {
    kind,
    concurrency: options.concurrency,
    batch: options.batch ?? 1,
    run: async (_group, claims, asOf, signal) => {
      const outcomes: Outcome[] = []
      for (const claim of claims) {
        if (signal.aborted) outcomes.push({ claim, fault: new Fault('transient', 'stopped before its turn') })
        else
          outcomes.push(
            await run(claim, asOf).then(
              (next) => ({ claim, next }),
              (fault: unknown) => ({ claim, fault }),
            ),
          )
      }
      return outcomes
    },
  }
}
