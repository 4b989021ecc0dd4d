/** Upstream registries, as the OCI distribution specification describes them (https://github.com/opencontainers/distribution-spec/blob/main/spec.md). */
import type { Digest } from '../domain/image/digest.ts'
import type { Descriptor } from '../domain/image/manifest.ts'
import type { Platform } from '../domain/image/platform.ts'
import type { ImageName } from '../domain/image/reference.ts'
import type { Scope } from '../domain/image/scope.ts'
import type { ImageSource } from './image-source.ts'

/**
 * Every method raises faults: `transient` (network, time-out, 5xx), `rate-limited` (429, with the wait), `unauthorized` (401, 403 after the token flow),
 * `missing` (404), `invalid` (a body that is too long, is no manifest, or does not hash to the digest asked for). Messages name the host and what to do.
 */
export interface Registry extends ImageSource {
  /**
   * What the tag points at by HEAD (`GET /manifests` only where the registry sends no `Docker-Content-Digest`). A hint: write nothing that `manifest` did not hash.
   */
  tagDigest(scope: Scope, image: ImageName, tag: string): Promise<Digest>
  /** Whether the registry still serves a manifest, by HEAD; a "no" is asked again by GET, since many say it when they mean "not now". */
  isServed(scope: Scope, image: ImageName, digest: Digest): Promise<boolean>
  /** The platform that an image manifest's config names (os, architecture, variant); the config is fetched and hashed. */
  platformOf(scope: Scope, image: ImageName, config: Descriptor): Promise<Platform>
  /** All tags, in the registry's order; pagination stays on the same origin; `invalid` past 100,000 tags. */
  tags(scope: Scope, image: ImageName): Promise<readonly string[]>
  /** Requests sent so far, token requests included: what `scan` reports as `upstreamRequests`. */
  readonly requests: number
}
