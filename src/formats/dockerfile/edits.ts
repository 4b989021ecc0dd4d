/** Which bytes an update of a use would replace, however many ARGs its reference is put together from. */
import type { Reference } from '../../domain/image/reference.ts'
import type { Edit, ImageUse, Skip } from '../../domain/repo/image-use.ts'
import { formatImageName, formatReference } from '../../domain/image/reference.ts'
import type { Span } from '../../lib/span.ts'
import { builderMade, byteOf, type Sourced } from './sourced.ts'

/** A reference and the text it was read from. */
export type Expanded = { readonly reference: Reference; readonly value: Sourced }

type Run = { readonly span: Span /** Half open, within the tag or digest. */; readonly piece: readonly [number, number] }

/**
 * The edits of one use that is written at `written`. Where the tag is put together from several places, each that holds a digit is an edit
 * (a bare `-slim` outlives every update). The pin goes behind the last character, in the ARG if that is where it stands; there is none
 * where the builder's platform is part of the name.
 * `skip` says why there can be none.
 */
export function editsOf(file: string, expanded: Expanded, written: Span): Pick<ImageUse, 'edits' | 'tagFromArgument' | 'skip'> {
  const { reference, value } = expanded
  const tagStart = reference.spelling.length + 1
  const tagEnd = reference.tag === null ? reference.spelling.length : tagStart + reference.tag.length
  const edits: Edit[] = []
  if (reference.tag !== null) edits.push(...tagEdits(file, reference.tag, value.at.slice(tagStart, tagEnd)))
  if (reference.digest === null) {
    const last = value.at[tagEnd - 1] ?? builderMade
    const pin = last < 0 ? written[1] : last + 1
    if (!value.at.includes(builderMade)) edits.push({ file, span: [pin, pin], sets: 'pin' })
  } else {
    const start = tagEnd + 1
    const hex = reference.digest.indexOf(':') + 1
    const { digest } = reference
    edits.push(
      ...runsOf(value.at.slice(start))
        .filter(({ piece }) => piece[1] > hex)
        .map((run) => edit(file, run, 'digest', digest)),
    )
  }
  const wholeFromOne = value.at.every((at, i) => i === 0 || at === (value.at[i - 1] ?? 0) + 1)
  const tagFromArgument = reference.tag !== null && !wholeFromOne && value.at.slice(tagStart, tagEnd).some((at) => !within(byteOf(at) ?? -1, written))
  const bytes = value.at.map(byteOf).filter((at) => at !== null)
  const isRepeated = new Set(bytes).size !== bytes.length && edits.some(({ span }) => bytes.filter((at) => within(at, span)).length > span[1] - span[0])
  const skip: Skip | null = isRepeated ? { code: 'shared-argument', message: 'an ARG stands in the reference more than once' } : null
  return { edits: edits.sort((a, b) => a.span[0] - b.span[0]), tagFromArgument, skip }
}

/** The uses with `shared-argument` on those that would write different things over the same bytes. */
export function withoutConflicts(found: readonly { readonly use: ImageUse; readonly expanded: Expanded | null }[]): ImageUse[] {
  return found.map(({ use, expanded }, index) => {
    if (expanded === null || use.skip !== null || use.edits.every(({ span }) => within(span[0], use.span))) return use
    const other = found.find(
      (candidate, i) => i !== index && candidate.expanded !== null && use.edits.some((edit) => disagree(edit, expanded, candidate.expanded)),
    )
    if (other === undefined) return use
    const message = `an ARG also feeds line ${other.use.line} (${other.use.text}), which would need another value`
    return { ...use, edits: [], skip: { code: 'shared-argument', message } as const }
  })
}

/** Whether `other` reads the bytes of `edit` for something that an update of `mine` would not write. */
function disagree(edit: Edit, mine: Expanded, other: Expanded | null): boolean {
  if (other === null) return false
  if (formatReference(mine.reference) === formatReference(other.reference)) return false
  const [start, end] = edit.sets === 'pin' ? [edit.span[0] - 1, edit.span[0]] : edit.span
  const touched = other.value.at.flatMap((at, i) => (within(byteOf(at) ?? -1, [start, end]) ? [i] : []))
  if (touched.length === 0) return false
  const tagStart = other.reference.spelling.length + 1
  const tagEnd = tagStart + (other.reference.tag?.length ?? 0)
  const inTag = touched.every((i) => i >= tagStart && i < tagEnd && (other.value.at[i] ?? -1) >= 0)
  return edit.sets !== 'tag' || !inTag || formatImageName(mine.reference.name) !== formatImageName(other.reference.name)
}

const within = (at: number, span: Span): boolean => at >= span[0] && at < span[1]

function edit(file: string, { span, piece }: Run, sets: 'tag' | 'digest', whole: string): Edit {
  const isWhole = piece[0] === 0 && piece[1] === whole.length
  return { file, span, sets, ...(isWhole ? {} : { piece }) }
}

/** The pieces of the tag that an update changes: those with a digit, or all where none has one. */
function tagEdits(file: string, tag: string, at: readonly number[]): readonly Edit[] {
  const runs = runsOf(at)
  const moving = runs.filter(({ piece }) => /\d/.test(tag.slice(...piece)))
  return (moving.length > 0 ? moving : runs).map((run) => edit(file, run, 'tag', tag))
}

/** The unbroken runs of bytes of the file among `at`. */
function runsOf(at: readonly number[]): readonly Run[] {
  const runs: { span: [number, number]; piece: [number, number] }[] = []
  for (const [i, byte] of at.entries()) {
    const last = runs.at(-1)
    if (byte < 0) continue
    if (last !== undefined && last.span[1] === byte && last.piece[1] === i) {
      last.span[1]++
      last.piece[1]++
    } else runs.push({ span: [byte, byte + 1], piece: [i, i + 1] })
  }
  return runs
}
