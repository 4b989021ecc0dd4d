/** Which bytes an update of a use would replace, however many ARGs its reference is put together from. */
import type { Reference } from '../../domain/image/reference.ts'
import type { Edit, ImageUse, Skip } from '../../domain/repo/image-use.ts'
import type { Span } from '../../lib/span.ts'
import { builderMade, byteOf, type Sourced } from './sourced.ts'

/** A reference, the text it was read from, with its image name and itself as strings. */
export type Expanded = { readonly reference: Reference; readonly value: Sourced; readonly formatted: string; readonly imageName: string }

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

type Found = { readonly use: ImageUse; readonly expanded: Expanded | null }
/** A use that reads a byte; `asTag`: as a part of its tag, and not through a pattern. */
type Reader = { readonly use: ImageUse; readonly expanded: Expanded; readonly asTag: boolean }

/** The uses with `shared-argument` on those that would write different things over the same bytes. */
export function withoutConflicts(found: readonly Found[]): ImageUse[] {
  const far = found.flatMap(({ use }) => use.edits.filter(({ span }) => !within(span[0], use.span)))
  const readers = readersOf(found, new Set(far.flatMap(touchedBytes)))
  return found.map(({ use, expanded }) => {
    if (expanded === null || use.skip !== null || use.edits.every(({ span }) => within(span[0], use.span))) return use
    for (const edit of use.edits) {
      for (const byte of touchedBytes(edit)) {
        const other = readers.get(byte)?.find((reader) => disagree(edit, expanded, reader))
        if (other === undefined) continue
        const message = `an ARG also feeds line ${other.use.line} (${other.use.text}), which would need another value`
        return { ...use, edits: [], skip: { code: 'shared-argument', message } as const }
      }
    }
    return use
  })
}

/** For each of `bytes` the uses that read it. Of those alike two are enough: one of them differs from any third. */
function readersOf(found: readonly Found[], bytes: ReadonlySet<number>): ReadonlyMap<number, readonly Reader[]> {
  const readers = new Map<number, Reader[]>()
  const alike = new Map<string, Reader[]>()
  for (const { use, expanded } of found) {
    if (expanded === null) continue
    const { reference, value, imageName, formatted } = expanded
    const tagStart = reference.spelling.length + 1
    for (const [i, place] of value.at.entries()) {
      const byte = byteOf(place)
      if (byte === null || !bytes.has(byte)) continue
      const asTag = place >= 0 && i >= tagStart && i < tagStart + (reference.tag?.length ?? 0)
      const key = `${byte} ${asTag} ${imageName}`
      const there = alike.get(key) ?? []
      if (there.length === 2 || there.some((reader) => reader.expanded.formatted === formatted)) continue
      const reader = { use, expanded, asTag }
      alike.set(key, [...there, reader])
      readers.set(byte, [...(readers.get(byte) ?? []).slice(0, mostReaders), reader])
    }
  }
  return readers
}

/** More different images than this at one byte are a conflict in any case. */
const mostReaders = 8

/** The bytes whose value an edit changes; a pin changes what stands before it. */
function touchedBytes({ sets, span: [start, end] }: Edit): readonly number[] {
  return sets === 'pin' ? [start - 1] : Array.from({ length: end - start }, (_, i) => start + i)
}

/** Whether `other` reads a byte of `edit` for something that an update of `mine` would not write. */
function disagree(edit: Edit, mine: Expanded, other: Reader): boolean {
  return mine.formatted !== other.expanded.formatted && (edit.sets !== 'tag' || !other.asTag || mine.imageName !== other.expanded.imageName)
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
