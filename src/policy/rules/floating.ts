/** floating: a tag without a digest stays one, unless the policy wants a pin there. */
import { shortDigest } from '../../domain/image/digest.ts'
import { pinOf } from '../../domain/repo/image-use.ts'
import { candidateOf } from '../aim.ts'
import type { UseFacts } from '../facts.ts'
import type { Rule } from '../rule.ts'
import { age, tagName } from '../words.ts'

export const floating: Rule<UseFacts> = {
  name: 'floating',
  judge: (facts) => {
    const { policy, use, upstream } = facts
    if (use.reference === null || upstream?.kind !== 'seen' || pinOf(use) !== null || candidateOf(facts) !== null) return null
    const tag = tagName(use.reference)
    const values = { tag, digest: upstream.digest, firstSeen: upstream.firstSeen?.toISOString() ?? null }
    if (!policy.pinFloatingTags) {
      return {
        verdict: 'current',
        text: `follows the tag; a rebuild picks up what it shows, now ${shortDigest(upstream.digest)}, ${age(upstream.firstSeen)}`,
        values,
      }
    }
    if (use.tagFromArgument && !policy.pinOverArguments) {
      return {
        verdict: 'skip',
        text: 'an ARG supplies the tag, and a digest beside it would switch `--build-arg` off; `pinOverArguments: true` in the policy file pins it all the same',
        values,
      }
    }
    return null
  },
}
