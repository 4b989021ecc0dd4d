/** same-images: the index moved, but what runs in it did not (attestations are signed anew without a change of the image). */
import { pinOf } from '../../domain/repo/image-use.ts'
import { candidateOf } from '../aim.ts'
import type { UseFacts } from '../facts.ts'
import type { Rule } from '../rule.ts'
import { builtPlatforms, goneSince, linesFor, oldManifest, platformDigests, platformSource, platformSources } from '../target.ts'

export const sameImages: Rule<UseFacts> = {
  name: 'same-images',
  judge: (facts) => {
    const { use, upstream } = facts
    const old = candidateOf(facts) === null && goneSince(facts) === null ? oldManifest(facts) : null
    if (upstream?.kind !== 'seen' || old === null || upstream.manifest === null) return null
    const before = platformDigests(old)
    const after = platformDigests(upstream.manifest)
    if (before === null || after === null) return null
    const built = builtPlatforms(facts)
    const source = platformSource(facts)
    const lines = [...new Set([...linesFor(built, before.keys()), ...linesFor(built, after.keys())])]
    if (lines.length === 0 || lines.some((line) => before.get(line) !== after.get(line))) return null
    const which = source === null ? 'the images in it did not' : `the images in it for ${lines.join(', ')} did not (${platformSources[source]})`
    const values = { pinned: pinOf(use), upstream: upstream.digest, platforms: lines, ...(source === null ? {} : { platformsFrom: source }) }
    return { verdict: 'current', text: `the index moved, ${which}`, values }
  },
}
