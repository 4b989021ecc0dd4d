/** JSON of strangers: bounded before it becomes objects, which take many times the room of their text. */

/** As many values as 40 MiB of SPDX hold; they become some 200 MB of objects at worst. */
const mostValues = 2_000_000
/** `,` `[` `{` */
const beforeValue = new Set([0x2c, 0x5b, 0x7b])

/** The value, or why there is none. */
export type BoundedJson = { readonly kind: 'value'; readonly value: unknown } | { readonly kind: 'invalid'; readonly problem: string }

/** Parses UTF-8 JSON of at most `most` values; commas and brackets in texts count as well. */
export function boundedJson(bytes: Uint8Array, most = mostValues): BoundedJson {
  let values = 1
  for (const byte of bytes) if (beforeValue.has(byte)) values += 1
  if (values > most) return { kind: 'invalid', problem: `it holds more than ${most} values` }
  try {
    return { kind: 'value', value: JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes)) }
  } catch {
    return { kind: 'invalid', problem: 'it is not JSON in UTF-8' }
  }
}
