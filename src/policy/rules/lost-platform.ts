/** lost-platform: the new index lacks a platform that the old one had and that the repo may build. */
import { pinOf } from '../../domain/repo/image-use.ts'
import type { UseFacts } from '../facts.ts'
import type { Rule } from '../rule.ts'
import { builtPlatforms, isBuilt, platformDigests } from '../target.ts'
import { tagName } from '../words.ts'

export const lostPlatform: Rule<UseFacts> = {
  name: 'lost-platform',
  judge: (facts) => {
    const { use, upstream } = facts
    if (use.reference === null || upstream?.kind !== 'seen' || upstream.pinned?.kind !== 'fetched' || upstream.manifest === null) return null
    const before = platformDigests(upstream.pinned.manifest)
    const after = platformDigests(upstream.manifest)
    if (before === null || after === null) return null
    const built = builtPlatforms(facts)
    const lost = [...before.keys()].filter((line) => !after.has(line) && isBuilt(built, line))
    if (lost.length === 0) return null
    const way = built === null ? '; if this repo does not build it, name those it builds under `platforms` in the policy file' : ''
    return {
      verdict: 'hold',
      text: `${tagName(use.reference)} lost a platform: ${lost.join(', ')} is not in the new index (an image often lands one platform at a time)${way}`,
      values: { pinned: pinOf(use), upstream: upstream.digest, lost, built: built ?? 'unknown' },
    }
  },
}
