/** Pull requests: the title and the body that have to convince a person who has one minute. */
import { shortDigest } from '../domain/image/digest.ts'
import { formatImageName, formatReference, type Reference } from '../domain/image/reference.ts'
import type { MoveEvidence } from '../domain/move-evidence.ts'
import { policyPath } from '../domain/repo/policy.ts'
import { formatRepo } from '../domain/repo/repo.ts'
import { formatBodyMarker } from '../domain/update-marker.ts'
import { headline, nameAndTag } from './headline.ts'
import { evidenceGaps, evidenceSections, evidenceSentence, evidenceSources } from './evidence.ts'
import { code, fitted, prose, table } from './markdown.ts'
import { changesTag, type Move, reasonsOf, roleWords, type Step, stepsOf } from './move.ts'

export type { Move } from './move.ts'

/** What the words about an update are made of. `moves` is never empty; they belong to one update key. */
export type UpdateWords = {
  readonly repo: { readonly owner: string; readonly name: string }
  readonly group: string
  readonly moves: readonly Move[]
  /** Other uses of the same image that stay as they are. */
  readonly heldOrSkipped?: number
  readonly fingerprint: string
  readonly asOf: Date
  /** What the title begins with (`chore(deps):`), or null. */
  readonly prefix?: string | null
}

const longestTitle = 120
const mostSteps = 15
const mostReasons = 10
const mostCompared = 3

/** The body is Markdown under 60,000 bytes; its last line is the marker of the plan. */
export function renderPullRequest(words: UpdateWords): { readonly title: string; readonly body: string } {
  return { title: headline(words.moves, longestTitle, words.prefix), body: fitted(Math.max(words.moves.length, longestList), (shown) => bodyOf(words, shown)) }
}

/** Items of a list about packages or findings that are tried first. */
const longestList = 150

function bodyOf(words: UpdateWords, mostItems: number): string {
  const { moves, fingerprint } = words
  return [
    ...urgency(moves),
    summary(moves),
    ...inside(words, mostItems),
    ...(comparedSteps(moves).length === 0 ? [] : ['### Where']),
    ...changes(moves, mostItems),
    ...why(moves),
    ...howWeKnow(words),
    ...limits(words, mostItems),
    ...sayingNo(moves),
    formatBodyMarker(fingerprint),
  ].join('\n\n')
}

/** What cannot wait. */
function urgency(moves: readonly Move[]): readonly string[] {
  const isGone = moves.some(({ decision }) => decision.reasons[0]?.rule === 'gone-digest')
  return isGone ? ['**What is pinned here cannot be pulled any more, so nobody can build it as it stands.**'] : []
}

/** One sentence for the hurried reader. */
function summary(moves: readonly Move[]): string {
  const names = [...new Set(moves.map(({ to }) => nameAndTag(to)))].slice(0, 3).map(code).join(', ')
  const places = `${moves.length} ${moves.length === 1 ? 'place' : 'places'}`
  if (moves.some(changesTag)) return `${tagSentence(moves)}; nothing else in the repository changes.${inBrief(moves)}`
  return moves.every(({ from }) => from.digest === null)
    ? `Writes the digest that ${names} shows now into ${places}, so that each build uses the same image until a pull request like this one moves it.`
    : `Moves ${names} in ${places} to the digest that its tag shows now; nothing else in the repository changes.${inBrief(moves)}`
}

/** From which tags to which, and what becomes of digests. */
function tagSentence(moves: readonly Move[]): string {
  const tagMoves = moves.filter(changesTag)
  const named = (references: readonly Reference[]) => [...new Set(references.map(nameAndTag))].slice(0, 3).map(code).join(', ')
  const pinned = tagMoves.filter(({ to }) => to.digest !== null).length
  const digests =
    pinned === 0
      ? 'without a digest, as before'
      : pinned === tagMoves.length
        ? 'with the digest that it shows now'
        : 'with the digest that it shows now where there was one'
  const rest = moves.length - tagMoves.length
  const others = rest === 0 ? '' : `; ${rest} more ${rest === 1 ? 'place has' : 'places have'} that tag and ${rest === 1 ? 'gets' : 'get'} the digest`
  return `Moves ${named(tagMoves.map(({ from }) => from))} to ${named(tagMoves.map(({ to }) => to))} in ${tagMoves.length} ${tagMoves.length === 1 ? 'place' : 'places'}, ${digests}${others}`
}

/** What it brings, where that is known for all of it. */
function inBrief(moves: readonly Move[]): string {
  const [only, ...others] = comparedSteps(moves)
  if (only === undefined || others.length > 0) return ''
  const sentence = evidenceSentence(only.evidence)
  return ` Inside: ${sentence}.`
}

/** The steps whose images were looked into. */
function comparedSteps(moves: readonly Move[]): readonly (Step & { readonly evidence: MoveEvidence })[] {
  return stepsOf(moves).flatMap((step) => {
    const evidence = step.moves.find((move) => move.evidence !== null)?.evidence ?? null
    return evidence === null ? [] : [{ ...step, evidence }]
  })
}

