/** Blobs: layers, configs and attestations, read as they come and hashed on the way. */
import { Fault } from '../../domain/fault.ts'
import type { Digest } from '../../domain/image/digest.ts'
import { formatImageName, type ImageName } from '../../domain/image/reference.ts'
import type { Scope } from '../../domain/image/scope.ts'
import { verifiedBytes } from '../../domain/image/verified-bytes.ts'
import { refusal } from './faults.ts'
import { firstBytes, longestRefusal, type Session } from './session.ts'

/** What a blob may take: a minute, and its bytes at a quarter of a megabyte in each second. */
const baseMs = 60_000
const slowestBytesPerMs = 256

/**
 * The bytes of a blob as `ImageSource.blob` has it. A registry may send us to another origin for it, as most do; nothing that holds a secret goes along
 * (`adapters/http/redirect.ts`). What breaks off is not resumed: the reader begins anew or not at all.
 */
export async function* readBlob(
  session: Session,
  scope: Scope,
  image: ImageName,
  descriptor: { readonly digest: Digest; readonly size: number },
): AsyncGenerator<Uint8Array, void> {
  const { digest, size } = descriptor
  const invalid = (text: string) =>
    new Fault('invalid', `${formatImageName(image)}: the blob ${digest} ${text}; nothing of it was used`, { host: image.registry })
  const { status, body } = await session.open(scope, image, {
    method: 'GET',
    path: `blobs/${digest}`,
    accept: '*/*',
    maxBytes: Math.max(size, longestRefusal),
    totalMs: baseMs + Math.ceil(size / slowestBytesPerMs),
  })
  if (status !== 200) {
    throw refusal(image, `blob ${digest}`, { status, body: await firstBytes(body) }, session.credentialOf(scope, image) !== null)
  }
  yield* verifiedBytes(body, descriptor, invalid)
}
