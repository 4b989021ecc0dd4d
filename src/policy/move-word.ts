/** The word for a move: what is said about an update whatever makes it urgent or keeps it waiting. */
import type { UseFacts } from './facts.ts'
import type { Verdict } from './rule.ts'
import { moved } from './rules/moved.ts'
import { newerTag } from './rules/newer-tag.ts'

/** Null where the use moves nowhere. */
export function moveWord(facts: UseFacts): Verdict | null {
  return newerTag.judge(facts) ?? moved.judge(facts)
}
