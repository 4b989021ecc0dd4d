/**
 * Which files of an rpm repository are read: `repodata/repomd.xml`, then the `primary` that it names, only with the size and checksum that stand there. The
 * signature beside repomd.xml is not checked, for the image's keys are not ours to trust: what vouches for it is HTTPS to a host of the distribution.
 */
import { createHash } from 'node:crypto'
import { Fault } from '../../../domain/fault.ts'
import type { PackageRepository } from '../../../domain/package/inventory.ts'
import type { Download } from '../download.ts'
import type { Format, FormatPorts } from '../format.ts'
import { below } from '../hosts.ts'
import type { Reading } from '../memory.ts'
import type { Offers } from '../offers.ts'
import { packingOf, plainBytes } from '../plain-bytes.ts'
import { parsePrimary, parseRepomd, type Primary } from './parse.ts'

const mostRepomdBytes = 4_000_000
/** Fedora's has 20 MB, openSUSE's 30 MB. */
const mostPrimaryBytes = 100_000_000

/** `Format.fetch` of rpm. */
export function createFetch({ offers, heads }: FormatPorts): Format<Extract<PackageRepository, { type: 'rpm' }>>['fetch'] {
  const primaries = heads<Primary>()
  return async (download, root, _repository, { arch }) => {
    const url = below(root, 'repodata/repomd.xml')
    if (url === null) throw new Fault('invalid', 'its address is no path')
    const primary = (
      await primaries.get(url.href, async (known) => {
        const answer = await download(url, mostRepomdBytes, known?.validators)
        return answer.kind === 'unchanged' ? null : { value: parseRepomd(answer.bytes.toString('utf8')), validators: answer.validators }
      })
    ).value
    const key = `${primary.algorithm}:${primary.checksum} ${arch}`
    return [await offers.get(key, async (known) => (known === null ? readPrimary(download, root, primary, arch) : null))]
  }
}

async function readPrimary(download: Download, root: URL, { path, algorithm, checksum }: Primary, arch: string): Promise<Reading<Offers>> {
  const url = below(root, path)
  if (url === null) throw new Fault('invalid', 'its repomd.xml leads out of the repository', { host: root.host })
  const answer = await download(url, mostPrimaryBytes)
  if (answer.kind === 'unchanged' || createHash(algorithm).update(answer.bytes).digest('hex') !== checksum) {
    throw new Fault('invalid', 'its primary.xml is not the one that its repomd.xml lists; it may be changing just now', { host: root.host })
  }
  return { value: await parsePrimary(plainBytes(answer.bytes, packingOf(path)), arch), validators: answer.validators }
}
