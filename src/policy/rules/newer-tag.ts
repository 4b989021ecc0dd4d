/** newer-tag: the policy lets the tag move, and the registry has a newer one of the same line. Stands before `moved`: nothing objected. */
import { formatExtent } from '../../domain/image/extent.ts'
import { shortDigest } from '../../domain/image/digest.ts'
import { formatPlatform } from '../../domain/image/platform.ts'
import { pinOf } from '../../domain/repo/image-use.ts'
import { aimedName, candidateOf, getsDigest } from '../aim.ts'
import type { UseFacts } from '../facts.ts'
import type { Rule, Verdict } from '../rule.ts'
import { targetOf } from '../target.ts'
import { age, day, tagName } from '../words.ts'

export const newerTag: Rule<UseFacts> = {
  name: 'newer-tag',
  judge: (facts) => {
    const { use, upstream, newer, policy } = facts
    const target = targetOf(facts)
    if (use.reference === null || newer?.kind !== 'listed' || candidateOf(facts) === null || upstream?.kind !== 'seen' || target?.kind !== 'digest') return null
    const [from, to] = [tagName(use.reference), aimedName(facts, use.reference)]
    const pinned = pinOf(use)
    const platform = target.platform === null ? '' : ` for ${formatPlatform(target.platform)}`
    const shows = `it points at ${shortDigest(target.digest)}${platform}, ${age(upstream.firstSeen)}`
    const has =
      pinned !== null ? `, and the file has ${shortDigest(pinned)}` : getsDigest(facts) ? '' : '; the file follows tags without a digest, and gets none'
    return {
      verdict: 'update',
      text: `of ${newer.considered} tags, ${to} is the newest that \`follow: ${formatExtent(policy.follow)}\` lets ${from} move to${notesOn(newer)}; ${shows}${has}${ownWords(facts)}`,
      values: {
        tag: from,
        candidate: to,
        follow: formatExtent(policy.follow),
        considered: newer.considered,
        beyond: newer.beyond,
        unserved: [...newer.unserved],
        file: pinned,
        upstream: target.digest,
        firstSeen: upstream.firstSeen?.toISOString() ?? null,
      },
    }
  },
}

/** What is said beside a decision about the digest where the policy would have let the tag move; null where it would not, or where it does. */
export function tagStays({ newer, use: { reference }, policy }: UseFacts): Verdict | null {
  if (reference === null || newer === null || newer.kind === 'unasked') return null
  const [tag, follow] = [tagName(reference), formatExtent(policy.follow)]
  if (newer.kind === 'fault') {
    const { kind, host, message } = newer.fault
    return {
      verdict: 'hold',
      text: `whether there is a newer tag than ${tag} is not known: ${host ?? 'the registry'} did not say which tags there are (${kind}: ${message}); it is asked again later`,
      values: { tag, follow, fault: kind, host, message },
    }
  }
  const { candidate, considered, beyond, refused, unserved } = newer
  if (candidate !== null) return null
  const values = { tag, follow, considered, beyond, refused, unserved: [...unserved] }
  if (refused !== null) {
    const text = `a person closed the pull request that offered ${reference.spelling}:${refused}; the tag stays until there is a newer one`
    return { verdict: 'hold', text, values }
  }
  return { verdict: 'current', text: `none of ${considered} tags is newer than ${tag} and allowed by \`follow: ${follow}\`${notesOn(newer)}`, values }
}

/** ` (3.13.0 is beyond it)`. */
function notesOn({ beyond, unserved }: Extract<UseFacts['newer'], { kind: 'listed' }>): string {
  const notes = [...(beyond === null ? [] : [`${beyond} is beyond it`]), ...unserved.map((tag) => `${tag} is in the list and cannot be pulled`)]
  return notes.length === 0 ? '' : ` (${notes.join(', ')})`
}

/** What is worth knowing of the tag that the file has. */
function ownWords({ own, use: { reference } }: UseFacts): string {
  if (own?.kind !== 'fault' || own.fault.kind !== 'missing' || reference === null) return ''
  const last = own.last === null ? '' : ` (last seen ${day(own.last.at)})`
  return `; ${tagName(reference)} is not in the registry any more${last}`
}
