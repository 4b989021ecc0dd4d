/** Update rows: one per update key, and the limits on how many may be open. */
import type { Claim } from '../domain/due-work.ts'
import type { Digest } from '../domain/image/digest.ts'
import type { Plan, Update } from '../domain/update.ts'

/** Pull requests at most: open at once per repo, opened within an hour per repo and per installation. */
export type OpenLimits = { readonly openPerRepo: number; readonly perRepoAndHour: number; readonly perInstallationAndHour: number }

export interface UpdateStore {
  /**
   * Sets the plan of its key. A new key, or a fingerprint other than the one delivered, becomes `planned` and due for delivery at `dueAt` (`deliver`, group: installation);
   * an equal one changes nothing. `hands-off` stays. A row that was `merged`, `closed` or `obsolete` starts anew: no pull request, nothing delivered, refused digests kept;
   * but the very plan that was merged or closed changes nothing (an old look, a reverted merge). Faults: `missing` when the repo was forgotten.
   */
  plan(installationId: number, plan: Plan, dueAt: Date): Promise<void>
  /** Rows of the repo whose key is not among `keep` and which are `planned`, `held` or `open` become `obsolete`; those with a pull request, or one being opened, become due, to close it. */
  retain(repoId: number, keep: readonly string[], asOf: Date): Promise<void>
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
  ): Promise<{ readonly kind: 'admitted' } | { readonly kind: 'full'; readonly limit: keyof OpenLimits; readonly most: number; readonly until: Date | null }>
  /**
   * Stores what came of a delivery. False when the claim's fence is not the newest. `open` at another plan than the row's is stored as `planned`;
   * a row that became `obsolete` meanwhile stays so unless it is `merged`, `closed` or `hands-off`.
   */
  record(
    claim: Claim,
    change: Partial<Pick<Update, 'state' | 'branch' | 'deliveredFingerprint' | 'deliveredDigests' | 'pullRequest' | 'headOid' | 'openedAt' | 'heldUntil'>> & {
      readonly refuse?: readonly Digest[]
    },
  ): Promise<boolean>
}
