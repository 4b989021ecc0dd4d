/** skipped-use: the use itself cannot be moved, and whoever read the file already said why. */
import { skipCodes } from '../../domain/repo/image-use.ts'
import type { UseFacts } from '../facts.ts'
import type { Rule } from '../rule.ts'

export const skippedUse: Rule<UseFacts> = {
  name: 'skipped-use',
  judge: ({ use }) => {
    if (use.skip !== null) {
      const { code, message } = use.skip
      return { verdict: 'skip', text: message === '' ? skipCodes[code] : message, values: { code } }
    }
    if (use.reference !== null) return null
    return { verdict: 'skip', text: 'what this reference comes to cannot be known from the file', values: { code: 'unresolved-variable' } }
  },
}
