/** no-place: the digest cannot be written there. Without this word an update would be decided and nothing would come of it. */
import { canRewrite } from '../../domain/repo/rewrite.ts'
import { getsDigest, writtenTag } from '../aim.ts'
import type { UseFacts } from '../facts.ts'
import type { Rule } from '../rule.ts'
import { targetOf } from '../target.ts'

export const noPlace: Rule<UseFacts> = {
  name: 'no-place',
  judge: (facts) => {
    const { use } = facts
    const target = targetOf(facts)
    if (use.reference === null || target?.kind !== 'digest') return null
    const [tag, digest] = [writtenTag(facts, use.reference), getsDigest(facts) ? target.digest : null]
    if (canRewrite(use, { tag, digest })) return null
    return {
      verdict: 'skip',
      text: 'the file has no place where tag and digest could be written without changing more than these',
      values: { tag, digest, edits: use.edits.map(({ sets }) => sets) },
    }
  },
}
