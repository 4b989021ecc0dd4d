/** OCI image layouts (https://github.com/opencontainers/image-spec/blob/main/image-layout.md), in a folder or in an archive. */
import { Fault } from '../../domain/fault.ts'
import type { Digest } from '../../domain/image/digest.ts'
import { type Descriptor, longestManifest, parseManifest } from '../../domain/image/manifest.ts'
import { visible } from '../../lib/visible.ts'
import type { ImageSource } from '../../ports/image-source.ts'
import { createContentSource } from './content-source.ts'
import { isSameName } from './same-name.ts'
import { readObject } from './schema.ts'
import { type StoredFiles, wholeFile } from './stored-files.ts'

const nameKey = 'org.opencontainers.image.ref.name'
/** BuildKit and containerd write the whole reference there. */
const longNameKey = 'io.containerd.image.name'

/**
 * The image that `tag` names, or without one the only image there is. Faults: `invalid` where it is no layout, or holds several images and none was
 * named; `missing` where no image has that tag. Both list what there is.
 */
export async function openOciLayout(files: StoredFiles, tag: string | null): Promise<{ readonly source: ImageSource; readonly root: Digest }> {
  const { label } = files
  const read = async (path: string) => {
    const file = await files.open(path)
    return file === null ? null : await wholeFile(file, longestManifest)
  }
  const marker = await read('oci-layout')
  const version = marker === null ? null : readObject(marker)?.['imageLayoutVersion']
  if (version === null) throw new Fault('invalid', `${label} is not an OCI layout: it has no file oci-layout`)
  if (version !== '1.0.0') throw new Fault('invalid', `${label}: its file oci-layout does not say version 1.0.0, the only one that we read`)
  const bytes = await read('index.json')
  if (bytes === null) throw new Fault('invalid', `${label} is not an OCI layout: its index.json is missing or longer than ${longestManifest} bytes`)
  const parsed = parseManifest(bytes, null)
  if (parsed.kind === 'invalid') throw new Fault('invalid', `${label}: index.json is not an image index: ${parsed.problem}`)
  if (parsed.manifest.kind !== 'index') throw new Fault('invalid', `${label}: index.json is an image manifest, not an index`)
  const { manifests, digest } = parsed.manifest
  const root = rootOf(manifests, digest, tag, label)
  const source = createContentSource({
    files,
    pathOf: (of) => `blobs/${of.replace(':', '/')}`,
    made: new Map([[digest, bytes]]),
    listed: manifests,
    fallback: (of) => manifests.find(({ annotations }) => annotations[nameKey] === `${of.slice(0, 71).replace(':', '-')}`) ?? null,
  })
  return { source, root }
}

function rootOf(manifests: readonly Descriptor[], whole: Digest, tag: string | null, label: string): Digest {
  const list = manifests.map(({ annotations, digest }) => `  ${visible(annotations[longNameKey] ?? annotations[nameKey] ?? '(no tag)')}  ${digest}`).join('\n')
  if (tag !== null) {
    const found = manifests.find(({ annotations }) => annotations[nameKey] === tag || isSameName(tag, annotations[longNameKey] ?? ''))
    if (found === undefined) throw new Fault('missing', `${label}: no image has the tag ${visible(tag)}; there is:\n${list}`)
    return found.digest
  }
  // Artifacts and their fallback tags are no images that a person would ask for.
  const named = manifests.filter(({ annotations }) => annotations[nameKey] !== undefined && !/^sha(256|512)-[0-9a-f]{64}/.test(annotations[nameKey] ?? ''))
  for (const some of [manifests, named]) {
    const [first, ...others] = new Set(some.map(({ digest }) => digest))
    if (first !== undefined && others.length === 0) return first
  }
  // One image for several platforms, written without an index of its own.
  if (named.length === 0 && manifests.length > 0 && manifests.every(({ platform }) => platform !== null)) return whole
  if (manifests.length === 0) throw new Fault('invalid', `${label} is an OCI layout without any image`)
  throw new Fault('invalid', `${label} holds several images; name one as ${label}:TAG. There is:\n${list}`)
}
