/** The way out of reading a file that BuildKit would refuse; it never leaves `formats/dockerfile`. */
import type { Role, Skip, SkipCode } from '../../domain/repo/image-use.ts'

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
