/** not-asked: nobody wants rebuilds here. */
import type { BuildFacts } from '../facts.ts'
import type { Rule } from '../rule.ts'
import { waits } from './fix-installable.ts'

export const notAsked: Rule<BuildFacts> = {
  name: 'not-asked',
  judge: ({ policy: { rebuild }, waitingFixes: [worst] }) => {
    if (rebuild !== null) return null
    const values = { rebuild: null, fixes: worst === undefined ? [] : [...worst.vulnerabilities] }
    if (worst === undefined) return { verdict: 'skip', text: 'the policy asks for no rebuilds; `rebuild: weekly` in the policy file does', values }
    return { verdict: 'skip', text: `the policy asks for no rebuilds, though ${waits(worst)}; \`rebuild: on-fix\` in the policy file asks for one`, values }
  },
}
