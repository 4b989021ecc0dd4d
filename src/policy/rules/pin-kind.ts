/** pin-kind: an index is never swapped for the manifest of one platform, nor the other way round. */
import { formatPlatform } from '../../domain/image/platform.ts'
import { pinOf } from '../../domain/repo/image-use.ts'
import { aimedName } from '../aim.ts'
import type { UseFacts } from '../facts.ts'
import type { Rule } from '../rule.ts'
import { targetOf } from '../target.ts'

export const pinKind: Rule<UseFacts> = {
  name: 'pin-kind',
  judge: (facts) => {
    const { use, upstream } = facts
    const target = targetOf(facts)
    if (use.reference === null || upstream?.kind !== 'seen' || target === null || target.kind === 'digest') return null
    const tag = aimedName(facts, use.reference)
    const values = { tag, pinned: pinOf(use), upstream: upstream.digest }
    switch (target.kind) {
      case 'became-image':
        return {
          verdict: 'hold',
          text: `the file is pinned to an index of several platforms, but ${tag} shows a single image manifest now; a person should say whether that is meant`,
          values,
        }
      case 'unknown-platform':
        return {
          verdict: 'hold',
          text: `the file is pinned to the manifest of one platform and we do not know which, while ${tag} shows an index; pin the index, or the platform's manifest of today`,
          values,
        }
      case 'unreadable-pin':
        return {
          verdict: 'hold',
          text: `what the file is pinned to cannot be read (${target.problem}), so it is not known whether ${tag} still names the same kind of thing; write the digest that ${tag} shows now`,
          values: { ...values, problem: target.problem },
        }
      case 'platform-missing':
        return {
          verdict: 'hold',
          text: `${tag} lost a platform: the file is pinned to the manifest for ${formatPlatform(target.platform)}, and the index holds none for it now`,
          values: { ...values, platform: formatPlatform(target.platform) },
        }
    }
  },
}
