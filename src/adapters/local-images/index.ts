/** Images that lie on this machine: OCI layout folders and `docker save` archives, read where they lie. */
import { stat } from 'node:fs/promises'
import path from 'node:path'
import type { Digest } from '../../domain/image/digest.ts'
import type { ImageName } from '../../domain/image/reference.ts'
import type { ImageSource } from '../../ports/image-source.ts'
import { openArchive } from './archive.ts'
import { openDockerSave } from './docker-save.ts'
import { openFolder } from './folder.ts'
import { openOciLayout } from './oci-layout.ts'

/** A local image: where its content comes from, and the index or manifest that it begins with. */
export type LocalImage = {
  readonly source: ImageSource
  readonly root: Digest
  /** For messages only; no registry knows it. */
  readonly name: ImageName
}

/**
 * Opens `oci:DIR[:TAG]` or `docker-archive:FILE`; null for any other text, which then is a reference. A colon may be part of a path: what exists by the
 * whole name is taken whole. Faults: `missing` and `invalid`, in words for the person who named it.
 */
export async function openLocalImage(text: string): Promise<LocalImage | null> {
  const [, form, rest = ''] = /^(oci|docker-archive):(.+)$/s.exec(text) ?? []
  if (form === undefined) return null
  const { place, tag } = await split(rest)
  const label = `${form}:${place}`
  const name = { registry: form, repository: path.basename(path.resolve(place)) }
  if (form === 'oci') return { ...(await openOciLayout(await openFolder(place, label), tag)), name }
  const files = await openArchive(place, label)
  const isLayout = (files.paths ?? []).includes('oci-layout')
  return { ...(await (isLayout ? openOciLayout(files, tag) : openDockerSave(files, tag))), name }
}

async function split(rest: string): Promise<{ readonly place: string; readonly tag: string | null }> {
  const exists = (file: string) =>
    stat(file).then(
      () => true,
      () => false,
    )
  if (await exists(rest)) return { place: rest, tag: null }
  for (let colon = rest.lastIndexOf(':'); colon > 0; colon = rest.lastIndexOf(':', colon - 1)) {
    const place = rest.slice(0, colon)
    if (await exists(place)) return { place, tag: rest.slice(colon + 1) }
  }
  return { place: rest, tag: null }
}
