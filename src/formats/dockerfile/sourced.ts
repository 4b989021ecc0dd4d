/** Text in which every character remembers the byte of the file it was read from, through unquoting and expansion. */

/**
 * Characters stand for bytes (the file is read as latin1), so offsets are byte offsets and `at[i]` is the place of `text[i]`;
 * `builderMade` where the builder and not the file supplied it, less than that where a pattern stands between (`readOnly`).
 */
export type Sourced = { readonly text: string; readonly at: readonly number[] }

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

/** `text` as it stands in the file from byte `start` on. */
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
}

/** The same for text from several places. */
class Lazy implements Sourced {
  readonly text: string
  readonly #places: () => readonly number[]
  #at: readonly number[] | undefined

  constructor(text: string, places: () => readonly number[]) {
    this.text = text
    this.#places = places
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

const space = /[\t\n\v\f\r ]|\xc2[\x85\xa0]|\xe1\x9a\x80|\xe2\x80[\x80-\x8a\xa8\xa9\xaf]|\xe2\x81\x9f|\xe3\x80\x80/y

/** How many bytes the white space at `i` takes as Unicode counts it (Go's `unicode.IsSpace` over UTF-8), 0 where there is none. */
export function spaceAt(text: string, i: number): number {
  const code = text.charCodeAt(i)
  if (code > 0x20 && code < 0x80) return 0
  space.lastIndex = i
  return space.exec(text)?.[0].length ?? 0
}

/** Where `text` starts when the white space before it is left off. */
export function afterSpace(text: string, from = 0): number {
  let start = from
  for (let length = spaceAt(text, start); length > 0; length = spaceAt(text, start)) start += length
  return start
}

/** `source` without white space at its ends. */
export function trimmed(source: Sourced): Sourced {
  const { text } = source
  const start = afterSpace(text)
  let end = text.length
  for (;;) {
    const code = text.charCodeAt(end - 1)
    if (code > 0x20 && code < 0x80) return part(source, start, end)
    const length = [1, 2, 3].find((bytes) => end - bytes >= start && spaceAt(text, end - bytes) === bytes)
    if (length === undefined) return part(source, start, end)
    end -= length
  }
}
