/** The terminal: what `scan` and `refs` print for people. */
import type { Decision, DecisionKind } from '../domain/decision.ts'
import { type Digest, shortDigest } from '../domain/image/digest.ts'
import { formatReference } from '../domain/image/reference.ts'
import type { ImageUse } from '../domain/repo/image-use.ts'
import { padded, visible } from '../lib/visible.ts'
import { type Paint, painter, type Style, widest } from './paint.ts'

/** A use with what the registry said and what is to be done. */
export type ScannedUse = {
  readonly use: ImageUse
  /** Null where the registry was not asked or did not answer. */
  readonly upstream: { readonly digest: Digest; readonly firstSeen: Date | null } | null
  readonly decision: Decision
}

const kindStyle: Record<DecisionKind, Style> = { update: 'cyan', rebuild: 'cyan', hold: 'yellow', skip: 'dim', current: 'green' }

/** A block per file, a few lines per use (what it is, what the tag shows, what would be done and why), then the totals. Ends with a line break. */
export function renderScan(uses: readonly ScannedUse[], { colour }: { readonly colour: boolean }): string {
  if (uses.length === 0) return 'No image uses found.\n'
  const paint = painter(colour)
  const files = [...groupedByFile(uses)].map(([file, scanned]) => [paint('bold', visible(file)), ...scanned.map((one) => scannedLines(one, paint))].join('\n'))
  return `${files.join('\n\n')}\n\n${totals(uses)}\n`
}

/** A line per use: place, role, reference, and what stands in the way. Ends with a line break. */
export function renderRefs(uses: readonly ImageUse[], { colour }: { readonly colour: boolean }): string {
  if (uses.length === 0) return 'No image uses found.\n'
  const paint = painter(colour)
  const rows = uses.map((use) => [visible(`${use.file}:${use.line}`), roleOf(use), written(use)] as const)
  const [first, second] = [widest(rows.map((row) => row[0])), widest(rows.map((row) => row[1]))]
  const lines = rows.map(([place, role, reference], index) => {
    const skip = uses[index]?.skip ?? null
    const note = skip === null ? '' : `  ${paint('dim', `skipped (${skip.code}): ${visible(skip.message)}`)}`
    return `${padded(place, first)}  ${paint('dim', padded(role, second))}  ${reference}${note}`
  })
  return `${lines.join('\n')}\n`
}

function scannedLines({ use, upstream, decision }: ScannedUse, paint: Paint): string {
  const reason = decision.reasons[0]
  const shows = upstream === null ? [] : [`      tag shows ${shortDigest(upstream.digest)}, ${seen(upstream.firstSeen)}`]
  const to = decision.to === null ? [] : [`      to ${visible(decision.to)}`]
  return [
    `  ${String(use.line).padStart(4)}  ${written(use)}  ${paint('dim', roleOf(use))}`,
    ...shows,
    `      ${paint(kindStyle[decision.kind], decision.kind)}: ${visible(reason?.text ?? '')} ${paint('dim', `(${reason?.rule ?? 'no rule'})`)}`,
    ...to,
  ].join('\n')
}

function totals(uses: readonly ScannedUse[]): string {
  const kinds: readonly DecisionKind[] = ['update', 'rebuild', 'hold', 'skip', 'current']
  const parts = kinds.flatMap((kind) => {
    const amount = uses.filter(({ decision }) => decision.kind === kind).length
    return amount === 0 ? [] : [`${amount} ${kind}`]
  })
  return `${uses.length} image ${uses.length === 1 ? 'use' : 'uses'}: ${parts.join(', ')}`
}

function groupedByFile(uses: readonly ScannedUse[]): ReadonlyMap<string, readonly ScannedUse[]> {
  const files = new Map<string, ScannedUse[]>()
  for (const one of uses) {
    const known = files.get(one.use.file)
    if (known === undefined) files.set(one.use.file, [one])
    else known.push(one)
  }
  return files
}

/** The reference after expansion with its digest cut to what a person compares, or the text of the file where nothing is known. */
function written({ reference, text }: ImageUse): string {
  if (reference === null) return visible(text)
  const name = formatReference({ ...reference, digest: null })
  return visible(reference.digest === null ? name : `${name}@${shortDigest(reference.digest)}`)
}

function roleOf({ role, stage }: ImageUse): string {
  return visible(stage === null ? role : `${role} ${stage}`)
}

function seen(firstSeen: Date | null): string {
  return firstSeen === null ? 'age unknown (first look)' : `first seen ${firstSeen.toISOString().slice(0, 10)}`
}
