/** lost-platform: the new index lacks a platform that the old one had and that the repo may build, or the one that the file asks for. */
import { pinOf } from '../../domain/repo/image-use.ts'
import { aimedName, candidateOf } from '../aim.ts'
import type { UseFacts } from '../facts.ts'
import type { Rule } from '../rule.ts'
import { builtPlatforms, linesFor, oldManifest, platformDigests, platformSource, platformSources } from '../target.ts'
import { tagName } from '../words.ts'

export const lostPlatform: Rule<UseFacts> = {
  name: 'lost-platform',
  judge: (facts) => {
    const { use, upstream } = facts
    const old = oldManifest(facts)
    const isNewer = candidateOf(facts) !== null
    if (use.reference === null || upstream?.kind !== 'seen' || upstream.manifest === null) return null
    const built = builtPlatforms(facts)
    const source = platformSource(facts)
    const after = platformDigests(upstream.manifest)
    const before = old === null ? null : platformDigests(old)
    if (after === null || (old !== null && before === null)) return null
    const offered = [...after.keys()]
    // What is not known to have a platform has those that are built on it: it builds.
    const had = before === null ? ((isNewer ? built : null) ?? []) : linesFor(built, before.keys())
    const lost = had.filter((line) => linesFor([line], offered, before === null ? undefined : 'exactly').length === 0)
    const values = { pinned: pinOf(use), upstream: upstream.digest, lost, built: built ?? 'unknown', ...(source === null ? {} : { platformsFrom: source }) }
    const name = aimedName(facts, use.reference)
    if (lost.length > 0) {
      const why = source === null ? 'if this repo does not build it, name those it builds under `platforms` in the policy file' : platformSources[source]
      const what = isNewer ? `lacks a platform of ${tagName(use.reference)}` : 'lost a platform'
      return {
        verdict: 'hold',
        text: `${name} ${what}: ${lost.join(', ')} is not in the new index (an image often lands one platform at a time); ${why}`,
        values,
      }
    }
    if (source !== 'use' || linesFor(built, offered).length > 0) return null
    return {
      verdict: 'hold',
      text: `${name} has no image for ${use.platform}, which the file asks for; it has ${offered.join(', ') || 'none for any platform'}`,
      values: { ...values, offered },
    }
  },
}
