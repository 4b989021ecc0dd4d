/** The way out of reading a file that cannot be read as its format; it never leaves `formats`. */
import { isUtf8 } from 'node:buffer'
import { type ImageUse, nothingKnown, type Role, type Skip, type SkipCode } from '../domain/repo/image-use.ts'
import type { RepoText } from '../domain/repo/file-reading.ts'

/** Why the file cannot be read, and the byte at which that shows (the start of the file when it is the whole). */
export class Refusal extends Error {
  readonly skip: Skip
  readonly at: number
  readonly role: Role

  constructor(message: string, at = 0, code: SkipCode = 'refused-by-buildkit', role: Role = 'stage') {
    super(message)
    this.skip = { code, message }
    this.at = at
    this.role = role
  }
}

/** The one use that stands for a file that cannot be read, at the line that shows it. */
export function refusedUse(format: string, { path, bytes }: RepoText, refusal: Refusal): ImageUse {
  const isText = refusal.skip.code === 'too-large' || isUtf8(bytes)
  const skip = isText ? refusal.skip : ({ code: 'not-utf8', message: 'the file is not UTF-8 text' } as const)
  const text = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  const at = skip.code === 'too-large' ? 0 : refusal.at
  const feed = text.indexOf('\n', at)
  const lineEnd = feed < 0 ? text.length : feed
  const end = skip.code === 'too-large' ? 0 : text[lineEnd - 1] === 0x0d && lineEnd > at ? lineEnd - 1 : lineEnd
  return {
    file: path,
    line: text.subarray(0, at).toString('latin1').split('\n').length,
    span: [at, end],
    format,
    role: refusal.role,
    text: text.toString('utf8', at, end),
    ...nothingKnown,
    skip,
  }
}
