/** Hashes of bytes as lower-case hex. */
import { createHash } from 'node:crypto'

/** SHA-256 of `bytes` (text as UTF-8), 64 hex. */
export function sha256Hex(bytes: Uint8Array | string): string {
  return createHash('sha256').update(bytes).digest('hex')
}

/** The name Git gives a file's content: SHA-1 of `blob <length>\0` and the bytes (https://git-scm.com/book/en/v2/Git-Internals-Git-Objects). */
export function gitBlobOid(bytes: Uint8Array): string {
  return createHash('sha1').update(`blob ${bytes.length}\0`).update(bytes).digest('hex')
}
