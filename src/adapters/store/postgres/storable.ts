/** What PostgreSQL cannot hold, and what becomes of it: the one place where text from outside is made storable. */
import type { Json } from '../../../lib/json.ts'

/** NUL, and every surrogate, lone or not. */
const suspicious = /[\0\uD800-\uDFFF]/

/** `text` with NUL (which PostgreSQL refuses) and lone surrogates (which UTF-8 cannot write) replaced by U+FFFD. Equal text stays equal, so keys are still found. */
export function storableText(text: string): string {
  // Nearly all text passes this one look, which is many times faster than the replacements.
  if (!suspicious.test(text)) return text
  return text.replaceAll('\0', '\uFFFD').replace(/[\u{D800}-\u{DFFF}]/gu, '\uFFFD')
}

/** A query parameter with its text made storable; every parameter passes here (`guarded-pool.ts`). */
export function storable(parameter: unknown): unknown {
  if (typeof parameter === 'string') return storableText(parameter)
  if (Array.isArray(parameter)) return parameter.map(storable)
  return parameter
}

/**
 * `value` as JSON text for a `…_json` column. JSON writes NUL and lone surrogates as escapes, so this round-trips every string exactly.
 * `value` must be made of JSON values: dates are the caller's to write as text.
 */
export function toJsonText(value: Json | object): string {
  return JSON.stringify(value)
}

/** The inverse of `toJsonText`. The type is the caller's word: only what this program wrote is read. */
export function fromJsonText<T>(text: string): T {
  return JSON.parse(text) as T
}
