/** same-images: the index moved, but what runs in it did not (attestations are signed anew without a change of the image). */
import { pinOf } from '../../domain/repo/image-use.ts'
import type { UseFacts } from '../facts.ts'
import type { Rule } from '../rule.ts'
import { builtPlatforms, isBuilt, platformDigests } from '../target.ts'

export const sameImages: Rule<UseFacts> = {
  name: 'same-images',
  judge: (facts) => {
    const { use, upstream } = facts
    if (upstream?.kind !== 'seen' || upstream.pinned?.kind !== 'fetched' || upstream.manifest === null) return null
    const before = platformDigests(upstream.pinned.manifest)
    const after = platformDigests(upstream.manifest)
    if (before === null || after === null) return null
    const built = builtPlatforms(facts)
    const lines = [...new Set([...before.keys(), ...after.keys()])].filter((line) => isBuilt(built, line))
    if (lines.length === 0 || lines.some((line) => before.get(line) !== after.get(line))) return null
    const which = built === null ? 'the images in it did not' : `the images in it for ${lines.join(', ')} did not`
    return { verdict: 'current', text: `the index moved, ${which}`, values: { pinned: pinOf(use), upstream: upstream.digest, platforms: lines } }
  },
}
