/** base-moved: a tag that the build follows without a pin moved, so the same files give another image now. */
import type { BuildFacts } from '../facts.ts'
import type { Rule } from '../rule.ts'
import { shortDigest } from '../../domain/image/digest.ts'
import { minute } from '../words.ts'

export const baseMoved: Rule<BuildFacts> = {
  name: 'base-moved',
  judge: ({ policy: { rebuild }, moved, previous }) => {
    const newest = [...moved].sort((a, b) => b.at.getTime() - a.at.getTime() || (nameOf(a) < nameOf(b) ? -1 : 1))[0]
    if (rebuild === null || !rebuild.onBaseMove || newest === undefined) return null
    // The time is part of it: a tag that returns to an older digest asks for another build.
    const cause = `base-moved ${nameOf(newest)}@${newest.to} ${minute(newest.at)}`
    if (previous?.cause === cause) return null
    const others = moved.length === 1 ? '' : ` (and ${moved.length - 1} more moved)`
    return {
      verdict: 'rebuild',
      text: `${nameOf(newest)} moved from ${shortDigest(newest.from)} to ${shortDigest(newest.to)} at ${minute(newest.at)}${others}, and the file follows the tag without a digest`,
      values: { moved: moved.map((move) => ({ tag: nameOf(move), from: move.from, to: move.to, at: move.at.toISOString() })) },
      cause,
    }
  },
}

function nameOf(move: BuildFacts['moved'][number]): string {
  return `${move.imageName}:${move.tag}`
}
