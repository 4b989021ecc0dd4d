/** Update rows: one per update key, and the limits on how many may be open. */
import type { Claim } from '../domain/due-work.ts'
import type { FullLimit, Offer, Plan, Update } from '../domain/update.ts'

/** Pull requests at most: open at once per repo, opened within an hour per repo and per installation. */
export type OpenLimits = Readonly<Record<FullLimit['limit'], number>>

export interface UpdateStore {
  /**
   * Sets the plan of its key, as decided under `claim`. A new key, a fingerprint other than the one delivered, or a label not given yet becomes `planned` and due
   * for delivery at `dueAt` (`deliver`, group: installation); an equal one changes nothing. `hands-off` stays. A row that was `merged`, `closed` or `obsolete` starts anew: no pull request, nothing delivered, refused digests kept;
   * but the very plan that was merged or closed changes nothing (an old look, a reverted merge). False, with nothing
   * changed, when the claim's fence is not the newest. Faults: `missing` when the repo was forgotten.
   */
  plan(claim: Claim, installationId: number, plan: Plan, dueAt: Date): Promise<boolean>
  /**
   * Rows of the repo that are `planned`, `held` or `open` become `obsolete` unless they have a pull request and are among `keep`, or are among `keepUnopened`.
   * Those with a pull request or a branch, or one being made, become due, to take it away; where a place is given back, held rows become due.
   * False, with nothing changed, when the claim's fence is not the newest.
   */
  retain(claim: Claim, repoId: number, keys: { readonly keep: readonly string[]; readonly keepUnopened: readonly string[] }, asOf: Date): Promise<boolean>
  read(key: string): Promise<Update | null>
  ofRepo(repoId: number): Promise<readonly Update[]>
  /** By pull request, for webhooks. */
  byPullRequest(repoId: number, number: number): Promise<Update | null>
  /**
   * Takes a place for a new pull request, serially per installation: `admitted`, or which limit is full and when it is worth asking again.
   * An update that has a pull request, or was admitted before, is admitted. Faults: `conflict` when the claim's fence is not the newest, `missing` when
   * the update was forgotten.
   */
  admit(
    claim: Claim,
    limits: OpenLimits,
    asOf: Date,
  ): Promise<{ readonly kind: 'admitted' } | (FullLimit & { readonly kind: 'full'; readonly until: Date | null })>
  /**
   * Stores what came of a delivery. False when the claim's fence is not the newest. `open` at another plan than the row's is stored as `planned`
   * and due at `asOf`; a row that became `obsolete` meanwhile stays so unless it is `merged`, `closed` or `hands-off`.
   */
  record(
    claim: Claim,
    change: Partial<Omit<Update, 'key' | 'installationId' | 'plan' | 'refusedDigests'>> & { readonly refuse?: readonly Offer[] },
    asOf: Date,
  ): Promise<boolean>
}
