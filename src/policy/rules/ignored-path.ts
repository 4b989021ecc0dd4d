/** ignored-path: the policy leaves this file out. */
import { coversPath } from '../../lib/glob.ts'
import type { UseFacts } from '../facts.ts'
import type { Rule } from '../rule.ts'

export const ignoredPath: Rule<UseFacts> = {
  name: 'ignored-path',
  judge: ({ policy, use }) => {
    const pattern = policy.ignorePaths.find((glob) => coversPath(glob, use.file))
    return pattern === undefined ? null : { verdict: 'skip', text: `the policy file ignores the path ${pattern}`, values: { file: use.file, pattern } }
  },
}
