/** An `ImageSource` over content that is found by its digest: what OCI layouts and `docker save` archives have in common. */
import { Fault } from '../../domain/fault.ts'
import { type Digest, digestOf } from '../../domain/image/digest.ts'
import { type Descriptor, longestManifest, parseManifest } from '../../domain/image/manifest.ts'
import { verifiedBytes } from '../../domain/image/verified-bytes.ts'
import type { ImageSource } from '../../ports/image-source.ts'
import { readSubject } from './schema.ts'
import { type StoredFiles, wholeFile } from './stored-files.ts'

export type Content = {
  readonly files: StoredFiles
  /** Where the content with this digest would lie. */
  readonly pathOf: (digest: Digest) => string | null
  /** Manifests that lie nowhere under their digest. */
  readonly made: ReadonlyMap<Digest, Buffer>
  /** Manifests that may refer to others, as an index lists them. */
  readonly listed: readonly Descriptor[]
  /** The index under the fallback tag for the referrers of a digest, where there is one. */
  readonly fallback: (digest: Digest) => Descriptor | null
}

/** Manifests that we open to see what they refer to: in a compressed archive each costs a way through all of it. */
const mostCandidates = 500

/** The port on local content. Scope and image name say nothing here. Faults: `missing` and `invalid`. */
export function createContentSource({ files, pathOf, made, listed, fallback }: Content): ImageSource {
  const fault = (kind: 'missing' | 'invalid', text: string) => new Fault(kind, `${files.label}: ${text}`)
  const open = async (digest: Digest) => {
    const path = pathOf(digest)
    const file = path === null ? null : await files.open(path)
    if (file === null) throw fault('missing', `it does not hold ${digest}; save or pull the whole image`)
    return file
  }

  async function bytesOf(digest: Digest): Promise<Buffer> {
    const known = made.get(digest)
    if (known !== undefined) return known
    const bytes = await wholeFile(await open(digest), longestManifest)
    if (bytes === null) throw fault('invalid', `the manifest ${digest} has more than ${longestManifest} bytes`)
    const found = digestOf(bytes, digest)
    if (found !== digest) throw fault('invalid', `the manifest ${digest} hashes to ${found}; nothing of it was used`)
    return bytes
  }

  async function parsed(digest: Digest) {
    const bytes = await bytesOf(digest)
    const read = parseManifest(bytes, null, digest)
    if (read.kind === 'invalid') throw fault('invalid', `${digest} is no manifest: ${read.problem}`)
    return { bytes, manifest: read.manifest }
  }

  return {
    manifest: async (_scope, _image, digest) => (await parsed(digest)).manifest,
    async *blob(_scope, _image, descriptor) {
      const refuse = (text: string) => fault('invalid', `the blob ${descriptor.digest} ${text}; nothing of it was used`)
      yield* verifiedBytes((await open(descriptor.digest)).chunks, descriptor, refuse)
    },
    async referrers(_scope, _image, digest) {
      const index = fallback(digest)
      const named = index === null ? null : (await parsed(index.digest)).manifest
      const candidates = [...listed, ...(named?.kind === 'index' ? named.manifests : [])]
      if (candidates.length > mostCandidates) throw fault('invalid', `its index.json lists more than ${mostCandidates} manifests; they were not searched`)
      const found = new Map<Digest, Descriptor & { artifactType: string | null }>()
      for (const descriptor of candidates) {
        if (descriptor.digest === digest || found.has(descriptor.digest)) continue
        const { subject, artifactType } = readSubject((await parsed(descriptor.digest)).bytes)
        if (subject === digest) found.set(descriptor.digest, { ...descriptor, artifactType })
      }
      return [...found.values()]
    },
  }
}
