/** `repomd.xml` of an rpm repository: where its `updateinfo` lies, and what it must hash to. */
import { createHash } from 'node:crypto'
import { Fault } from '../../domain/fault.ts'
import type { FeedFile } from '../../ports/feeds.ts'
import { plainBytes } from './decompress.ts'
import { childOf, textOf, xmlElements } from './xml.ts'

/** `href` is relative to the repository; `sha256` of the file as published, null where another sum is given. */
export type RepositoryFile = { readonly href: string; readonly sha256: string | null }

/** The `updateinfo` of a `repomd.xml`; null where the repository has none. Raises `invalid` where it cannot be read or points out of the repository. */
export async function updateinfoOf(repomd: FeedFile): Promise<RepositoryFile | null> {
  for await (const element of xmlElements(plainBytes(repomd, { maxBytes: 1_000_000 }), repomd.path, (name) => name === 'data')) {
    if (element.attributes.type !== 'updateinfo') continue
    const href = childOf(element, 'location')?.attributes.href ?? ''
    if (!/^[\w][\w./~+-]*$/.test(href) || href.split('/').includes('..')) throw new Fault('invalid', `${repomd.path}: no usable place of updateinfo`)
    return { href, sha256: childOf(element, 'checksum')?.attributes.type === 'sha256' ? textOf(element, 'checksum') : null }
  }
  return null
}

/** The same file; reading it to its end raises `invalid` where it does not hash to `sha256`. */
export function hashed(file: FeedFile, sha256: string | null): FeedFile {
  if (sha256 === null) return file
  return {
    path: file.path,
    open: async function* () {
      const hash = createHash('sha256')
      for await (const chunk of file.open()) {
        hash.update(chunk)
        yield chunk
      }
      if (hash.digest('hex') !== sha256.toLowerCase()) throw new Fault('invalid', `${file.path} is not the file that repomd.xml names: its sha256 differs`)
    },
  }
}
