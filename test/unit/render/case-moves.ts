/** Golden cases of the words: `moves.json` in the words of a person, as what the renderers take. */
import type { Decision, Reason } from '../../../src/domain/decision.ts'
import { parseReference } from '../../../src/domain/image/reference.ts'
import type { ImageUse } from '../../../src/domain/repo/image-use.ts'
import type { Move } from '../../../src/render/move.ts'
import type { UpdateWords } from '../../../src/render/pull-request.ts'
import { long, toUse } from '../policy/case-facts.ts'
import { toEvidence, type WrittenEvidence } from './case-evidence.ts'

type WrittenMove = Pick<ImageUse, 'file' | 'line' | 'text'> &
  Partial<Pick<ImageUse, 'role' | 'stage' | 'edits'>> & {
    readonly to: string
    readonly reasons: readonly Pick<Reason, 'rule' | 'text'>[]
    readonly evidence?: WrittenEvidence
  }

export type WrittenWords = Pick<UpdateWords, 'repo' | 'heldOrSkipped'> & { readonly asOf: string; readonly moves: readonly WrittenMove[] }

export const fingerprint = 'f'.repeat(64)

export function toWords({ repo, asOf, moves, heldOrSkipped }: WrittenWords): UpdateWords {
  return { repo, group: 'a group', asOf: new Date(asOf), fingerprint, moves: moves.map(toMove), ...(heldOrSkipped === undefined ? {} : { heldOrSkipped }) }
}

export function toMove({ to, reasons, evidence, ...use }: WrittenMove): Move {
  const parsed = parseReference(long(to))
  const read = toUse(use)
  if (parsed.kind === 'invalid' || read.reference === null) throw new Error(`not references: ${use.text} ${to}`)
  const decision: Decision = { kind: 'update', to: long(to), until: null, reasons: reasons.map((reason) => ({ verdict: 'update', values: {}, ...reason })) }
  return { use: read, from: read.reference, to: parsed.reference, decision, evidence: evidence === undefined ? null : toEvidence(evidence) }
}
