/** JSON of strangers: bounded before it becomes objects, which take many times the room of their text. */

/** As many values as 40 MiB of SPDX hold; they become some 200 MB of objects at worst. */
const mostValues = 2_000_000
/** Far more than any document needs; a million take seconds. */
const deepest = 1_000

/** The value, or why there is none. */
export type BoundedJson = { readonly kind: 'value'; readonly value: unknown } | { readonly kind: 'invalid'; readonly problem: string }

/** Parses UTF-8 JSON of at most `most` values, itself included. */
export function boundedJson(bytes: Uint8Array, most = mostValues): BoundedJson {
  const invalid = (problem: string): BoundedJson => ({ kind: 'invalid', problem })
  const { values, depth } = extent(bytes)
  if (values > most) return invalid(`it holds more than ${most} values`)
  if (depth > deepest) return invalid(`it is nested deeper than ${deepest}`)
  try {
    return { kind: 'value', value: JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes)) }
  } catch {
    return invalid('it is not JSON in UTF-8')
  }
}

const [quote, backslash, comma] = [0x22, 0x5c, 0x2c]
const [openBracket, closeBracket, openBrace, closeBrace] = [0x5b, 0x5d, 0x7b, 0x7d]

/** How many values stand in the text, not fewer than there are, and how deep they nest, texts passed over. By index: an iterator takes seconds for 40 MiB. */
function extent(bytes: Uint8Array): { readonly values: number; readonly depth: number } {
  let [values, open, depth] = [1, 0, 0]
  let isInText = false
  for (let at = 0; at < bytes.length; at += 1) {
    const byte = bytes[at]
    if (isInText) {
      if (byte === backslash) at += 1
      else if (byte === quote) isInText = false
    } else if (byte === quote) isInText = true
    else if (byte === comma) values += 1
    else if (byte === openBracket || byte === openBrace) {
      values += 1
      open += 1
      if (open > depth) depth = open
    } else if (byte === closeBracket || byte === closeBrace) open -= 1
  }
  return { values, depth }
}
