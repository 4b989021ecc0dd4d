/** Writes a built image as an OCI image layout (https://github.com/opencontainers/image-spec/blob/main/image-layout.md), for skopeo and buildah. */
import { mkdir, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { type BuiltImage, sha256 } from './content.ts'

/** Fills the folder `layout`, which must exist, so that `oci:<layout>:<tag>` names the image. */
export async function writeOciLayout(layout: string, tag: string, image: BuiltImage): Promise<void> {
  const blobs = path.join(layout, 'blobs', 'sha256')
  await mkdir(blobs, { recursive: true })
  for (const { bytes } of [...image.blobs, ...image.allManifests]) await writeFile(path.join(blobs, sha256(bytes).slice(7)), bytes)
  const annotations = { 'org.opencontainers.image.ref.name': tag }
  const entry = { mediaType: image.mediaType, digest: image.digest, size: image.bytes.length, annotations }
  await writeFile(path.join(layout, 'oci-layout'), JSON.stringify({ imageLayoutVersion: '1.0.0' }))
  await writeFile(path.join(layout, 'index.json'), JSON.stringify({ schemaVersion: 2, manifests: [entry] }))
}
