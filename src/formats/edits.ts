/** Which bytes an update of a use would replace, however many ARGs its reference is put together from. Spans are places here (`fileStride`), and no edit names its file. */
import type { Reference } from '../domain/image/reference.ts'
import type { Edit, ImageUse, Skip } from '../domain/repo/image-use.ts'
import type { Span } from '../lib/span.ts'
import { builderMade, byteOf, type Sourced, startIfUnbroken } from './sourced.ts'

/** A reference, the text it was read from, with its image name and itself as strings. */
export type Expanded = { readonly reference: Reference; readonly value: Sourced; readonly formatted: string; readonly imageName: string }

type Run = { readonly span: Span /** Half open, within the tag or digest. */; readonly piece: readonly [number, number] }

/**
 * The edits of one use that is written at `written`. Where the tag is put together from several places, each that holds a digit is an edit
 * (a bare `-slim` outlives every update). The pin goes behind the last character, in the ARG if that is where it stands; there is none
 * where the builder's platform is part of the name.
 * `skip` says why there can be none.
 */
export function editsOf(expanded: Expanded, written: Span): Pick<ImageUse, 'edits' | 'tagFromArgument' | 'skip'> {
  const { reference, value } = expanded
  const tagStart = reference.spelling.length + 1
  const tagEnd = reference.tag === null ? reference.spelling.length : tagStart + reference.tag.length
  const start = startIfUnbroken(value)
  if (start !== null) return { edits: unbrokenEdits(reference, start, [tagStart, tagEnd]), tagFromArgument: false, skip: null }
  const edits: Edit[] = []
  if (reference.tag !== null) edits.push(...tagEdits(reference.tag, value.at.slice(tagStart, tagEnd)))
  if (reference.digest === null) {
    const last = value.at[tagEnd - 1] ?? builderMade
    const pin = last < 0 ? written[1] : last + 1
    if (!value.at.includes(builderMade)) edits.push({ file: '', span: [pin, pin], sets: 'pin' })
  } else {
    const hex = reference.digest.indexOf(':') + 1
    const { digest } = reference
    edits.push(
      ...runsOf(value.at.slice(tagEnd + 1))
        .filter(({ piece }) => piece[1] > hex)
        .map((run) => edit(run, 'digest', digest)),
    )
  }
  const tagFromArgument = reference.tag !== null && value.at.slice(tagStart, tagEnd).some((at) => !within(byteOf(at) ?? -1, written))
  const bytes = value.at.map(byteOf).filter((at) => at !== null)
  const isRepeated = new Set(bytes).size !== bytes.length && edits.some((edit) => touchedTwice(edit, bytes))
  const skip: Skip | null = isRepeated ? { code: 'shared-argument', message: 'an ARG stands in the reference more than once' } : null
  return { edits: edits.sort((a, b) => a.span[0] - b.span[0]), tagFromArgument, skip }
}

/** The edits of a reference that stands in one place, from byte `start` on. */
function unbrokenEdits({ tag, digest }: Reference, start: number, [tagStart, tagEnd]: Span): readonly Edit[] {
  const end = start + tagEnd
  const tagEdit: Edit = { file: '', span: [start + tagStart, end], sets: 'tag' }
  const rest: Edit = digest === null ? { file: '', span: [end, end], sets: 'pin' } : { file: '', span: [end + 1, end + 1 + digest.length], sets: 'digest' }
  return tag === null ? [rest] : [tagEdit, rest]
}

/** A use, and what its text expands to where that is a reference. */
export type Found = { readonly use: ImageUse; readonly expanded: Expanded | null }

/** What reads ARGs and names no image: names of stages, platforms, patterns, stages that declare an ARG again. */
export type OtherReader = { readonly value: Sourced; readonly what: string /** Another tag or digest suits it too, but no pin. */; readonly takesTags: boolean }

/** A use that reads a byte. */
type Reader = {
  readonly use: ImageUse
  readonly expanded: Expanded
  /** As a part of its tag, and not through a pattern. */
  readonly asTag: boolean
  /** How many characters of the reference follow. */
  readonly before: number
}

