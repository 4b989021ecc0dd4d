/** Rules: each looks at the facts for one reason and says its word, or nothing. */
import type { DecisionKind } from '../domain/decision.ts'
import type { Json } from '../lib/json.ts'

/** A rule's word. The first rule that has one decides; `text` ends without a full stop and `values` holds what was compared. */
export type Verdict = {
  readonly verdict: DecisionKind
  readonly text: string
  readonly values: { readonly [name: string]: Json }
  /** When a hold is looked at again; absent where no time is known. */
  readonly until?: Date
  /** Of a rebuild: why, as the key of "at most two tries per cause". */
  readonly cause?: string
}

/** `name` is the rule's file and the `rule` of its reasons. `judge` is pure and total: null means that this rule does not object. */
export type Rule<Facts> = { readonly name: string; readonly judge: (facts: Facts) => Verdict | null }
