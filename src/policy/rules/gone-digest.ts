/** gone-digest: the registry does not serve any more what the file is pinned to, so nobody can build it. That waits for no schedule. */
import { shortDigest } from '../../domain/image/digest.ts'
import { pinOf } from '../../domain/repo/image-use.ts'
import { aimedName } from '../aim.ts'
import type { UseFacts } from '../facts.ts'
import { moveWord } from '../move-word.ts'
import type { Rule } from '../rule.ts'
import { goneSince } from '../target.ts'
import { day } from '../words.ts'
import { isVanished, proposal } from './vanished-tag.ts'

/** An update, where the tag is alive or there is a newer one. */
export const goneDigest: Rule<UseFacts> = {
  name: 'gone-digest',
  judge: (facts) => {
    const { upstream, use } = facts
    const since = goneSince(facts)
    const word = moveWord(facts)
    const pinned = pinOf(use)
    if (since === null || pinned === null || word === null) return null
    const wentBack = upstream?.kind === 'seen' ? upstream.wentBack : null
    const back = wentBack === null ? '' : `; the tag went back on ${day(wentBack.at)} to what it had shown before`
    return {
      ...word,
      text: `${word.text}; ${shortDigest(pinned)} cannot be pulled any more (since ${day(since)}), so the file cannot be built${back}`,
      values: { ...word.values, goneSince: since.toISOString() },
    }
  },
}

/** A hold, where the tag is gone too. */
export const goneWithTag: Rule<UseFacts> = {
  name: 'gone-digest',
  judge: (facts) => {
    const { use, upstream, vanished } = facts
    const since = goneSince(facts)
    const pinned = pinOf(use)
    if (use.reference === null || !isVanished(facts) || since === null || pinned === null || upstream?.kind !== 'fault') return null
    return {
      verdict: 'hold',
      text: `neither ${aimedName(facts, use.reference)} nor ${shortDigest(pinned)} that the file has can be pulled any more (the digest since ${day(since)}), so the file cannot be built; ${proposal(facts)}`,
      values: {
        tag: aimedName(facts, use.reference),
        file: pinned,
        fault: upstream.fault.kind,
        goneSince: since.toISOString(),
        lastSeen: upstream.last?.at.toISOString() ?? null,
        proposal: vanished?.proposal ?? null,
      },
    }
  },
}
