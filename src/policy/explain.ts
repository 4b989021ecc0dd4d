/** Explaining: a decision in words, for the terminal, the log and the pages. */
import type { Decision, DecisionKind } from '../domain/decision.ts'
import { minute } from './words.ts'

const does: Record<DecisionKind, string> = {
  update: 'Update',
  rebuild: 'Rebuild',
  hold: 'Hold, not yet',
  skip: 'Skip, not ours',
  current: 'Current',
}

/** One sentence a reason: `Hold, not yet: … (lost-platform).` Starts with what is done and ends with when it is looked at again. */
export function explain(decision: Decision): string {
  const [first, ...more] = decision.reasons
  if (first === undefined) throw new Error('a decision without a reason is a bug')
  const to = decision.to === null ? '' : ` to ${decision.to}`
  const until = decision.until === null ? '' : ` Looked at again at ${minute(decision.until)}.`
  const also = more.map((reason) => ` Also: ${reason.text} (${reason.rule}).`).join('')
  return `${does[decision.kind]}${to}: ${first.text} (${first.rule}).${also}${until}`
}
