/** Moves: image uses that an update changes, as the words about it need them. */
import type { Decision } from '../domain/decision.ts'
import { formatReference, type Reference, tagOrLatest } from '../domain/image/reference.ts'
import type { MoveEvidence } from '../domain/move-evidence.ts'
import type { ImageUse } from '../domain/repo/image-use.ts'

/** One use and what becomes of its reference. */
export type Move = {
  readonly use: ImageUse
  readonly from: Reference
  readonly to: Reference
  readonly decision: Decision
  /** What changes inside the image; null where nobody looked (the file had no digest). */
  readonly evidence: MoveEvidence | null
}

/** Moves that change the same text into the same text, told once with all their places. */
export type Step = { readonly from: Reference; readonly to: Reference; readonly moves: readonly Move[] }

/** `moves` by what they change, in the order of their first place. */
export function stepsOf(moves: readonly Move[]): readonly Step[] {
  const steps = new Map<string, { from: Reference; to: Reference; moves: Move[] }>()
  for (const move of moves) {
    const key = `${formatReference(move.from)} ${formatReference(move.to)}`
    const step = steps.get(key)
    if (step === undefined) steps.set(key, { from: move.from, to: move.to, moves: [move] })
    else step.moves.push(move)
  }
  return [...steps.values()]
}

/** Whether the move leads to another tag, not only to another digest of the same one. */
export function changesTag({ from, to }: Pick<Move, 'from' | 'to'>): boolean {
  return to.tag !== null && to.tag !== tagOrLatest(from)
}

/** Each reason of the decisions once, in their order. */
export function reasonsOf(moves: readonly Move[]): readonly { readonly rule: string; readonly text: string }[] {
  const reasons = moves.flatMap(({ decision }) => decision.reasons)
  return [...new Map(reasons.map(({ rule, text }) => [`${rule} ${text}`, { rule, text }])).values()]
}

/** What an image is to its file, in words, by role. A role that came later than this table is its own word. */
export const roleWords: Readonly<Record<string, string>> = {
  stage: 'build stage',
  final: 'base of the final image',
  'copy-from': 'files copied from it',
  'mount-from': 'mounted in a build step',
  syntax: 'Dockerfile syntax',
  service: 'service',
  container: 'container',
  values: 'chart values',
  'build-context': 'build context',
}
