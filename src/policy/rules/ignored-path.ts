/** ignored-path: the policy leaves this file out. */
import { coversPath } from '../../lib/glob.ts'
import type { UseFacts } from '../facts.ts'
import type { Rule } from '../rule.ts'

export const ignoredPath: Rule<UseFacts> = {
  name: 'ignored-path',
  judge: ({ policy, use }) => {
    for (const file of new Set([use.file, ...use.edits.map((edit) => edit.file)])) {
      const pattern = policy.ignorePaths.find((glob) => coversPath(glob, file))
      const where = file === use.file ? '' : `, and what would change stands in ${file}`
      if (pattern !== undefined) return { verdict: 'skip', text: `the policy file ignores the path ${pattern}${where}`, values: { file, pattern } }
    }
    return null
  },
}
