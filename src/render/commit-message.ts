/** Commit messages: plain text that Git keeps for ever, wrapped, with the plan's trailer as its last line. */
import { tagOrLatest } from '../domain/image/reference.ts'
import { formatCommitTrailer } from '../domain/update-marker.ts'
import { spelledOut, shortened } from '../lib/visible.ts'
import { headline, nameAndTag } from './headline.ts'
import { changesTag, type Move, stepsOf } from './move.ts'

const longestSubject = 72
const mostSteps = 10
const mostPlaces = 20

/**
 * Subject of at most 72 characters, body, trailer. Digests stand alone and paths are reduced to plain characters: GitHub reads mentions,
 * issue numbers and `[skip ci]` out of commit messages too.
 */
export function renderCommitMessage(words: { readonly moves: readonly Move[]; readonly fingerprint: string; readonly prefix?: string | null }): string {
  const steps = stepsOf(words.moves)
  const parts = steps.slice(0, mostSteps).map(({ from, to, moves }) => {
    const places = moves.slice(0, mostPlaces).map(({ use }) => `  ${plain(use.file)}:${use.line}`)
    const more = moves.length - places.length
    return [
      `${to.spelling}:${tagOrLatest(to)}`,
      `  from ${changesTag({ from, to }) ? `${nameAndTag(from)}, ` : ''}${from.digest ?? 'no digest'}`,
      `  to   ${to.digest ?? 'no digest'}`,
      ...places,
      ...(more > 0 ? [`  and ${more} more places`] : []),
    ].join('\n')
  })
  const more = steps.length - mostSteps
  const rest = more > 0 ? [`and ${more} more changes`] : []
  const how = 'The registry was asked where the tag points, and the answer was\nhashed by Underpin. The pull request says why.'
  return [headline(words.moves, longestSubject, words.prefix), ...parts, ...rest, how, formatCommitTrailer(words.fingerprint)].join('\n\n')
}

/** A path in which nothing but letters, digits and `._/+-` stands as it is. */
function plain(path: string): string {
  return shortened(path, 200).replace(/[^A-Za-z0-9._/+-]/gu, spelledOut)
}
