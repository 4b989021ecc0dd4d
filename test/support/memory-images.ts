/** Images in memory behind the port `ImageSource`, with blobs that are checked as the registry's are. */
import { createHash } from 'node:crypto'
import { Fault } from '../../src/domain/fault.ts'
import { type Digest, digestOf } from '../../src/domain/image/digest.ts'
import type { Descriptor, Manifest } from '../../src/domain/image/manifest.ts'
import { parseManifest } from '../../src/domain/image/manifest.ts'
import type { ImageSource } from '../../src/ports/image-source.ts'

/** A layer's bytes, gzip in OCI's media type unless it says otherwise. */
export type Layer = Uint8Array | { readonly bytes: Uint8Array; readonly mediaType: string }

export type MemoryImages = {
  readonly source: ImageSource
  /** Digests of the blobs that were asked for, in order. */
  readonly reads: Digest[]
  /** Adds an image, the base's layer first, and gives the digest of its manifest. */
  add(layers: readonly Layer[], more?: { readonly config?: unknown; readonly annotations?: Readonly<Record<string, string>> }): Digest
  /** Adds any document as a manifest. */
  addManifest(json: unknown): Digest
  /** Serves other bytes under the digest of a blob than it has. */
  corrupt(digest: Digest, bytes: Uint8Array): void
  /** Has the blob no more. */
  lose(digest: Digest): void
}

/** No images yet. Blobs come in chunks of `chunkBytes`. */
export function memoryImages(chunkBytes = 64 * 1024): MemoryImages {
  const manifests = new Map<string, Manifest>()
  const blobs = new Map<string, Uint8Array>()
  const reads: Digest[] = []
  const keep = (bytes: Uint8Array, mediaType: string): Pick<Descriptor, 'mediaType' | 'digest' | 'size'> => {
    const digest = digestOf(bytes)
    blobs.set(digest, bytes)
    return { mediaType, digest, size: bytes.length }
  }
  const addManifest = (json: unknown): Digest => {
    const parsed = parseManifest(Buffer.from(JSON.stringify(json)), null)
    if (parsed.kind === 'invalid') throw new Error(parsed.problem)
    manifests.set(parsed.manifest.digest, parsed.manifest)
    return parsed.manifest.digest
  }
  return {
    reads,
    addManifest,
    add: (layers, { config = { os: 'linux', architecture: 'amd64' }, annotations = {} } = {}) =>
      addManifest({
        schemaVersion: 2,
        mediaType: 'application/vnd.oci.image.manifest.v1+json',
        config: keep(Buffer.from(JSON.stringify(config)), 'application/vnd.oci.image.config.v1+json'),
        layers: layers.map((layer) =>
          layer instanceof Uint8Array ? keep(layer, 'application/vnd.oci.image.layer.v1.tar+gzip') : keep(layer.bytes, layer.mediaType),
        ),
        annotations,
      }),
    corrupt: (digest, bytes) => void blobs.set(digest, bytes),
    lose: (digest) => void blobs.delete(digest),
    source: {
      manifest: async (_scope, _image, digest) => {
        const manifest = manifests.get(digest)
        if (manifest === undefined) throw new Fault('missing', `no manifest ${digest}`)
        return manifest
      },
      blob: async function* (_scope, _image, { digest, size }) {
        reads.push(digest)
        const bytes = blobs.get(digest)
        if (bytes === undefined) throw new Fault('missing', `no blob ${digest}`)
        const hash = createHash('sha256')
        for (let at = 0; at < bytes.length; at += chunkBytes) {
          const chunk = bytes.subarray(at, at + chunkBytes)
          hash.update(chunk)
          if (at + chunk.length > size) throw new Fault('invalid', 'more bytes than the descriptor says')
          yield chunk
        }
        if (`sha256:${hash.digest('hex')}` !== digest) throw new Fault('invalid', 'these bytes are not those of the digest')
      },
      referrers: async () => [],
    },
  }
}
