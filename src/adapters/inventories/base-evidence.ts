/** What an image says that it stands on. */
import { parseDigest } from '../../domain/image/digest.ts'
import type { BaseEvidence, Provenance } from '../../domain/image/provenance.ts'
import { parseReference } from '../../domain/image/reference.ts'

const nameKey = 'org.opencontainers.image.base.name'
const digestKey = 'org.opencontainers.image.base.digest'

/**
 * The base that the annotations of a manifest name (https://github.com/opencontainers/image-spec/blob/main/annotations.md), a hint; provenance, where the same
 * digest is among the images that the build used. Whether its layers are those of the base is for whoever has the base's.
 */
export function baseEvidence(annotations: Readonly<Record<string, string>>, provenance: Provenance | null): BaseEvidence {
  const written = annotations[nameKey] ?? ''
  const name = parseReference(written).kind === 'reference' ? written : null
  const digest = parseDigest(annotations[digestKey] ?? '')
  if (name === null && digest === null) return { name: null, digest: null, proof: 'none' }
  const isUsed = digest !== null && (provenance?.parents.some((parent) => parent.digest === digest) ?? false)
  return { name, digest, proof: isUsed ? 'provenance' : 'annotation' }
}
