/** Where the content of images comes from: a registry, an OCI layout folder, a `docker save` archive. */
import type { Digest } from '../domain/image/digest.ts'
import type { Descriptor, Manifest } from '../domain/image/manifest.ts'
import type { ImageName } from '../domain/image/reference.ts'
import type { Scope } from '../domain/image/scope.ts'

/** Faults as `Registry` has them; local sources raise `missing` and `invalid` only. */
export interface ImageSource {
  /** The manifest by digest: read, hashed, and equal to the digest asked for, or a fault. */
  manifest(scope: Scope, image: ImageName, digest: Digest): Promise<Manifest>
  /**
   * The bytes of a blob (config, layer, attestation) as they are stored, in chunks, never whole in memory. The iteration raises `invalid` when there
   * are more bytes than `size`, and at its end when size or hash are not the descriptor's: believe nothing that was read before the end came.
   * Leaving the iteration early closes the connection.
   */
  blob(scope: Scope, image: ImageName, descriptor: Pick<Descriptor, 'digest' | 'size'>): AsyncIterable<Uint8Array>
  /**
   * Manifests whose `subject` is `digest` (https://github.com/opencontainers/distribution-spec/blob/main/spec.md#listing-referrers), by the API or, where
   * the registry has none, by the fallback tag `sha256-<hex>`. Empty where there are none; `artifactType` as the descriptor says, null when it does not.
   */
  referrers(scope: Scope, image: ImageName, digest: Digest): Promise<readonly (Descriptor & { readonly artifactType: string | null })[]>
}
