/** Image content for the stand-in: small but real layers, configs and manifests; the same input gives the same bytes, and so the same digests. */
import { createHash } from 'node:crypto'
import { gzipSync } from 'node:zlib'

export const mediaTypes = {
  index: 'application/vnd.oci.image.index.v1+json',
  manifest: 'application/vnd.oci.image.manifest.v1+json',
  config: 'application/vnd.oci.image.config.v1+json',
  layer: 'application/vnd.oci.image.layer.v1.tar+gzip',
  inToto: 'application/vnd.in-toto+json',
} as const

export type Stored = { readonly bytes: Buffer; readonly mediaType: string }
export type Descriptor = { readonly mediaType: string; readonly digest: string; readonly size: number }

/** What an image is made of. Everything has a default; `label` alone makes two images differ. */
export type ImageInput = {
  /** `linux/arm/v7`; `linux/amd64` without it. */
  readonly platforms?: readonly string[]
  readonly label?: string
  /** The tag points at the image manifest itself, with no index above it. One platform only. */
  readonly single?: boolean
  /** Adds to each platform the attestation manifest that BuildKit adds (`unknown/unknown`). */
  readonly attestations?: boolean
  /** On the index, or on the manifest of a single image. */
  readonly annotations?: Readonly<Record<string, string>>
  /** Files of each layer, by path; one layer with the label in it without them. Given as a function where platforms differ. */
  readonly layers?: readonly Files[] | ((platform: string) => readonly Files[])
  /** OCI `config` object: Env, Cmd, User, Labels … */
  readonly config?: Readonly<Record<string, unknown>>
  /** RFC 3339; a fixed moment without it. */
  readonly created?: string
}

export type Files = Readonly<Record<string, string | Uint8Array>>

export type BuiltImage = {
  /** Of what the tag points at. */
  readonly digest: string
  /** Manifest digest by platform. */
  readonly manifests: Readonly<Record<string, string>>
  readonly bytes: Buffer
  readonly mediaType: string
  /** Config, layers and attestations. */
  readonly blobs: readonly Stored[]
  /** Manifests, the one at the top included. */
  readonly allManifests: readonly Stored[]
}

export function sha256(bytes: Uint8Array): string {
  return `sha256:${createHash('sha256').update(bytes).digest('hex')}`
}

export function describe(stored: Stored): Descriptor {
  return { mediaType: stored.mediaType, digest: sha256(stored.bytes), size: stored.bytes.length }
}

/** Builds an image with its manifests; nothing is stored anywhere. */
export function buildImage(input: ImageInput = {}): BuiltImage {
  const platforms = input.platforms ?? ['linux/amd64']
  const blobs: Stored[] = []
  const allManifests: Stored[] = []
  const manifests: Record<string, string> = {}
  const entries: object[] = []
  const attestations: object[] = []
  for (const platform of platforms) {
    const layers = layersOf(input, platform)
    const config = json(configOf(input, platform, layers), mediaTypes.config)
    const packed = layers.map((tar) => ({ bytes: gzip(tar), mediaType: mediaTypes.layer }))
    const body = { schemaVersion: 2, mediaType: mediaTypes.manifest, config: describe(config), layers: packed.map(describe) }
    const manifest = json(input.single === true ? { ...body, ...annotated(input) } : body, mediaTypes.manifest)
    blobs.push(config, ...packed)
    allManifests.push(manifest)
    const descriptor = describe(manifest)
    manifests[platform] = descriptor.digest
    entries.push({ ...descriptor, platform: platformObject(platform) })
    if (input.attestations === true) attestations.push(attest(descriptor.digest, input.label ?? '', blobs, allManifests))
  }
  const [only] = allManifests
  if (input.single === true) {
    if (only === undefined || platforms.length !== 1) throw new Error('a single image has exactly one platform')
    return { digest: sha256(only.bytes), manifests, bytes: only.bytes, mediaType: only.mediaType, blobs, allManifests }
  }
  const index = json({ schemaVersion: 2, mediaType: mediaTypes.index, manifests: [...entries, ...attestations], ...annotated(input) }, mediaTypes.index)
  allManifests.push(index)
  return { digest: sha256(index.bytes), manifests, bytes: index.bytes, mediaType: index.mediaType, blobs, allManifests }
}

/** An artifact that refers to `subject`, e.g. a software bill of materials. */
export type ArtifactInput = {
  readonly subject: Descriptor
  readonly artifactType: string
  readonly content: string | Uint8Array
  readonly contentType?: string
  readonly annotations?: Readonly<Record<string, string>>
}

