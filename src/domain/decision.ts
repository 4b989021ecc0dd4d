/** Decisions: what is to be done about one subject, and why, with the values that were compared. */
import type { Json } from '../lib/json.ts'

/** Image uses get `update`, builds get `rebuild`; both may be held, skipped or current. */
export type DecisionKind = 'update' | 'rebuild' | 'hold' | 'skip' | 'current'

/** One rule's word on a subject. */
export type Reason = {
  /** The file in `policy/rules/` that said it. */
  readonly rule: string
  readonly verdict: DecisionKind
  /** A sentence for people, without a full stop at its end. */
  readonly text: string
  readonly values: { readonly [name: string]: Json }
}

export type Decision = {
  readonly kind: DecisionKind
  /** What the reference should become, spelled as in its file; null unless `update`. */
  readonly to: string | null
  /** The rule that decided comes first. Never empty: silence is a bug. */
  readonly reasons: readonly Reason[]
  /** When a `hold` is looked at again; null where no time is known. */
  readonly until: Date | null
}
