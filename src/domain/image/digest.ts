/** Digests of content, as the OCI image specification writes them. */
import type { Brand } from '../../lib/brand.ts'
import { createHash } from 'node:crypto'

/** `sha256:<64 hex>` or `sha512:<128 hex>` (https://github.com/opencontainers/image-spec/blob/main/descriptor.md#digests). */
export type Digest = Brand<string, 'Digest'>

const form = /^(?:sha256:[0-9a-f]{64}|sha512:[0-9a-f]{128})$/

/** `text` as a digest, or null when its algorithm is not registered or its hex has the wrong length. */
export function parseDigest(text: string): Digest | null {
  return form.test(text) ? (text as Digest) : null
}

/** The digest of `bytes` under the algorithm that `like` uses (sha256 without it): what a digest we were told is compared with. */
export function digestOf(bytes: Uint8Array, like?: Digest): Digest {
  const algorithm = like?.startsWith('sha512:') ? 'sha512' : 'sha256'
  return `${algorithm}:${createHash(algorithm).update(bytes).digest('hex')}` as Digest
}

/** `sha256:0123456789ab`: enough for a person to tell two digests apart. */
export function shortDigest(digest: Digest): string {
  return digest.slice(0, digest.indexOf(':') + 13)
}
