/** up-to-date: the file is pinned to what the tag shows. */
import { pinOf } from '../../domain/repo/image-use.ts'
import { aimedName, candidateOf, carrierWords } from '../aim.ts'
import type { UseFacts } from '../facts.ts'
import type { Rule } from '../rule.ts'
import { targetOf } from '../target.ts'
import { age } from '../words.ts'

export const upToDate: Rule<UseFacts> = {
  name: 'up-to-date',
  judge: (facts) => {
    const { use, upstream } = facts
    const pinned = pinOf(use)
    const target = targetOf(facts)
    if (
      use.reference === null ||
      candidateOf(facts) !== null ||
      upstream?.kind !== 'seen' ||
      pinned === null ||
      target?.kind !== 'digest' ||
      target.digest !== pinned
    )
      return null
    const what = target.platform === null ? 'what' : 'the manifest of its platform in what'
    return {
      verdict: 'current',
      text: `the file is pinned to ${what} ${aimedName(facts, use.reference)} shows, ${age(upstream.firstSeen)}${carrierWords(facts)}`,
      values: { digest: pinned, index: upstream.digest, firstSeen: upstream.firstSeen?.toISOString() ?? null },
    }
  },
}
