/** moved: the tag shows something else than the file has. It stands last: nothing objected. */
import { shortDigest } from '../../domain/image/digest.ts'
import { formatPlatform } from '../../domain/image/platform.ts'
import { pinOf } from '../../domain/repo/image-use.ts'
import { aimedName, carrierWords } from '../aim.ts'
import type { UseFacts } from '../facts.ts'
import type { Rule } from '../rule.ts'
import { targetOf } from '../target.ts'
import { age } from '../words.ts'

export const moved: Rule<UseFacts> = {
  name: 'moved',
  judge: (facts) => {
    const { use, upstream } = facts
    const target = targetOf(facts)
    if (use.reference === null || upstream?.kind !== 'seen' || target?.kind !== 'digest') return null
    const pinned = pinOf(use)
    const tag = aimedName(facts, use.reference)
    const values = { tag, file: pinned, upstream: target.digest, firstSeen: upstream.firstSeen?.toISOString() ?? null }
    const platform = target.platform === null ? '' : ` for ${formatPlatform(target.platform)}`
    const shows = `${tag} points at ${shortDigest(target.digest)}${platform} ${upstream.firstSeen === null ? `now, ${age(null)}` : age(upstream.firstSeen)}`
    if (pinned === null) return { verdict: 'update', text: `${shows}, the file has no digest, so two builds of it can differ`, values }
    return { verdict: 'update', text: `${shows}, the file has ${shortDigest(pinned)}${carrierWords(facts)}`, values }
  },
}
