/** Where due work is remembered and leased. Times are compared with the `asOf` given; leases run on the store's own clock. */
import type { Claim, Work, WorkKind } from '../domain/due-work.ts'

export interface DueWorkStore {
  /** Makes work due: at the earlier of `dueAt` and what stands there. Work that is being done now becomes due again after it. */
  schedule(work: readonly Work[]): Promise<void>
  /** Leases up to `limit` pieces of the group that are due and that nobody holds, for `leaseMs`. Each claim raises the fence. Work whose lease ran out is claimed again, with `attempts` one higher. */
  claim(kind: WorkKind, group: string, options: { readonly asOf: Date; readonly leaseMs: number; readonly limit: number }): Promise<readonly Claim[]>
  /** Longer hold; false when the lease is lost: stop and store nothing. */
  renew(claim: Claim, leaseMs: number): Promise<boolean>
  /** Ends the work and its attempts; due again at `next` (null: when somebody schedules it). False when the lease is lost. */
  finish(claim: Claim, next: Date | null): Promise<boolean>
  /** Gives it back after a failure, with `attempts` one higher; `problem` is kept for people. False when the lease is lost. */
  retry(claim: Claim, at: Date, problem: string): Promise<boolean>
  /** Kinds and groups with work that is due and not held: what the sweeper wakes. */
  due(asOf: Date, limit: number): Promise<readonly { readonly kind: WorkKind; readonly group: string }[]>
  /** Work whose attempts failed at least `attempts` times, for `doctor` and pages. */
  troubled(attempts: number, limit: number): Promise<readonly (Work & { readonly attempts: number; readonly problem: string })[]>
}
