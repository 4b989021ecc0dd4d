/** `docker save` archives as Docker wrote them before it wrote OCI layouts: `manifest.json`, a config, and layers that are plain tar files. */
import { createHash } from 'node:crypto'
import { Fault } from '../../domain/fault.ts'
import { type Digest, digestOf, parseDigest } from '../../domain/image/digest.ts'
import { visible } from '../../lib/visible.ts'
import type { ImageSource } from '../../ports/image-source.ts'
import { createContentSource } from './content-source.ts'
import { isSameName } from './same-name.ts'
import { readDiffIds, readSavedImages, type SavedImage } from './schema.ts'
import { type StoredFiles, wholeFile } from './stored-files.ts'

const longestJson = 4 * 1024 * 1024
const mostLayers = 1_000
const layerTypes = { plain: 'application/vnd.oci.image.layer.v1.tar', gzip: 'application/vnd.oci.image.layer.v1.tar+gzip' }

/**
 * The only image of the archive, under a manifest that is made from its config and layers: the archive keeps none, so its digest is known nowhere else.
 * A plain layer is found by the diff id in the config and held to it; a compressed one is hashed here. Faults: `invalid`, naming the file.
 */
export async function openDockerSave(files: StoredFiles, tag: string | null): Promise<{ readonly source: ImageSource; readonly root: Digest }> {
  const invalid = (text: string) => new Fault('invalid', `${files.label}: ${text}`)
  const read = async (path: string) => {
    const file = await files.open(path)
    const bytes = file === null ? null : await wholeFile(file, longestJson)
    if (bytes === null) throw invalid(`${visible(path)} is missing or longer than ${longestJson} bytes`)
    return bytes
  }
  const images = readSavedImages(await read('manifest.json'))
  if (images === null) throw invalid('manifest.json is not what docker save writes')
  const image = chosen(images, tag, files.label)
  if (image.layers.length > mostLayers) throw invalid(`it has more than ${mostLayers} layers`)
  const config = await read(image.config)
  const configDigest = digestOf(config)
  const promised = /^(?:blobs\/sha256\/)?([0-9a-f]{64})(?:\.json)?$/.exec(image.config)?.[1]
  if (promised !== undefined && `sha256:${promised}` !== configDigest) throw invalid(`${image.config} hashes to ${configDigest}; nothing of it was used`)
  const diffIds = readDiffIds(config)
  if (diffIds === null || diffIds.length !== image.layers.length) throw invalid(`${visible(image.config)} does not name as many layers as manifest.json`)
  const paths = new Map<Digest, string>([[configDigest, image.config]])
  const layers: { mediaType: string; digest: Digest; size: number }[] = []
  for (const [index, path] of image.layers.entries()) {
    const file = await files.open(path)
    const diffId = parseDigest(diffIds[index] ?? '')
    if (file === null || diffId === null) throw invalid(`the layer ${visible(path)} is missing, or the config has no digest for it`)
    const packed = await packedDigest(file.chunks)
    const digest = packed ?? diffId
    paths.set(digest, path)
    layers.push({ mediaType: packed === null ? layerTypes.plain : layerTypes.gzip, digest, size: file.size })
  }
  const manifest = Buffer.from(
    JSON.stringify({
      schemaVersion: 2,
      mediaType: 'application/vnd.oci.image.manifest.v1+json',
      config: { mediaType: 'application/vnd.oci.image.config.v1+json', digest: configDigest, size: config.length },
      layers,
    }),
  )
  const root = digestOf(manifest)
  const source = createContentSource({
    files,
    pathOf: (digest) => paths.get(digest) ?? null,
    made: new Map([[root, manifest]]),
    listed: [],
    fallback: () => null,
  })
  return { source, root }
}

function chosen(images: readonly SavedImage[], tag: string | null, label: string): SavedImage {
  const [first, ...others] = tag === null ? images : images.filter(({ tags }) => tags.some((written) => isSameName(tag, written)))
  if (first !== undefined && others.length === 0) return first
  const list = images.map(({ tags, config }) => `  ${visible(tags.join(', ') || '(no tag)')}  ${visible(config)}`).join('\n')
  if (images.length === 0) throw new Fault('invalid', `${label} holds no image`)
  if (first === undefined) throw new Fault('missing', `${label}: no image has the tag ${visible(tag ?? '')}; there is:\n${list}`)
  throw new Fault('invalid', `${label} holds several images; save one by itself, or name one as docker-archive:FILE:NAME:TAG. There is:\n${list}`)
}

/** The digest of a layer that is compressed, or null for a plain one, of which only the beginning is read. */
async function packedDigest(chunks: AsyncIterable<Uint8Array>): Promise<Digest | null> {
  const hash = createHash('sha256')
  let isFirst = true
  for await (const chunk of chunks) {
    if (isFirst && !(chunk[0] === 0x1f && chunk[1] === 0x8b)) return null
    isFirst = false
    hash.update(chunk)
  }
  return isFirst ? null : parseDigest(`sha256:${hash.digest('hex')}`)
}
