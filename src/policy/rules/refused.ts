/** refused: a person closed the pull request that offered this digest. The next digest is offered again. */
import type { UseFacts } from '../facts.ts'
import type { Rule } from '../rule.ts'
import { targetOf } from '../target.ts'

export const refused: Rule<UseFacts> = {
  name: 'refused',
  judge: (facts) => {
    const target = targetOf(facts)
    if (target?.kind !== 'digest' || !facts.refusedDigests.includes(target.digest)) return null
    return {
      verdict: 'hold',
      text: `a person closed the pull request that offered ${target.digest}; it is not offered again, the next digest of the tag is`,
      values: { digest: target.digest },
    }
  },
}
