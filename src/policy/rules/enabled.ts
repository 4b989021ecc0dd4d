/** enabled: the people of the repo switched Underpin off. */
import type { Policy } from '../../domain/repo/policy.ts'
import type { Rule } from '../rule.ts'

export const enabled: Rule<{ readonly policy: Policy }> = {
  name: 'enabled',
  judge: ({ policy }) => (policy.enabled ? null : { verdict: 'skip', text: 'the policy file says `enabled: false`', values: { enabled: false } }),
}
