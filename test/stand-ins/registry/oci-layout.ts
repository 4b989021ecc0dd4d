/** Writes a built image as an OCI image layout (https://github.com/opencontainers/image-spec/blob/main/image-layout.md), for skopeo, buildah and ourselves. */
import { mkdir, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { type BuiltImage, type Files, sha256 } from './content.ts'

/** Fills the folder `layout`, which must exist, so that `oci:<layout>:<tag>` names the image. */
export async function writeOciLayout(layout: string, tag: string, image: BuiltImage): Promise<void> {
  await writeFiles(layout, layoutFiles({ [tag]: image }))
}

/** The files of a layout with these images by tag, by path. */
export function layoutFiles(images: Readonly<Record<string, BuiltImage>>): Files {
  const blobs = Object.values(images).flatMap(({ blobs: some, allManifests }) => [...some, ...allManifests])
  const manifests = Object.entries(images).map(([tag, { mediaType, digest, bytes }]) => ({
    mediaType,
    digest,
    size: bytes.length,
    annotations: { 'org.opencontainers.image.ref.name': tag },
  }))
  return {
    'oci-layout': JSON.stringify({ imageLayoutVersion: '1.0.0' }),
    'index.json': JSON.stringify({ schemaVersion: 2, manifests }),
    ...Object.fromEntries(blobs.map(({ bytes }) => [`blobs/sha256/${sha256(bytes).slice(7)}`, bytes])),
  }
}

/** Writes files by path below `folder`, with the folders that they need. */
export async function writeFiles(folder: string, files: Files): Promise<void> {
  for (const [name, content] of Object.entries(files)) {
    const file = path.join(folder, name)
    await mkdir(path.dirname(file), { recursive: true })
    await writeFile(file, content)
  }
}
