/** The base of an image, proven by its layers where the image it names can be read. */
import { isFault } from '../../domain/fault.ts'
import { baseOf, type KnownBase } from '../../domain/image/base-evidence.ts'
import type { BaseEvidence } from '../../domain/image/provenance.ts'
import { type ImageName, parseReference } from '../../domain/image/reference.ts'
import type { Scope } from '../../domain/image/scope.ts'
import type { ImageSource } from '../../ports/image-source.ts'

/**
 * What `image` stands on. The base that it names is looked up only at the registry that `image` itself is at: what an image writes never makes us ask a
 * host. One that cannot be read, for whatever reason, stays what it was: a hint.
 */
export async function provenBase(source: ImageSource, scope: Scope, image: ImageName, about: Parameters<typeof baseOf>[0]): Promise<BaseEvidence> {
  const named = baseOf(about, [])
  const base = named.name === null || named.digest === null ? null : await knownBase(source, scope, image, named.name, named.digest)
  return base === null ? named : baseOf(about, [base])
}

async function knownBase(source: ImageSource, scope: Scope, image: ImageName, name: string, digest: KnownBase['digest']): Promise<KnownBase | null> {
  const parsed = parseReference(name)
  if (parsed.kind !== 'reference' || parsed.reference.name.registry !== image.registry) return null
  try {
    const manifest = await source.manifest(scope, parsed.reference.name, digest)
    return manifest.kind === 'image' ? { name, digest, layers: manifest.layers.map((layer) => layer.digest) } : null
  } catch (error) {
    if (isFault(error)) return null
    throw error
  }
}
