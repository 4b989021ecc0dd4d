/** Headlines: the one line that names an update, in a pull request's title and a commit's subject. */
import { type Digest, shortDigest } from '../domain/image/digest.ts'
import { type Reference, tagOrLatest } from '../domain/image/reference.ts'
import type { Move } from './move.ts'

/**
 * `Update python:3.12-slim to sha256:0123456789ab`, or `Pin …` where no file had a digest: at most `longest` characters, the name shortened
 * from its front when it does not fit. References hold no character that GitHub gives a meaning, so nothing is escaped.
 */
export function headline(moves: readonly Move[], longest: number): string {
  const [first] = moves
  if (first === undefined) throw new Error('an update without a move is a bug')
  const verb = moves.every(({ from }) => from.digest === null) ? 'Pin' : 'Update'
  const digests = [...new Set(moves.flatMap(({ to }): Digest[] => (to.digest === null ? [] : [to.digest])))]
  const names = [...new Set(moves.map(({ to }) => nameAndTag(to)))]
  const others = digests.length > 1 ? ` and ${digests.length - 1} more` : ''
  const target = digests[0] === undefined ? '' : ` to ${shortDigest(digests[0])}${others}`
  const name = names[0] ?? ''
  const last = name.slice(name.lastIndexOf('/') + 1)
  const candidates = [name, `…/${last}`, last.slice(0, last.indexOf(':')), 'an image'].map((candidate) => `${verb} ${candidate}${target}`)
  return candidates.find((candidate) => candidate.length <= longest) ?? `${verb} an image`
}

/** `python:3.12-slim` as its file spells it. */
export function nameAndTag(reference: Reference): string {
  return `${reference.spelling}:${tagOrLatest(reference)}`
}
