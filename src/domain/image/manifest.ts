/** Manifests: what a registry answers for a tag or digest, read strictly (OCI image-spec 1.1 and Docker schema 2). */
import { type Digest, digestOf, parseDigest } from './digest.ts'
import { normalPlatform, type Platform, platformPart } from './platform.ts'

/** https://github.com/opencontainers/image-spec/blob/main/descriptor.md */
export type Descriptor = {
  readonly mediaType: string
  readonly digest: Digest
  readonly size: number
  readonly platform: Platform | null
  readonly annotations: Readonly<Record<string, string>>
}

/** An index names one manifest per platform; an image manifest names config and layers. One is never taken for the other. */
export type Manifest =
  | {
      readonly kind: 'index'
      readonly digest: Digest
      readonly mediaType: string
      readonly size: number
      readonly manifests: readonly Descriptor[]
      readonly annotations: Readonly<Record<string, string>>
    }
  | {
      readonly kind: 'image'
      readonly digest: Digest
      readonly mediaType: string
      readonly size: number
      readonly config: Descriptor
      readonly layers: readonly Descriptor[]
      readonly annotations: Readonly<Record<string, string>>
      /** The manifest that this one is about (https://github.com/opencontainers/image-spec/blob/main/manifest.md#image-manifest-property-descriptions); absent where it names none. */
      readonly subject?: Descriptor
      /** What an artifact is, where it is no image: `application/spdx+json`. */
      readonly artifactType?: string
    }

/** A manifest, or why these bytes are none. */
export type ParsedManifest = { readonly kind: 'manifest'; readonly manifest: Manifest } | { readonly kind: 'invalid'; readonly problem: string }

/** What an index may call itself. */
export const indexMediaTypes = ['application/vnd.oci.image.index.v1+json', 'application/vnd.docker.distribution.manifest.list.v2+json'] as const
/** What an image manifest may call itself. */
export const imageMediaTypes = ['application/vnd.oci.image.manifest.v1+json', 'application/vnd.docker.distribution.manifest.v2+json'] as const

/** Bytes of a manifest that we read at most; the registries' own limit is 4 MiB. */
export const longestManifest = 4 * 1024 * 1024
const mostDescriptors = 2_000
const fields = ['schemaVersion', 'mediaType', 'config', 'layers', 'manifests', 'annotations', 'subject', 'artifactType']
const lowerCaseFields = new Set(fields.map((name) => name.toLowerCase()))

/**
 * Reads `bytes` that came with `contentType` (null when the transport said nothing). The digest is what we hash, under `like`'s algorithm.
 * Refused: a document that could be read as both kinds (CVE-2021-41190), also by a reader that ignores the case of names as Go does, a media type that contradicts the transport's, Docker schema 1.
 */
