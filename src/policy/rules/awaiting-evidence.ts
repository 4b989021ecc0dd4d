/** awaiting-evidence: the new image is being looked into; a pull request that says nothing about it would be read by nobody. */
import { shortDigest } from '../../domain/image/digest.ts'
import type { UseFacts } from '../facts.ts'
import type { Rule } from '../rule.ts'
import { targetOf } from '../target.ts'
import { minute } from '../words.ts'

export const awaitingEvidence: Rule<UseFacts> = {
  name: 'awaiting-evidence',
  judge: (facts) => {
    const target = targetOf(facts)
    if (facts.evidence?.kind !== 'pending' || target?.kind !== 'digest') return null
    const { until } = facts.evidence
    return {
      verdict: 'hold',
      text: `the packages in ${shortDigest(target.digest)} are being read; the pull request opens when they are, or at ${minute(until)} without them`,
      values: { upstream: target.digest, until: until.toISOString() },
      until,
    }
  },
}
