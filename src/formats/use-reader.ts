/** Collects the image uses of one file: places to spans, lines, files and references. Every format writes its uses through it. */
import { formatImageName, formatReference, parseReference, type Reference } from '../domain/image/reference.ts'
import type { Edit, ImageUse, Skip } from '../domain/repo/image-use.ts'
import { editsOf, type Found, type OtherReader, withoutConflicts } from './edits.ts'
import type { WrittenText } from '../domain/repo/declared-build.ts'
import type { RepoText } from '../domain/repo/file-reading.ts'
import { type Refusal, refusedUse } from './refusal.ts'
import { fileStride, type Sourced, spanOf, startIfUnbroken } from './sourced.ts'

/** Where a use stands; the rest of an `ImageUse` follows from its text. */
export type Place = Pick<ImageUse, 'role' | 'stage' | 'inFinal' | 'platform'> & Partial<Pick<ImageUse, 'builtFor'>>

/** A place of a file that has no stages. */
export function placeOf(role: ImageUse['role'], platform: string | null = null): Place {
  return { role, stage: null, inFinal: false, platform }
}

/** A value with variables replaced; `unset` names those that have no value here. */
export type Resolved = { readonly value: Sourced; readonly unset: ReadonlySet<string> }

/** A reference whose parts stand in fields of their own. */
export type Fields = {
  readonly registry: Sourced | null
  readonly repository: Sourced
  readonly tag: Sourced | null
  /** With its algorithm (`sha256:…`). Empty text is a place to write a digest to; null where there is no such field, and then a pin goes behind the tag. */
  readonly digest: Sourced | null
  /** The field holds the hex digits of a sha256 digest alone. */
  readonly digestIsHex?: boolean
  /** Unquoted, the file's format reads the tag as a number: what is written there is put in quotes. */
  readonly tagIsNumber?: boolean
}

/** `written` of every method stands in the file itself, in one piece. The same bytes in the same role are one use, however often they are read, while they come to the same. */
export class UseReader {
  readonly #format: string
  readonly #file: RepoText
  readonly #bytes: Buffer
  readonly #foreign: string[] = []
  #lineStarts: readonly number[] | null = null
  readonly #found = new Map<string, Found>()
  readonly #others: OtherReader[] = []
  #skipAll: Skip | null = null
  #skipWhere: (at: number) => Skip | null = () => null

  constructor(format: string, file: RepoText) {
    this.#format = format
    this.#file = file
    this.#bytes = Buffer.from(file.bytes.buffer, file.bytes.byteOffset, file.bytes.byteLength)
  }

  /** What to add to offsets in another file of the repo to have places of it. */
  strideOf(path: string): number {
    const known = this.#foreign.indexOf(path)
    const index = known < 0 ? this.#foreign.push(path) - 1 : known
    return (index + 1) * fileStride
  }

  /** A use whose text comes to `resolved`; `because` says why it is not to be moved although it can be read. */
  add(written: Sourced, resolved: Resolved, place: Place, because: Skip | null = null): void {
    const { value, unset } = resolved
    const unresolved: Skip | null =
      unset.size === 0 ? null : { code: 'unresolved-variable', message: `${[...unset].map((name) => `$${name}`).join(', ')} has no value in this file` }
    const parsed = parseReference(value.text)
    if (parsed.kind === 'invalid') return this.skip(written, place, unresolved ?? { code: 'invalid-reference', message: parsed.problem })
    const { reference } = parsed
    const expanded = { reference, value, formatted: formatReference(reference), imageName: formatImageName(reference.name) }
    const use = this.#use(written, place)
    const { edits, tagFromArgument, skip } = editsOf(expanded, use.span)
    const why = unresolved ?? skip ?? because
    this.#keep({ use: { ...use, reference, tagFromArgument, edits: why === null ? edits : [], skip: why }, expanded })
  }

  /** A use that stands as it is, without variables. */
  addPlain(written: Sourced, place: Place): void {
    this.add(written, { value: written, unset: new Set() }, place)
  }

  /** A use whose parts stand in fields of their own; it stands where the repository does. With `skip`, the reference is what is known of it. */
  addFields(fields: Fields, place: Place, skip: Skip | null = null): void {
    const { registry, repository, tag, digest, digestIsHex = false } = fields
    const prefix = registry === null || registry.text === '' ? '' : `${registry.text}/`
    const ending = `${tag === null || tag.text === '' ? '' : `:${tag.text}`}${digest === null || digest.text === '' ? '' : `@${digestIsHex ? 'sha256:' : ''}${digest.text}`}`
    const parsed = parseReference(`${prefix}${repository.text}${ending}`)
    if (parsed.kind === 'invalid') return this.skip(repository, place, skip ?? { code: 'invalid-reference', message: parsed.problem })
    const { reference } = parsed
    this.#keep({ use: { ...this.#use(repository, place), reference, edits: skip === null ? fieldEdits(fields, reference) : [], skip }, expanded: null })
  }

  /** A use of which nothing is known but its place. */
  skip(written: Sourced, place: Place, skip: Skip): void {
    this.#keep({ use: { ...this.#use(written, place), skip }, expanded: null })
  }

  /** Part of the file that could not be read: one use stands for it, at the line that shows it. */
  refuse(refusal: Refusal): void {
    this.#keep({ use: refusedUse(this.#format, this.#file, refusal), expanded: null })
  }

