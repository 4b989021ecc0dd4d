/** The contract of image sources, kept by a registry, by OCI layouts and by archives of either form, plain and compressed. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { gzipSync } from 'node:zlib'
import { createHttp } from '../../../../src/adapters/http/index.ts'
import { openLocalImage } from '../../../../src/adapters/local-images/index.ts'
import { createRegistry } from '../../../../src/adapters/registry/index.ts'
import { parseDigest } from '../../../../src/domain/image/digest.ts'
import { imageSourceContract, sourceImage } from '../../../contract/image-source.ts'
import { tar } from '../../../stand-ins/registry/content.ts'
import { currentFiles, legacyFiles } from '../../../stand-ins/registry/docker-archive.ts'
import { startRegistry } from '../../../stand-ins/registry/index.ts'
import { layoutFiles, writeFiles } from '../../../stand-ins/registry/oci-layout.ts'

imageSourceContract('a registry', async () => {
  const home = await startRegistry()
  for (const { bytes } of sourceImage.blobs) home.pushBlob('acme/app', bytes)
  for (const { bytes, mediaType } of sourceImage.allManifests) home.pushManifest('acme/app', bytes, mediaType)
  const http = createHttp({ allowPrivate: [home.host], userAgent: 'underpin-test' })
  const source = createRegistry({ http, credentials: [], registries: [{ host: home.host, insecure: true }] })
  const close = async () => {
    await http.close()
    await home.close()
  }
  return { source, scope: 'public', image: { registry: home.host, repository: 'acme/app' }, root: parseDigest(sourceImage.digest)!, close }
})

/** A local image that `write` puts below a folder of its own; `write` gives its name. */
function local(name: string, write: (folder: string) => Promise<string>): void {
  imageSourceContract(name, async () => {
    const folder = await mkdtemp(path.join(tmpdir(), 'underpin-local-'))
    const opened = (await openLocalImage(await write(folder)))!
    const close = () => rm(folder, { recursive: true })
    return { source: opened.source, scope: 'public', image: opened.name, root: opened.root, close }
  })
}

const images = { 'acme/app:1': sourceImage }
const archive = (bytes: Buffer) => async (folder: string) => {
  await writeFile(path.join(folder, 'saved.tar'), bytes)
  return `docker-archive:${path.join(folder, 'saved.tar')}`
}

local('an OCI layout', async (folder) => {
  await writeFiles(folder, layoutFiles({ '1': sourceImage }))
  return `oci:${folder}:1`
})
local('an archive of docker save', archive(tar(currentFiles(images))))
local('an archive of docker save before 25', archive(tar(legacyFiles(images))))
local('an archive of docker save before 25, compressed', archive(gzipSync(tar(legacyFiles(images)))))
