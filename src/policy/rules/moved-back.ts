/** moved-back: the tag returned to a digest that it had left before it showed the one in the file. Who withdrew the newer one had a reason; an older one is not offered as news. */
import { shortDigest } from '../../domain/image/digest.ts'
import { pinOf } from '../../domain/repo/image-use.ts'
import { aimedName, candidateOf } from '../aim.ts'
import type { UseFacts } from '../facts.ts'
import type { Rule } from '../rule.ts'
import { goneSince } from '../target.ts'
import { day } from '../words.ts'

export const movedBack: Rule<UseFacts> = {
  name: 'moved-back',
  judge: (facts) => {
    const { use, upstream } = facts
    const pinned = pinOf(use)
    if (use.reference === null || upstream?.kind !== 'seen' || upstream.wentBack === null || pinned === null) return null
    if (candidateOf(facts) !== null || goneSince(facts) !== null) return null
    const { at, leftAt } = upstream.wentBack
    const tag = aimedName(facts, use.reference)
    return {
      verdict: 'hold',
      text: `${tag} went back on ${day(at)} to ${shortDigest(upstream.digest)}, which it had shown until ${day(leftAt)}; the file has ${shortDigest(pinned)}, which came after that and can still be pulled, and stays as it is until the tag shows something newer; to go back as well, write ${tag}@${upstream.digest}`,
      values: { tag, file: pinned, upstream: upstream.digest, wentBackAt: at.toISOString(), leftAt: leftAt.toISOString() },
    }
  },
}
