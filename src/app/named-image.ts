/** Images as people name them: a reference in a registry, `oci:DIR[:TAG]` or `docker-archive:FILE`. */
import { openLocalImage } from '../adapters/local-images/index.ts'
import { Fault } from '../domain/fault.ts'
import type { Digest } from '../domain/image/digest.ts'
import { type ImageName, parseReference, tagOrLatest } from '../domain/image/reference.ts'
import { type CredentialGrant, publicScope, type Scope, scopeFor } from '../domain/image/scope.ts'
import type { ImageSource } from '../ports/image-source.ts'
import type { Registry } from '../ports/registry.ts'

/** An image that is there: where its content comes from and what it begins with. */
export type NamedImage = {
  /** As the person wrote it. */
  readonly text: string
  readonly source: ImageSource
  readonly scope: Scope
  readonly name: ImageName
  /** An index, or an image manifest. */
  readonly digest: Digest
}

/**
 * Finds the image that `text` names; a digest in a reference outweighs its tag. Faults: those of `Registry.tagDigest`, and with no host `missing` and `invalid`
 * for what is wrong with the text or with what lies on this machine.
 */
export async function findImage(ports: { readonly registry: Registry; readonly grants: readonly CredentialGrant[] }, text: string): Promise<NamedImage> {
  const local = await openLocalImage(text)
  if (local !== null) return { text, source: local.source, scope: publicScope, name: local.name, digest: local.root }
  const parsed = parseReference(text)
  if (parsed.kind === 'invalid')
    throw new Fault('invalid', `${text} is no image: ${parsed.problem}; an image is a reference, oci:DIR[:TAG] or docker-archive:FILE`)
  const { name, digest } = parsed.reference
  const scope = scopeFor(name, null, ports.grants)
  const shown = digest ?? (await ports.registry.tagDigest(scope, name, tagOrLatest(parsed.reference)))
  return { text, source: ports.registry, scope, name, digest: shown }
}
