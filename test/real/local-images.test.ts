/** Layouts and archives as skopeo writes them hold what the image holds. */
import { mkdir, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { openLocalImage } from '../../src/adapters/local-images/index.ts'
import { imageSourceContract, sourceImage } from '../contract/image-source.ts'
import { writeOciLayout } from '../stand-ins/registry/oci-layout.ts'
import { run } from '../support/real-images.ts'

/** Copies the contract's image to `target`, which is told the folder, and reads it from there. */
function copied(name: string, target: (folder: string) => string): void {
  imageSourceContract(name, async () => {
    const folder = await mkdtemp(path.join(tmpdir(), 'underpin-copied-'))
    const layout = path.join(folder, 'layout')
    await mkdir(layout)
    await writeOciLayout(layout, '1', sourceImage)
    const to = target(folder)
    await run('skopeo', ['--insecure-policy', '--override-os', 'linux', '--override-arch', 'amd64', 'copy', `oci:${layout}:1`, to])
    const opened = await openLocalImage(to)
    if (opened === null) throw new Error(`${to} is no local image`)
    return { source: opened.source, scope: 'public', image: opened.name, root: opened.root, close: () => rm(folder, { recursive: true }) }
  })
}

copied("skopeo's docker-archive", (folder) => `docker-archive:${folder}/saved.tar`)
copied("skopeo's docker-archive with a tag", (folder) => `docker-archive:${folder}/saved.tar:acme/app:1`)
copied("skopeo's OCI layout", (folder) => `oci:${folder}/copy:2`)
