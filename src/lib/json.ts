/** JSON values, and the one text form of them that equal values share. */

export type Json = string | number | boolean | null | readonly Json[] | { readonly [key: string]: Json }

/** Prints `value` with sorted keys and no white space, so that equal values give equal text (fingerprints are hashes of it). */
export function stableJson(value: Json): string {
  if (Array.isArray(value)) return `[${value.map(stableJson).join(',')}]`
  if (value === null || typeof value !== 'object') return JSON.stringify(value)
  const entries = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1))
  return `{${entries.map(([key, item]) => `${JSON.stringify(key)}:${stableJson(item)}`).join(',')}}`
}
