/** Provenance: who says he built a manifest, from which source, on which images (https://slsa.dev/spec/v1.2/provenance, and v0.2). */
import type { Digest } from './digest.ts'

/** Bound to the manifest by its subject digest; unsigned unless something else says so. Everything here is hostile text. */
export type Provenance = {
  /** `https://github.com/docker-library`; null where the statement names none. */
  readonly builder: string | null
  /** Repository of the source, without the commit. */
  readonly sourceUri: string | null
  /** The commit. */
  readonly sourceRevision: string | null
  /** Images that the build used, as purl or reference, with their digest. */
  readonly parents: readonly { readonly uri: string; readonly digest: Digest }[]
}

/** What an image stands on, and how we know. An annotation is a hint and never proof. */
export type BaseEvidence = {
  readonly name: string | null
  readonly digest: Digest | null
  readonly proof: 'layers' | 'provenance' | 'annotation' | 'none'
}
