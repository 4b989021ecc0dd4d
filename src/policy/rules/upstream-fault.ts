/** upstream-fault: the registry did not tell us where the tag points, so nothing can be said about the use yet. */
import type { FaultKind } from '../../domain/fault.ts'
import { aimedName, candidateOf } from '../aim.ts'
import type { UseFacts } from '../facts.ts'
import type { Rule } from '../rule.ts'

const advice: Record<FaultKind, string> = {
  transient: 'it is asked again later',
  'rate-limited': 'it is asked again when its limit allows',
  unauthorized: 'the image is private or does not exist; the operator of Underpin can give it a credential for this registry',
  missing: 'check the name and the tag in the file',
  invalid: 'its answer cannot be trusted, so the file stays as it is; the people who run the registry can say more',
  conflict: 'it is asked again later',
}

export const upstreamFault: Rule<UseFacts> = {
  name: 'upstream-fault',
  judge: (facts) => {
    const {
      upstream,
      use: { reference },
    } = facts
    if (upstream === null && reference !== null && candidateOf(facts) !== null)
      return {
        verdict: 'hold',
        text: `the registry was not asked yet where the newer tag ${aimedName(facts, reference)} points`,
        values: { candidate: aimedName(facts, reference) },
      }
    if (upstream === null) return { verdict: 'hold', text: 'the registry was not asked yet', values: {} }
    if (upstream.kind === 'seen') return null
    const { kind, host, message } = upstream.fault
    const values = { fault: kind, host, message }
    const registry = host ?? reference?.name.registry ?? 'the registry'
    if (kind === 'missing') {
      const what = reference === null ? 'the tag' : aimedName(facts, reference)
      return { verdict: 'hold', text: `the tag is not in the registry: ${registry} knows no ${what}; ${advice.missing}`, values }
    }
    return { verdict: 'hold', text: `${registry} did not say where the tag points (${kind}: ${message}); ${advice[kind]}`, values }
  },
}