/** What changes inside the images: of several old digests each is compared with the new one, the first ones in full. */
function inside({ moves, asOf }: UpdateWords, mostItems: number): readonly string[] {
  const steps = comparedSteps(moves)
  const shown = steps.slice(0, mostCompared)
  const more = steps.length - shown.length
  const parts = shown.flatMap(({ from, evidence }) => {
    const which = steps.length === 1 || from.digest === null ? [] : [`Compared with ${code(shortDigest(from.digest))}: ${evidenceSentence(evidence)}.`]
    return [...which, ...evidenceSections(evidence, asOf, mostItems)]
  })
  return more > 0 ? [...parts, `… and ${more} more old digests, not compared here.`] : parts
}

function changes(moves: readonly Move[], mostPlaces: number): readonly string[] {
  const steps = stepsOf(moves)
  let left = mostPlaces
  const parts = steps.slice(0, mostSteps).flatMap((step) => {
    const shown = step.moves.slice(0, left)
    left -= shown.length
    return [`- from ${code(formatReference(step.from))}\n- to ${code(formatReference(step.to))}`, ...placesOf(step, shown)]
  })
  const more = steps.length - mostSteps
  return more > 0 ? [...parts, `… and ${more} more changes; the diff shows all of them.`] : parts
}

function placesOf(step: Step, shown: readonly Move[]): readonly string[] {
  const missing = step.moves.length - shown.length
  const rest = missing === 0 ? [] : [`… and ${missing} more ${missing === 1 ? 'place' : 'places'}; the diff shows all of them.`]
  if (shown.length === 0) return rest
  const rows = shown.map(({ use }) => [
    `${code(`${use.file}:${use.line}`)}${writtenIn(use)}`,
    roleWords[use.role] ?? code(use.role),
    use.stage === null ? '' : code(use.stage),
  ])
  return [table(['place', 'used as', 'stage'], rows), ...rest]
}

/** The files that are changed for a use, where they are others than its own: what it is built with stands there. */
function writtenIn({ file, edits }: Move['use']): string {
  const others = [...new Set(edits.map((edit) => edit.file))].filter((other) => other !== file)
  return others.length === 0 ? '' : `, written in ${others.slice(0, 3).map(code).join(', ')}${others.length > 3 ? ' and more' : ''}`
}

function why(moves: readonly Move[]): readonly string[] {
  const reasons = reasonsOf(moves)
  const lines = reasons.slice(0, mostReasons).map(({ rule, text }) => `- ${prose(text)} (rule ${code(rule)})`)
  const more = reasons.length - mostReasons
  return ['### Why', [...lines, ...(more > 0 ? [`- … and ${more} more reasons of the same kind`] : [])].join('\n')]
}

function howWeKnow({ moves, asOf }: UpdateWords): readonly string[] {
  const names = [...new Set(moves.map(({ to }) => formatImageName(to.name)))].slice(0, 3).map(code).join(', ')
  return [
    '### How we know',
    [
      moves.some(changesTag)
        ? `- Underpin asked the registry of ${names} which tags there are and where the new one points, and hashed the bytes of the answer itself.`
        : `- Underpin asked the registry of ${names} where the tag points, and hashed the bytes of the answer itself.`,
      '- Ages count from when Underpin first saw the digest, not from a date that its publisher wrote.',
      ...new Set(comparedSteps(moves).flatMap(({ evidence }) => evidenceSources(evidence))),
      `- As of ${asOf.toISOString().slice(0, 16).replace('T', ' ')} UTC.`,
    ].join('\n'),
  ]
}

function limits({ repo, moves, heldOrSkipped = 0 }: UpdateWords, mostItems: number): readonly string[] {
  const compared = comparedSteps(moves)
  const gaps = [...new Set(compared.flatMap(({ evidence }) => evidenceGaps(evidence, mostItems)))]
  const notLookedAt = moves.every(({ from, to }) => from.digest === null && !changesTag({ from, to }))
    ? '- The packages inside the image were not looked at.'
    : '- The packages inside the digests were not compared, so it is not known what changed between them.'
  const unknown = compared.length > 0 ? gaps : [notLookedAt]
  const stay = heldOrSkipped === 1 ? 'use of this image stays as it is' : 'uses of this image stay as they are'
  const left = heldOrSkipped === 0 ? [] : [`- ${heldOrSkipped} more ${stay}; ${code(`underpin explain ${formatRepo(repo)}`)} says why.`]
  return ['### What this does not say', [...unknown, ...left].join('\n')]
}

function sayingNo(moves: readonly Move[]): readonly string[] {
  return [
    '### Saying no',
    [
      moves.some(changesTag)
        ? '- Close this pull request: this tag is not offered again, the next one is, and until then the digests of the tag that the file has.'
        : '- Close this pull request: this digest is not offered again, the next one is.',
      '- Commit on this branch: it is yours from then on, and Underpin writes no more to it.',
      `- For good: name the path or the image under ${code('ignore')} in ${code(policyPath)}.`,
    ].join('\n'),
  ]
}
