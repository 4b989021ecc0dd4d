/** Text in which every character remembers the byte of the file it was read from, through unquoting and expansion. */
import type { Span } from '../lib/span.ts'

/**
 * Characters stand for bytes (files are read as latin1), so offsets are byte offsets and `at[i]` is the place of `text[i]`;
 * `builderMade` where the builder and not a file supplied it, less than that where a pattern stands between (`readOnly`).
 * A place is a byte of the file that is read, or `fileStride` more than that for each file before it among those that are read along with it.
 */
export type Sourced = {
  readonly text: string
  readonly at: readonly number[]
  /** The bytes that it was read from, where its places do not say so: it is empty, or ends in an escape. */
  readonly span?: Span
}

/** How far apart the places of two files are: none is as long. */
export const fileStride = 2 ** 32

/** The place of characters that no byte of the file stands for. */
export const builderMade = -1

/** No text. */
export const nothing: Sourced = { text: '', at: [] }

/** The same text, of which nothing may be written back: a pattern (`${x%.*}`) makes of new text what nobody asked for. */
export function readOnly({ text, at }: Sourced): Sourced {
  return { text, at: at.map((byte) => (byte < 0 ? byte : -2 - byte)) }
}

/** The byte that a place in `at` stands for, whether it may be written or not; null for the builder's. */
export function byteOf(place: number): number | null {
  if (place === builderMade) return null
  return place < 0 ? -2 - place : place
}

/** The byte that character `i` of `source` was read from, whether it may be written or not; behind the last character, the byte after that. */
export function byteAt(source: Sourced, i: number): number {
  if (source instanceof Unbroken) return source.start + Math.min(i, source.text.length)
  const [start, end] = spanOf(source)
  return i >= source.text.length ? end : (byteOf(source.at[i] ?? builderMade) ?? start)
}

/** The bytes from the first to behind the last that `source` was read from; `[0, 0]` where no file stands behind it. */
export function spanOf(source: Sourced): Span {
  if (source.span !== undefined) return source.span
  const start = byteOf(source.at[0] ?? builderMade) ?? 0
  return [start, (byteOf(source.at.at(-1) ?? builderMade) ?? start - 1) + 1]
}

/** `source` and the bytes that it was read from, quotes not counted. */
export function readFrom(source: Sourced, span: Span): Sourced {
  return source instanceof Unbroken && (source.text !== '' || source.start === span[0]) ? source : new Lazy(source.text, () => source.at, span)
}

/** `text` that its file writes otherwise, all of it from byte `at`: nothing may be written back. */
export function madeFrom(text: string, at: number): Sourced {
  return { text, at: Array.from({ length: text.length }, () => -2 - at) }
}

/** `text` as it stands from the place `start` on. */
export function fromFile(text: string, start: number): Sourced {
  return new Unbroken(text, start)
}

/** The byte at which `source` starts when it stands in the file without a gap, else null. */
export function startIfUnbroken(source: Sourced): number | null {
  if (source instanceof Unbroken) return source.start
  const [start = builderMade] = source.at
  return start >= 0 && source.at.every((byte, i) => byte === start + i) ? start : null
}

/** Most text is cut from one place of the file and never written to: its places are worked out when somebody asks. */
class Unbroken implements Sourced {
  readonly text: string
  readonly start: number
  #at: readonly number[] | undefined

  constructor(text: string, start: number) {
    this.text = text
    this.start = start
  }

  get at(): readonly number[] {
    this.#at ??= Array.from({ length: this.text.length }, (_, i) => this.start + i)
    return this.#at
  }

  get span(): Span {
    return [this.start, this.start + this.text.length]
  }
}

/** The same for text from several places. */
class Lazy implements Sourced {
  readonly text: string
  readonly span?: Span
  readonly #places: () => readonly number[]
  #at: readonly number[] | undefined

  constructor(text: string, places: () => readonly number[], span?: Span) {
    this.text = text
    this.#places = places
    if (span !== undefined) this.span = span
  }

  get at(): readonly number[] {
    this.#at ??= this.#places()
    return this.#at
  }
}

/** `text` from the builder, as the platform arguments are. */
export function fromBuilder(text: string): Sourced {
  return { text, at: Array.from(text, () => builderMade) }
}

/** The part `[start, end)` of `source`. */
export function part(source: Sourced, start: number, end = source.text.length): Sourced {
  if (start === 0 && end === source.text.length) return source
  const text = source.text.slice(start, end)
  return source instanceof Unbroken ? new Unbroken(text, source.start + Math.min(start, source.text.length)) : new Lazy(text, () => source.at.slice(start, end))
}

/** The texts one after the other. */
export function join(sources: readonly Sourced[]): Sourced {
  const [only] = sources
  if (only !== undefined && sources.length === 1) return only
  return new Lazy(sources.map((source) => source.text).join(''), () => sources.flatMap((source) => source.at))
}

type Run = { readonly source: Sourced; readonly start: number; end: number }

/** Collects characters; linear, as `join` in a loop would not be. */
export class SourcedBuilder {
  #runs: Run[] = []
  #length = 0

  get length(): number {
    return this.#length
  }

  /** Adds character `i` of `source`. */
  add(source: Sourced, i: number): void {
    this.addAll(source, i, i + 1)
  }

  /** Adds the part `[start, end)` of `source`. */
  addAll(source: Sourced, start = 0, end = source.text.length): void {
    const last = this.#runs.at(-1)
    if (last !== undefined && last.source === source && last.end === start) last.end = end
    else if (end > start) this.#runs.push({ source, start, end })
    this.#length += end - start
  }

  /** What was collected; the builder starts afresh. */
  take(): Sourced {
    const taken = join(this.#runs.map(({ source, start, end }) => part(source, start, end)))
    this.#runs = []
    this.#length = 0
    return taken
  }
}