  /** A use that was read from text within the file: it stands at `written`, the spans of its edits are places, and they name no file. */
  addRead(written: Sourced, use: ImageUse): void {
    const { file, line, span, format, text } = this.#use(written, placeOf(use.role))
    this.#keep({ use: { ...use, file, line, span, format, text }, expanded: null })
  }

  /** `source` as a text that other files can be read with. */
  writtenText(source: Sourced): WrittenText {
    const runs: { from: number; file: string; span: [number, number] }[] = []
    for (const [i, place] of source.at.entries()) {
      const last = runs.at(-1)
      if (place < 0) continue
      const { file, start } = this.#fileAt(place)
      if (last !== undefined && last.file === file && last.span[1] === start && last.from + last.span[1] - last.span[0] === i) last.span[1]++
      else runs.push({ from: i, file, span: [start, start + 1] })
    }
    return { text: source.text, runs }
  }

  /** Something that reads variables and names no image. */
  note(other: OtherReader): void {
    this.#others.push(other)
  }

  /** Where byte `at` of the file stands, in words. */
  inLine(at: number): string {
    return `in line ${this.lineOf(at)}`
  }

  /** Why none of the uses can be moved. */
  skipAll(skip: Skip): void {
    this.#skipAll = skip
  }

  /** Why what stands at a byte cannot be moved, or null. */
  skipWhere(reason: (at: number) => Skip | null): void {
    this.#skipWhere = reason
  }

  /** The uses so far in order of their offset. */
  uses(): readonly ImageUse[] {
    return withoutConflicts([...this.#found.values()], this.#others)
      .map((use) => {
        const skip = use.skip ?? this.#skipAll ?? this.#skipWhere(use.span[0])
        return skip === use.skip ? { ...use, edits: use.edits.map((edit) => this.#placed(edit)) } : { ...use, edits: [], skip }
      })
      .sort((a, b) => a.span[0] - b.span[0])
  }

  /** 1-based line of byte `at` of the file. */
  lineOf(at: number): number {
    this.#lineStarts ??= lineStartsOf(this.#bytes)
    let low = 0
    let high = this.#lineStarts.length
    while (high - low > 1) {
      const middle = (low + high) >> 1
      if ((this.#lineStarts[middle] ?? 0) <= at) low = middle
      else high = middle
    }
    return low + 1
  }

  #keep(found: Found): void {
    const { span, role, stage, reference, edits, skip } = found.use
    const outcome = [reference === null ? '' : formatReference(reference), skip?.code, ...edits.map((edit) => edit.span.join('-'))]
    const key = [span.join('-'), role, stage, ...outcome].join(' ')
    if (!this.#found.has(key)) this.#found.set(key, found)
  }

  /** From places to the file and its bytes. */
  #placed(edit: Edit): Edit {
    const { file, start } = this.#fileAt(edit.span[0])
    return { ...edit, file, span: [start, start + edit.span[1] - edit.span[0]] }
  }

  #fileAt(place: number): { readonly file: string; readonly start: number } {
    const index = Math.floor(place / fileStride)
    return { file: index === 0 ? this.#file.path : (this.#foreign[index - 1] ?? ''), start: place - index * fileStride }
  }

  #use(written: Sourced, place: Place): ImageUse {
    const [start, end] = spanOf(written)
    return {
      file: this.#file.path,
      line: this.lineOf(start),
      span: [start, end],
      format: this.#format,
      builtFor: [],
      ...place,
      text: this.#bytes.toString('utf8', start, end),
      reference: null,
      tagFromArgument: false,
      edits: [],
      skip: null,
    }
  }
}

/** Parts that are read through escapes or stand in several pieces have no edit: such a use has no place for an update. */
function fieldEdits({ repository, tag, digest, digestIsHex = false, tagIsNumber = false }: Fields, reference: Reference): readonly Edit[] {
  const quote = tagIsNumber ? ({ quote: '"' } as const) : {}
  const tagStart = tag === null ? null : startIfUnbroken(tag)
  const repositoryStart = startIfUnbroken(repository)
  const digestStart = digest === null ? null : digest.text === '' ? (digest.span?.[0] ?? null) : startIfUnbroken(digest)
  const edits: Edit[] = []
  if (reference.tag !== null && tag !== null && tagStart !== null)
    edits.push({ file: '', span: [tagStart, tagStart + reference.tag.length], sets: 'tag', ...quote })
  const piece = digestIsHex ? ({ piece: ['sha256:'.length, 'sha256:'.length + 64] } as const) : {}
  if (digest !== null && digestStart !== null) edits.push({ file: '', span: [digestStart, digestStart + digest.text.length], sets: 'digest', ...piece })
  else if (reference.digest !== null && tag !== null && tagStart !== null) {
    const start = tagStart + tag.text.lastIndexOf('@') + 1
    if (tag.text.includes('@')) edits.push({ file: '', span: [start, tagStart + tag.text.length], sets: 'digest' })
  } else if (tag !== null && tagStart !== null && tag.text !== '')
    edits.push({ file: '', span: [tagStart + tag.text.length, tagStart + tag.text.length], sets: 'pin' })
  else if (tag === null && repositoryStart !== null)
    edits.push({ file: '', span: [repositoryStart + repository.text.length, repositoryStart + repository.text.length], sets: 'pin' })
  return edits.sort((a, b) => a.span[0] - b.span[0])
}

function lineStartsOf(bytes: Buffer): readonly number[] {
  const starts = [0]
  for (let feed = bytes.indexOf(10); feed >= 0; feed = bytes.indexOf(10, feed + 1)) starts.push(feed + 1)
  return starts
}
