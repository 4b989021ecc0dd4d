/** vanished-tag: the registry has the tag no more. Nothing newer will come for it, and without a digest the file cannot be built. */
import { type Digest, shortDigest } from '../../domain/image/digest.ts'
import { pinOf } from '../../domain/repo/image-use.ts'
import { aimedName, candidateOf } from '../aim.ts'
import type { UseFacts } from '../facts.ts'
import type { Rule } from '../rule.ts'
import { day } from '../words.ts'

export const vanishedTag: Rule<UseFacts> = {
  name: 'vanished-tag',
  judge: (facts) => {
    const { use, upstream, vanished } = facts
    if (use.reference === null || !isVanished(facts) || upstream?.kind !== 'fault') return null
    const { last } = upstream
    const pinned = pinOf(use)
    const seen = last === null ? 'is not in the registry' : `is not in the registry any more (last seen on ${day(last.at)})`
    const left = pinned === null ? 'so the file cannot be built' : stillServed(pinned, upstream.pinned !== null)
    return {
      verdict: 'hold',
      text: `${aimedName(facts, use.reference)} ${seen}${pinned === null ? ', ' : '; '}${left}; ${proposal(facts)}`,
      values: {
        tag: aimedName(facts, use.reference),
        file: pinned,
        fault: upstream.fault.kind,
        lastSeen: last?.at.toISOString() ?? null,
        lastDigest: last?.digest ?? null,
        proposal: vanished?.proposal ?? null,
      },
    }
  },
}

function stillServed(pinned: Digest, isKnown: boolean): string {
  const what = `${shortDigest(pinned)} that the file has`
  return isKnown ? `${what} can still be pulled, but nothing newer will come for it` : `whether ${what} can still be pulled is being asked`
}

/** Whether the tag of the use was there once, as far as we know, and is not any more; a name that never was anything is another matter. */
export function isVanished(facts: UseFacts): boolean {
  const { upstream } = facts
  if (upstream?.kind !== 'fault' || upstream.fault.kind !== 'missing' || candidateOf(facts) !== null) return false
  return upstream.last !== null || upstream.pinned?.kind === 'fetched'
}

/** What a person could do about it. */
export function proposal({ vanished, carrier, use: { reference } }: Pick<UseFacts, 'vanished' | 'carrier' | 'use'>): string {
  const spelling = reference?.spelling ?? ''
  if (vanished === null || !vanished.isListed) return 'which tags there are is not known yet'
  if (vanished.proposal === null) return 'no tag of its line is left, so a person has to choose another one'
  const { follow, tag } = vanished.proposal
  if (carrier !== null) return `${spelling}:${tag} could take its place, written with its tag`
  return follow === null
    ? `${spelling}:${tag} covers it: write that tag instead`
    : `with \`follow: ${follow}\` for it in the policy file it would move to ${spelling}:${tag}`
}
