/** An image in memory with attestations attached to it, in the index or as referrers. */
import { readAttestations } from '../../../../../src/adapters/inventories/attestations/index.ts'
import { type Digest, digestOf } from '../../../../../src/domain/image/digest.ts'
import type { Manifest } from '../../../../../src/domain/image/manifest.ts'
import type { ImageSource } from '../../../../../src/ports/image-source.ts'
import { memoryImages } from '../../../../support/memory-images.ts'

const image = { registry: 'registry.test', repository: 'acme/app' }
const manifestType = 'application/vnd.oci.image.manifest.v1+json'

/** A file of an attestation manifest: its bytes, or what JSON makes them. */
export type AttachedFile = {
  readonly content: unknown
  readonly mediaType?: string
  readonly predicateType?: string
  /** What the descriptor claims, where that is not so. */
  readonly size?: number
}

/** How an attestation manifest is bound; `reference` is what the index says, `subject` what the manifest itself says, null for neither. */
export type Binding = { readonly reference?: Digest | null; readonly subject?: Digest | null; readonly artifactType?: string }

/** An image with one platform manifest. */
export function attestedImage() {
  const images = memoryImages()
  const platform = images.add([Buffer.from('a layer')])
  const entries: object[] = []
  const referrers: Awaited<ReturnType<ImageSource['referrers']>>[number][] = []
  let referrersFault: Error | null = null

  const store = (files: readonly AttachedFile[], { subject = null, artifactType }: Binding): Digest => {
    const keep = (bytes: Buffer, mediaType: string): object => {
      images.corrupt(digestOf(bytes), bytes)
      return { mediaType, digest: digestOf(bytes), size: bytes.length }
    }
    return images.addManifest({
      schemaVersion: 2,
      mediaType: manifestType,
      config: keep(Buffer.from('{}'), 'application/vnd.oci.empty.v1+json'),
      layers: files.map(({ content, mediaType = 'application/vnd.in-toto+json', predicateType, size }) => ({
        ...keep(content instanceof Uint8Array ? Buffer.from(content) : Buffer.from(JSON.stringify(content)), mediaType),
        ...(size === undefined ? {} : { size }),
        ...(predicateType === undefined ? {} : { annotations: { 'in-toto.io/predicate-type': predicateType } }),
      })),
      ...(subject === null ? {} : { subject: { mediaType: manifestType, digest: subject, size: 1 } }),
      ...(artifactType === undefined ? {} : { artifactType }),
    })
  }

  return {
    platform,
    reads: images.reads,
    /** Attaches files as BuildKit does; the index names the platform manifest unless told otherwise. */
    inIndex: (files: readonly AttachedFile[], binding: Binding = {}): Digest => {
      const digest = store(files, binding)
      const reference = binding.reference === undefined ? platform : binding.reference
      entries.push({
        mediaType: manifestType,
        digest,
        size: 1,
        platform: { os: 'unknown', architecture: 'unknown' },
        annotations: { 'vnd.docker.reference.type': 'attestation-manifest', ...(reference === null ? {} : { 'vnd.docker.reference.digest': reference }) },
      })
      return digest
    },
    /** Attaches files as a referrer. */
    asReferrer: (files: readonly AttachedFile[], binding: Binding = {}): Digest => {
      const digest = store(files, { subject: platform, ...binding })
      referrers.push({ mediaType: manifestType, digest, size: 1, platform: null, annotations: {}, artifactType: binding.artifactType ?? null })
      return digest
    },
    failReferrers: (fault: Error): void => void (referrersFault = fault),
    read: async () => {
      const entry = { mediaType: manifestType, digest: platform, size: 1, platform: { os: 'linux', architecture: 'amd64' } }
      const index = await images.source.manifest('public', image, images.addManifest({ schemaVersion: 2, manifests: [entry, ...entries] }))
      const source: ImageSource = {
        ...images.source,
        referrers: async () => {
          if (referrersFault !== null) throw referrersFault
          return referrers
        },
      }
      return readAttestations(source, 'public', image, index satisfies Manifest, platform)
    },
  }
}

/** An in-toto statement about these digests. */
export function statement(predicateType: string, predicate: unknown, subjects: readonly Digest[], version: '0.1' | '1' = '1'): object {
  const subject = subjects.map((digest) => ({ name: 'made-up', digest: { [digest.split(':')[0] ?? '']: digest.split(':')[1] } }))
  return { _type: `https://in-toto.io/Statement/v${version}`, subject, predicateType, predicate }
}

/** An SPDX document that lists these purls. */
export function spdx(purls: readonly string[], more: object = {}): object {
  return {
    spdxVersion: 'SPDX-2.3',
    SPDXID: 'SPDXRef-DOCUMENT',
    name: 'sbom',
    creationInfo: { creators: ['Tool: made-up-scanner-1'] },
    packages: purls.map((purl, index) => ({
      name: `package-${index}`,
      SPDXID: `SPDXRef-${index}`,
      externalRefs: [{ referenceCategory: 'PACKAGE-MANAGER', referenceType: 'purl', referenceLocator: purl }],
    })),
    ...more,
  }
}
