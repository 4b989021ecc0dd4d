/** Finds what is attached to a platform manifest: BuildKit's attestation manifests beside it in the index, and OCI referrers. */
import { isFault } from '../../../domain/fault.ts'
import type { Digest } from '../../../domain/image/digest.ts'
import type { Descriptor, Manifest } from '../../../domain/image/manifest.ts'
import type { ImageName } from '../../../domain/image/reference.ts'
import type { Scope } from '../../../domain/image/scope.ts'
import type { ImageSource } from '../../../ports/image-source.ts'
import { predicateKind } from './statement.ts'

/** A platform manifest, and where it lies. */
export type Attestee = { readonly source: ImageSource; readonly scope: Scope; readonly image: ImageName; readonly digest: Digest }

/** Files that a manifest holds which was hashed and is bound to the attestee, and what kept others from being found. */
export type Attached = { readonly files: readonly Descriptor[]; readonly problems: readonly string[] }

/** BuildKit makes one for a platform; signed ones come beside it. */
const mostManifests = 16
const statementTypes =
  /^application\/vnd\.(in-toto(\.[\w-]+)?\+(json|dsse)|dsse\.envelope\.v1\+json|dev\.sigstore\.bundle(\.v[\d.]+)?\+json)|^(application|text)\/(spdx|vnd\.cyclonedx)\+json/
/** Artifacts that do not say what they are: by default a registry gives the config's type. */
const untoldTypes = /^application\/vnd\.(docker\.attestation\.manifest\.v1|oci\.empty\.v1|oci\.image\.config\.v1)\+json$/

/** Attestation manifests in the index (https://docs.docker.com/build/metadata/attestations/attestation-storage/): bound by what the index says of them, and by their `subject`. */
export async function attachedInIndex(attestee: Attestee, index: Manifest | null): Promise<Attached> {
  const entries = index?.kind === 'index' ? index.manifests.filter(({ annotations }) => isAttestation(annotations, attestee.digest)) : []
  return filesOf(attestee, entries, (manifest) => manifest.subject === undefined || manifest.subject.digest === attestee.digest)
}

/**
 * Referrers (https://github.com/opencontainers/distribution-spec/blob/main/spec.md#listing-referrers): the list is a hint, the manifest's own `subject` counts.
 * A registry that answers for images and never for their referrers must not keep the layers from being read: its trouble is a problem, also where it may pass.
 */
export async function attachedByReference(attestee: Attestee): Promise<Attached> {
  const { source, scope, image, digest } = attestee
  try {
    const referrers = (await source.referrers(scope, image, digest)).filter(
      ({ artifactType, annotations }) =>
        (artifactType === null || statementTypes.test(artifactType) || untoldTypes.test(artifactType)) &&
        mayBeRead(annotations['dev.sigstore.bundle.predicateType']),
    )
    return await filesOf(attestee, referrers, (manifest) => manifest.subject?.digest === digest)
  } catch (error) {
    return {
      files: [],
      problems: [`what refers to the image could not be listed: ${isFault(error) && error.kind === 'transient' ? error.message : reasonOf(error)}`],
    }
  }
}

function isAttestation(annotations: Descriptor['annotations'], digest: Digest): boolean {
  return annotations['vnd.docker.reference.type'] === 'attestation-manifest' && annotations['vnd.docker.reference.digest'] === digest
}

type ImageManifest = Extract<Manifest, { kind: 'image' }>

async function filesOf({ source, scope, image }: Attestee, entries: readonly Descriptor[], isBound: (manifest: ImageManifest) => boolean): Promise<Attached> {
  const files: Descriptor[] = []
  const problems: string[] = []
  if (entries.length > mostManifests) problems.push(`only the first ${mostManifests} of ${entries.length} attestation manifests were read`)
  for (const { digest } of entries.slice(0, mostManifests)) {
    try {
      const manifest = await source.manifest(scope, image, digest)
      if (manifest.kind === 'index') problems.push(`the attestation manifest ${digest} is an index`)
      else if (!isBound(manifest)) problems.push(`the attestation manifest ${digest} is about another manifest`)
      else files.push(...manifest.layers.filter(isAttestationFile))
    } catch (error) {
      problems.push(`the attestation manifest ${digest} could not be read: ${reasonOf(error)}`)
    }
  }
  return { files, problems }
}

function isAttestationFile({ mediaType, annotations }: Descriptor): boolean {
  return statementTypes.test(mediaType) && mayBeRead(annotations['in-toto.io/predicate-type'])
}

function mayBeRead(predicateType: string | undefined): boolean {
  return predicateType === undefined || predicateKind(predicateType) !== null
}

/** What a fault says where trying again would not help; any other error is thrown on. */
export function reasonOf(error: unknown): string {
  if (isFault(error) && error.kind !== 'transient' && error.kind !== 'rate-limited') return error.message
  throw error
}
