/** The audit trail: every write to the outside world, with what led to it. */
import type { Json } from '../lib/json.ts'

export type AuditEvent = {
  readonly at: Date
  readonly installationId: number | null
  readonly repoId: number | null
  /** `pull-request opened`, `workflow dispatched` … */
  readonly action: string
  /** Ids and fingerprints only; never content from outside, never a secret. */
  readonly detail: { readonly [name: string]: Json }
}

export interface AuditTrail {
  append(event: AuditEvent): Promise<void>
  /** Newest first. */
  ofRepo(repoId: number, limit: number): Promise<readonly AuditEvent[]>
}
