/** awaiting-tags: which newer tags there are is being asked. An update to the digest alone would be another one a minute later. */
import { formatExtent } from '../../domain/image/extent.ts'
import type { UseFacts } from '../facts.ts'
import type { Rule } from '../rule.ts'
import { tagName } from '../words.ts'

export const awaitingTags: Rule<UseFacts> = {
  name: 'awaiting-tags',
  judge: ({ newer, policy, use: { reference } }) => {
    if (newer?.kind !== 'unasked' || reference === null) return null
    return {
      verdict: 'hold',
      text: `the registry was not asked yet which tags there are, and the policy lets ${tagName(reference)} move (\`follow: ${formatExtent(policy.follow)}\`)`,
      values: { tag: tagName(reference), follow: formatExtent(policy.follow) },
    }
  },
}
