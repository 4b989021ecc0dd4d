/** not-asked: nobody wants rebuilds here. */
import type { BuildFacts } from '../facts.ts'
import type { Rule } from '../rule.ts'

export const notAsked: Rule<BuildFacts> = {
  name: 'not-asked',
  judge: ({ policy: { rebuild } }) =>
    rebuild === null
      ? { verdict: 'skip', text: 'the policy asks for no rebuilds; `rebuild: weekly` in the policy file does', values: { rebuild: null } }
      : null,
}
