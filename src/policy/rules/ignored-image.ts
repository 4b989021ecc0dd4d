/** ignored-image: the policy leaves this image out. */
import { formatImageName } from '../../domain/image/reference.ts'
import { matchesGlob } from '../../lib/glob.ts'
import type { UseFacts } from '../facts.ts'
import type { Rule } from '../rule.ts'

export const ignoredImage: Rule<UseFacts> = {
  name: 'ignored-image',
  judge: ({ policy, use }) => {
    if (use.reference === null) return null
    const imageName = formatImageName(use.reference.name)
    const pattern = policy.ignoreImages.find((glob) => matchesGlob(glob, imageName))
    return pattern === undefined ? null : { verdict: 'skip', text: `the policy file ignores the image ${pattern}`, values: { imageName, pattern } }
  },
}
