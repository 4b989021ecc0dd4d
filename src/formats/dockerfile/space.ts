/** White space as Go's `unicode.IsSpace` counts it, over bytes of UTF-8. */
import { part, type Sourced } from '../sourced.ts'

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