/** A digest beside an ARG holds for every value that the ARG is given: where these are several tags, none is pinned there, and a digest that is there is no tag's. */
function withoutSharedPins(found: readonly Found[]): readonly Found[] {
  const tags = new Map<number, Set<string | null>>()
  const near = ({ use }: Found) => use.edits.find((edit) => (edit.sets === 'pin' || edit.sets === 'digest') && !isFar(edit, use))
  for (const one of found) {
    const place = near(one)?.span[0]
    if (place !== undefined && one.expanded !== null) tags.set(place, (tags.get(place) ?? new Set()).add(one.expanded.reference.tag))
  }
  return found.map((one) => {
    const edit = near(one)
    const shared = edit === undefined ? undefined : tags.get(edit.span[0])
    if (edit === undefined || shared === undefined || shared.size < 2) return one
    if (edit.sets === 'pin') return { ...one, use: { ...one.use, edits: one.use.edits.filter((other) => other !== edit) } }
    const message = `the digest holds whichever tag the ARG is given: ${[...shared].slice(0, 5).join(', ')}`
    return { ...one, use: { ...one.use, edits: [], skip: one.use.skip ?? { code: 'shared-argument', message } } }
  })
}

/**
 * The uses with `shared-argument` on those whose edits would write over bytes that something else needs as they are.
 * Where a pin does not suit the ARG that supplies the tag, it stands at the end of the word.
 */
export function withoutConflicts(found: readonly Found[], others: readonly OtherReader[]): readonly ImageUse[] {
  const bytes = new Set(found.flatMap(({ use }) => use.edits.filter((edit) => isFar(edit, use)).flatMap(touchedBytes)))
  if (bytes.size === 0) return withoutSharedPins(found).map(({ use }) => use)
  const fixed = othersAt(bytes, others, false)
  const pinless = othersAt(bytes, others, true)
  const placed = withoutSharedPins(found.map(({ use, expanded }) => ({ use: withPinBeside(use, pinless), expanded })))
  const readers = readersOf(placed, bytes)
  return placed.map(({ use, expanded }) => {
    if (expanded === null || use.skip !== null) return use
    for (const edit of use.edits.filter((candidate) => isFar(candidate, use))) {
      for (const byte of touchedBytes(edit)) {
        const other = fixed.get(byte) ?? (edit.sets === 'pin' ? pinless.get(byte) : undefined) ?? otherUse(edit, byte, { use, expanded }, readers)
        if (other === undefined) continue
        return { ...use, edits: [], skip: { code: 'shared-argument', message: `an ARG also feeds ${other}, which would need another value` } as const }
      }
    }
    return use
  })
}

const isFar = (edit: Edit, use: ImageUse): boolean => !within(edit.sets === 'pin' ? edit.span[0] - 1 : edit.span[0], use.span)

/** Who of `others` reads which of `bytes`. */
function othersAt(bytes: ReadonlySet<number>, others: readonly OtherReader[], takesTags: boolean): ReadonlyMap<number, string> {
  const found = new Map<number, string>()
  for (const other of others) {
    if (other.takesTags !== takesTags) continue
    for (const place of other.value.at) {
      const byte = byteOf(place)
      if (byte !== null && bytes.has(byte)) found.set(byte, other.what)
    }
  }
  return found
}

/** Moves a pin out of an ARG that takes none, where the tag comes from an ARG anyway; a whole reference in one ARG stays with its pin. */
function withPinBeside(use: ImageUse, pinless: ReadonlyMap<number, string>): ImageUse {
  if (!use.tagFromArgument || !use.edits.some((edit) => edit.sets === 'pin' && isFar(edit, use) && pinless.has(edit.span[0] - 1))) return use
  const end = use.span[1]
  const edits = use.edits.map((edit): Edit => (edit.sets === 'pin' ? { ...edit, span: [end, end] } : edit))
  return { ...use, edits: edits.sort((a, b) => a.span[0] - b.span[0]) }
}

