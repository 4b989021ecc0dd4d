/** Byte spans of a file, and the one way this project edits files: replacing spans and nothing else. */

/** Half open, in bytes from the start of the file: `[start, end)`. An empty span is a place to insert at. */
export type Span = readonly [start: number, end: number]

/** New text for one span. */
export type Replacement = { readonly span: Span; readonly text: string }

/**
 * `bytes` with each span replaced by its text; every byte outside the spans is kept.
 * Throws `RangeError` (a bug of the caller) when spans overlap or leave the file.
 */
export function splice(bytes: Uint8Array, replacements: readonly Replacement[]): Uint8Array {
  const ordered = [...replacements].sort((a, b) => a.span[0] - b.span[0] || a.span[1] - b.span[1])
  const pieces: Uint8Array[] = []
  let at = 0
  for (const { span, text } of ordered) {
    const [start, end] = span
    if (start < at || end < start || end > bytes.length) throw new RangeError(`span [${start}, ${end}) cannot be replaced after byte ${at} of ${bytes.length}`)
    pieces.push(bytes.subarray(at, start), Buffer.from(text, 'utf8'))
    at = end
  }
  pieces.push(bytes.subarray(at))
  return Buffer.concat(pieces)
}
