/** Headlines: the one line that names an update, in a pull request's title and a commit's subject. */
import { type Digest, shortDigest } from '../domain/image/digest.ts'
import { type Reference, tagOrLatest } from '../domain/image/reference.ts'
import { severityCounts, unite, vulnerabilitiesOf } from '../domain/move-evidence.ts'
import { countOf } from './evidence-table.ts'
import { changesTag, type Move } from './move.ts'

/**
 * `Update python:3.12.4 to 3.12.7`, with what it fixes, where the tag moves; else `Update python:3.12-slim: fixes 3 vulnerabilities (1 high, 2 low)`, `… to sha256:0123456789ab` where it fixes none that we know of, or `Pin …` where
 * no file had a digest: at most `longest` characters, the name shortened from its front when it does not fit. References hold no character that GitHub gives a meaning, so nothing is escaped. `prefix` stands before all of it, with a blank.
 */
export function headline(moves: readonly Move[], longest: number, prefix: string | null = null): string {
  return prefix === null ? bare(moves, longest) : `${prefix} ${bare(moves, longest - prefix.length - 1)}`
}

function bare(moves: readonly Move[], longest: number): string {
  const [first] = moves
  if (first === undefined) throw new Error('an update without a move is a bug')
  const tagMoves = moves.filter(changesTag)
  if (tagMoves.length > 0) return tagHeadline(tagMoves, fixesOf(moves), longest)
  const verb = moves.every(({ from }) => from.digest === null) ? 'Pin' : 'Update'
  const digests = [...new Set(moves.flatMap(({ to }): Digest[] => (to.digest === null ? [] : [to.digest])))]
  const names = [...new Set(moves.map(({ to }) => nameAndTag(to)))]
  const others = digests.length > 1 ? ` and ${digests.length - 1} more` : ''
  const fixes = fixesOf(moves)
  const target = fixes !== null ? `: ${fixes}` : digests[0] === undefined ? '' : ` to ${shortDigest(digests[0])}${others}`
  const name = names[0] ?? ''
  const last = name.slice(name.lastIndexOf('/') + 1)
  const candidates = [name, `…/${last}`, last.slice(0, last.indexOf(':')), 'an image'].map((candidate) => `${verb} ${candidate}${target}`)
  return candidates.find((candidate) => candidate.length <= longest) ?? `${verb} an image`
}

/** Several old tags are left out where they go to one new tag: the image is what they share. */
function tagHeadline(moves: readonly Move[], fixes: string | null, longest: number): string {
  const froms = [...new Set(moves.map(({ from }) => nameAndTag(from)))]
  const tags = [...new Set(moves.map(({ to }) => tagOrLatest(to)))]
  const spelling = moves[0]?.to.spelling ?? ''
  const image = spelling.slice(spelling.lastIndexOf('/') + 1)
  const to = `to ${tags[0]}${tags.length > 1 ? ` and ${tags.length - 1} more` : ''}`
  const what = fixes === null ? '' : `: ${fixes}`
  const from = froms.length === 1 ? (froms[0] ?? image) : spelling
  const candidates = [`${from} ${to}${what}`, `…/${from.slice(from.lastIndexOf('/') + 1)} ${to}${what}`, `${image} ${to}${what}`, `${image} ${to}`, image]
  return candidates.map((candidate) => `Update ${candidate}`).find((candidate) => candidate.length <= longest) ?? 'Update an image'
}

/** What the moves fix together, only the worst severity counted; null where nothing is known to be fixed. */
function fixesOf(moves: readonly Move[]): string | null {
  const fixed = vulnerabilitiesOf(moves.flatMap(({ evidence }) => (evidence === null ? [] : unite(evidence).fixed.map(({ thing }) => thing))))
  if (fixed.length === 0) return null
  const worst = fixed.length === 1 ? fixed[0]?.severity : severityCounts(fixed).split(', ')[0]
  return `fixes ${countOf(fixed.length, 'vulnerability', 'vulnerabilities')} (${worst})`
}

/** `python:3.12-slim` as its file spells it; a name without tag beside a digest stands alone. */
export function nameAndTag(reference: Reference): string {
  return reference.tag === null && reference.digest !== null ? reference.spelling : `${reference.spelling}:${tagOrLatest(reference)}`
}