/** For each of `bytes` the uses that read it. Of those alike two are enough: one of them differs from any third. */
function readersOf(found: readonly Found[], bytes: ReadonlySet<number>): ReadonlyMap<number, readonly Reader[]> {
  const readers = new Map<number, Reader[]>()
  const alike = new Map<string, Reader[]>()
  for (const { use, expanded } of found) {
    if (expanded === null) continue
    const { reference, value, imageName } = expanded
    const tagStart = reference.spelling.length + 1
    for (const [i, place] of value.at.entries()) {
      const byte = byteOf(place)
      if (byte === null || !bytes.has(byte)) continue
      const asTag = place >= 0 && i >= tagStart && i < tagStart + (reference.tag?.length ?? 0)
      const reader = { use, expanded, asTag, before: value.at.length - i }
      const key = `${byte} ${asTag} ${imageName}`
      const there = alike.get(key) ?? []
      if (there.length === 2 || there.some((known) => isSame(known, reader))) continue
      alike.set(key, [...there, reader])
      readers.set(byte, [...(readers.get(byte) ?? []).slice(0, mostReaders), reader])
    }
  }
  return readers
}

/** Whether both read the byte at the same place of the same reference, and know all of it. */
function isSame(a: Pick<Reader, 'expanded' | 'before'> & { readonly use: ImageUse | null }, b: Reader): boolean {
  return a.expanded.formatted === b.expanded.formatted && a.before === b.before && (a.use?.skip ?? null) === b.use.skip
}

/** More different images than this at one byte are a conflict in any case. */
const mostReaders = 8

/** The bytes whose value an edit changes; a pin changes what stands before it. */
function touchedBytes({ sets, span: [start, end] }: Edit): readonly number[] {
  return sets === 'pin' ? [start - 1] : Array.from({ length: end - start }, (_, i) => start + i)
}

/** A use that reads `byte` for something that an update of `mine` would not write, or undefined. */
function otherUse(
  edit: Edit,
  byte: number,
  { use: { span }, expanded: mine }: Pick<Reader, 'use' | 'expanded'>,
  readers: ReadonlyMap<number, readonly Reader[]>,
): string | undefined {
  const own = { expanded: mine, before: mine.value.at.length - mine.value.at.indexOf(byte), use: null }
  const disagrees = (other: Reader): boolean =>
    !isSame(own, other) && !isElsewhere(other, own.before, span, mine) && (edit.sets !== 'tag' || !other.asTag || mine.imageName !== other.expanded.imageName)
  const use = readers.get(byte)?.find(disagrees)?.use
  return use === undefined ? undefined : `line ${use.line} (${use.text})`
}

/** Whether `other` is the same place in another way of building, with the same tag and digest of another name, as a mirror has them. */
function isElsewhere({ use, before, expanded: { reference } }: Reader, ownBefore: number, span: Span, mine: Expanded): boolean {
  const isAlike = reference.tag === mine.reference.tag && reference.digest === mine.reference.digest
  return isAlike && before === ownBefore && use.span[0] === span[0] && use.span[1] === span[1]
}

/** Whether one of the bytes of `edit` stands in the reference more than once. */
function touchedTwice(edit: Edit, bytes: readonly number[]): boolean {
  const touched = touchedBytes(edit)
  return bytes.filter((at) => at >= (touched[0] ?? 0) && at <= (touched.at(-1) ?? -1)).length > touched.length
}

const within = (at: number, span: Span): boolean => at >= span[0] && at < span[1]

function edit({ span, piece }: Run, sets: 'tag' | 'digest', whole: string): Edit {
  const isWhole = piece[0] === 0 && piece[1] === whole.length
  return { file: '', span, sets, ...(isWhole ? {} : { piece }) }
}

/** The pieces of the tag that an update changes: those with a digit, or all where none has one. */
function tagEdits(tag: string, at: readonly number[]): readonly Edit[] {
  const runs = runsOf(at)
  const moving = runs.filter(({ piece }) => /\d/.test(tag.slice(...piece)))
  return (moving.length > 0 ? moving : runs).map((run) => edit(run, 'tag', tag))
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
