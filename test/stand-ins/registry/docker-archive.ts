/** What `docker save` writes, before Docker 25 and since (https://github.com/moby/docker-image-spec/blob/main/spec.md). */
import { gunzipSync } from 'node:zlib'
import { type BuiltImage, type Files, sha256 } from './content.ts'
import { layoutFiles } from './oci-layout.ts'

type Parts = { readonly config: { readonly digest: string }; readonly layers: readonly { readonly digest: string }[] }

/** The files of an archive with the first platform of each image, by path: layers are plain tar files, named by ids that are nobody's hash. */
export function legacyFiles(images: Readonly<Record<string, BuiltImage>>): Files {
  const saved = Object.entries(images).map(([tag, image]) => {
    const { config, layers } = partsOf(image)
    const configName = `${config.digest.slice(7)}.json`
    const named = layers.map(({ digest }) => ({ name: `${sha256(Buffer.from(digest)).slice(7)}/layer.tar`, bytes: gunzipSync(blobOf(image, digest)) }))
    const files = { [configName]: blobOf(image, config.digest), ...Object.fromEntries(named.map(({ name, bytes }) => [name, bytes])) }
    return { files, entry: { Config: configName, RepoTags: [tag], Layers: named.map(({ name }) => name) } }
  })
  return { ...Object.assign({}, ...saved.map(({ files }) => files)), 'manifest.json': JSON.stringify(saved.map(({ entry }) => entry)) }
}

/** The files of an archive as Docker has written it since 25: an OCI layout, with `manifest.json` beside it for older readers. */
export function currentFiles(images: Readonly<Record<string, BuiltImage>>): Files {
  const manifest = Object.entries(images).map(([tag, image]) => {
    const { config, layers } = partsOf(image)
    const path = (digest: string) => `blobs/${digest.replace(':', '/')}`
    return { Config: path(config.digest), RepoTags: [tag], Layers: layers.map(({ digest }) => path(digest)) }
  })
  return { ...layoutFiles(images), 'manifest.json': JSON.stringify(manifest) }
}

function partsOf(image: BuiltImage): Parts {
  const [digest] = Object.values(image.manifests)
  const manifest = image.allManifests.find(({ bytes }) => sha256(bytes) === digest)
  if (manifest === undefined) throw new Error('the image has no manifest')
  return JSON.parse(manifest.bytes.toString()) as Parts
}

function blobOf(image: BuiltImage, digest: string): Buffer {
  const found = image.blobs.find(({ bytes }) => sha256(bytes) === digest)
  if (found === undefined) throw new Error(`the image has no blob ${digest}`)
  return found.bytes
}