/** Builds an artifact manifest (https://github.com/opencontainers/image-spec/blob/main/manifest.md#guidelines-for-artifact-usage), and the descriptor that lists it. */
export function buildArtifact(input: ArtifactInput): { readonly manifest: Stored; readonly blobs: readonly Stored[]; readonly descriptor: Descriptor } {
  const config = { bytes: Buffer.from('{}'), mediaType: 'application/vnd.oci.empty.v1+json' }
  const layer = { bytes: Buffer.from(input.content as Uint8Array), mediaType: input.contentType ?? input.artifactType }
  const { artifactType, subject } = input
  const body = {
    schemaVersion: 2,
    mediaType: mediaTypes.manifest,
    artifactType,
    config: describe(config),
    layers: [describe(layer)],
    subject,
    ...annotated(input),
  }
  const manifest = json(body, mediaTypes.manifest)
  const descriptor = { ...describe(manifest), artifactType, annotations: input.annotations ?? {} }
  return { manifest, blobs: [config, layer], descriptor }
}

/** An index of these descriptors: what the fallback tag `sha256-<hex>` points at where a registry has no referrers API. */
export function buildIndex(manifests: readonly Descriptor[]): Stored {
  return json({ schemaVersion: 2, mediaType: mediaTypes.index, manifests }, mediaTypes.index)
}

/** A POSIX ustar archive of `files` (https://pubs.opengroup.org/onlinepubs/9699919799/utilities/pax.html), owned by root, dated 1970. */
export function tar(files: Files): Buffer {
  const blocks: Buffer[] = []
  for (const [path, content] of Object.entries(files)) {
    const bytes = Buffer.from(content as Uint8Array)
    const header = Buffer.alloc(512)
    header.write(path, 0, 100)
    header.write('0000644\x000000000\x000000000\x00', 100)
    header.write(`${bytes.length.toString(8).padStart(11, '0')}\0`, 124)
    header.write('00000000000\x00        0', 136)
    header.write('ustar\x0000', 257)
    header.write(
      `${header
        .reduce((sum, byte) => sum + byte, 0)
        .toString(8)
        .padStart(6, '0')}\0 `,
      148,
    )
    blocks.push(header, bytes, Buffer.alloc((512 - (bytes.length % 512)) % 512))
  }
  return Buffer.concat([...blocks, Buffer.alloc(1024)])
}

function layersOf(input: ImageInput, platform: string): readonly Buffer[] {
  const given = typeof input.layers === 'function' ? input.layers(platform) : input.layers
  return (given ?? [{ 'etc/underpin-stand-in': `${input.label ?? ''} ${platform}\n` }]).map(tar)
}

function configOf(input: ImageInput, platform: string, layers: readonly Buffer[]): object {
  const created = input.created ?? '2026-01-01T00:00:00Z'
  return {
    created,
    ...platformObject(platform),
    config: input.config ?? { Env: ['PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin'], Cmd: ['/bin/sh'] },
    rootfs: { type: 'layers', diff_ids: layers.map(sha256) },
    history: layers.map(() => ({ created, created_by: 'stand-in' })),
  }
}

function platformObject(platform: string): Record<string, string> {
  const [os = '', architecture = '', variant] = platform.split('/')
  return variant === undefined ? { architecture, os } : { architecture, os, variant }
}

function attest(subject: string, label: string, blobs: Stored[], allManifests: Stored[]): object {
  const statement = json(
    {
      _type: 'https://in-toto.io/Statement/v1',
      predicateType: 'https://slsa.dev/provenance/v1',
      subject: [{ name: 'stand-in', digest: { sha256: subject.slice(7) } }],
      predicate: { buildDefinition: { buildType: 'stand-in', externalParameters: { label } } },
    },
    mediaTypes.inToto,
  )
  const config = json(
    { architecture: 'unknown', os: 'unknown', config: {}, rootfs: { type: 'layers', diff_ids: [sha256(statement.bytes)] } },
    mediaTypes.config,
  )
  const layer = { ...describe(statement), annotations: { 'in-toto.io/predicate-type': 'https://slsa.dev/provenance/v1' } }
  const manifest = json({ schemaVersion: 2, mediaType: mediaTypes.manifest, config: describe(config), layers: [layer] }, mediaTypes.manifest)
  blobs.push(statement, config)
  allManifests.push(manifest)
  const annotations = { 'vnd.docker.reference.digest': subject, 'vnd.docker.reference.type': 'attestation-manifest' }
  return { ...describe(manifest), annotations, platform: { architecture: 'unknown', os: 'unknown' } }
}

function annotated(input: Pick<ImageInput, 'annotations'>): object {
  return input.annotations === undefined ? {} : { annotations: input.annotations }
}

function json(value: object, mediaType: string): Stored {
  return { bytes: Buffer.from(JSON.stringify(value)), mediaType }
}

/** Byte 9 of a gzip header names the operating system; pinned, so that digests are the same everywhere. */
function gzip(bytes: Buffer): Buffer {
  const packed = gzipSync(bytes, { level: 9 })
  packed[9] = 255
  return packed
}
