/** What an image stands on, from the strongest evidence that there is. */
import { type Digest, parseDigest } from './digest.ts'
import type { BaseEvidence, Provenance } from './provenance.ts'
import { parseReference } from './reference.ts'

/** An image that may be the base, as somebody saw it: its manifest and the layers of that, its own base's first. */
export type KnownBase = { readonly name: string; readonly digest: Digest; readonly layers: readonly Digest[] }

const nameKey = 'org.opencontainers.image.base.name'
const digestKey = 'org.opencontainers.image.base.digest'

/**
 * The base of an image with these layers. Proof, strongest first: `layers`: the image begins with all layers of a known base, and the one with the most counts;
 * `provenance`: the annotations name a digest that the build used; `annotation`: they name one, or a name, and nothing else says so
 * (https://github.com/opencontainers/image-spec/blob/main/annotations.md). Provenance alone proves no base: it names the images of all build stages alike.
 */
export function baseOf(
  image: { readonly layers: readonly Digest[]; readonly annotations: Readonly<Record<string, string>>; readonly provenance: Provenance | null },
  known: readonly KnownBase[],
): BaseEvidence {
  const below = known.filter(({ layers }) => layers.length > 0 && layers.every((layer, at) => layer === image.layers[at]))
  const [base] = below.sort((a, b) => b.layers.length - a.layers.length)
  if (base !== undefined) return { name: base.name, digest: base.digest, proof: 'layers' }
  const written = image.annotations[nameKey] ?? ''
  const name = parseReference(written).kind === 'reference' ? written : null
  const digest = parseDigest(image.annotations[digestKey] ?? '')
  if (name === null && digest === null) return { name: null, digest: null, proof: 'none' }
  const isUsed = digest !== null && (image.provenance?.parents.some((parent) => parent.digest === digest) ?? false)
  return { name, digest, proof: isUsed ? 'provenance' : 'annotation' }
}