export function parseManifest(bytes: Uint8Array, contentType: string | null, like?: Digest): ParsedManifest {
  const invalid = (problem: string): ParsedManifest => ({ kind: 'invalid', problem })
  let json: unknown
  try {
    json = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes))
  } catch {
    return invalid('it is not JSON in UTF-8')
  }
  if (!isRecord(json)) return invalid('it is not a JSON object')
  const odd = Object.keys(json).find((key) => lowerCaseFields.has(key.toLowerCase()) && !fields.includes(key))
  if (odd !== undefined) return invalid(`its field "${odd}" is spelled so that others read it and we do not`)
  const sent = contentType?.split(';')[0]?.trim().toLowerCase() ?? null
  const written = typeof json['mediaType'] === 'string' ? json['mediaType'] : null
  if (json['schemaVersion'] !== 2) return invalid('only schema version 2 is supported')
  if ('manifests' in json && ('layers' in json || 'config' in json)) return invalid('it has both manifests and layers, so it could be read two ways')
  const known = (type: string | null) => type !== null && ([...indexMediaTypes, ...imageMediaTypes] as string[]).includes(type)
  if (written !== null && known(sent) && written !== sent) return invalid(`it says ${written} but was sent as ${sent}`)
  const mediaType = written ?? (known(sent) ? sent : null)
  const annotations = readAnnotations(json['annotations'])
  const common = { digest: digestOf(bytes, like), size: bytes.length, annotations }
  if (Array.isArray(json['manifests'])) {
    if (mediaType !== null && !(indexMediaTypes as readonly string[]).includes(mediaType)) return invalid(`an index cannot be a ${mediaType}`)
    const manifests = readDescriptors(json['manifests'])
    return manifests === null
      ? invalid('a descriptor in it is malformed')
      : { kind: 'manifest', manifest: { kind: 'index', mediaType: mediaType ?? indexMediaTypes[0], manifests, ...common } }
  }
  if (mediaType !== null && !(imageMediaTypes as readonly string[]).includes(mediaType)) return invalid(`an image manifest cannot be a ${mediaType}`)
  const config = readDescriptor(json['config'])
  const layers = Array.isArray(json['layers']) ? readDescriptors(json['layers']) : null
  if (config === null || layers === null) return invalid('it has neither manifests nor config and layers')
  const subject = json['subject'] === undefined ? undefined : readDescriptor(json['subject'])
  if (subject === null) return invalid('its subject is no descriptor')
  const { artifactType } = json
  if (artifactType !== undefined && typeof artifactType !== 'string') return invalid('its artifact type is no text')
  const artifact = { ...(subject === undefined ? {} : { subject }), ...(artifactType === undefined ? {} : { artifactType }) }
  return { kind: 'manifest', manifest: { kind: 'image', mediaType: mediaType ?? imageMediaTypes[0], config, layers, ...artifact, ...common } }
}

/** The entries of an index that run somewhere: attestation manifests (`unknown/unknown`, `vnd.docker.reference.type`) are never platforms. */
export function runnableEntries(index: Extract<Manifest, { kind: 'index' }>): readonly (Descriptor & { readonly platform: Platform })[] {
  return index.manifests.filter(
    (entry): entry is Descriptor & { readonly platform: Platform } =>
      entry.platform !== null && entry.platform.os !== 'unknown' && entry.annotations['vnd.docker.reference.type'] !== 'attestation-manifest',
  )
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function readAnnotations(value: unknown): Record<string, string> {
  const annotations: Record<string, string> = Object.create(null)
  if (isRecord(value)) for (const [key, text] of Object.entries(value)) if (typeof text === 'string') annotations[key] = text
  return annotations
}

function readDescriptors(values: readonly unknown[]): readonly Descriptor[] | null {
  if (values.length > mostDescriptors) return null
  const descriptors = values.map(readDescriptor)
  return descriptors.every((descriptor) => descriptor !== null) ? descriptors : null
}

function readDescriptor(value: unknown): Descriptor | null {
  if (!isRecord(value)) return null
  const digest = typeof value['digest'] === 'string' ? parseDigest(value['digest']) : null
  const size = value['size']
  if (digest === null || typeof value['mediaType'] !== 'string' || typeof size !== 'number' || !Number.isSafeInteger(size) || size < 0) return null
  return { mediaType: value['mediaType'], digest, size, platform: readPlatform(value['platform']), annotations: readAnnotations(value['annotations']) }
}

function readPlatform(value: unknown): Platform | null {
  if (!isRecord(value) || typeof value['os'] !== 'string' || typeof value['architecture'] !== 'string') return null
  const text = (key: string) => (typeof value[key] === 'string' && value[key] !== '' ? (value[key] as string) : null)
  const platform = { os: value['os'], architecture: value['architecture'], variant: text('variant'), osVersion: text('os.version') }
  // A platform becomes a key and stands in pull requests: no free text.
  return Object.values(platform).every((part) => part === null || platformPart.test(part)) ? normalPlatform(platform) : null
}
