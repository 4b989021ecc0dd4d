/**
 * Which file of an apk repository is read: `<arch>/APKINDEX.tar.gz`. Its signature, the first of its gzip members, is not checked, for the image's keys are
 * not ours to trust: what vouches for it is HTTPS to a host of the distribution.
 */
import { Fault } from '../../../domain/fault.ts'
import type { PackageRepository } from '../../../domain/package/inventory.ts'
import type { Format, FormatPorts } from '../format.ts'
import { below } from '../hosts.ts'
import { parseIndexArchive } from './parse.ts'

/** Alpine's community has 2.5 MB. */
const mostBytes = 64_000_000

/** `Format.fetch` of apk. */
export function createFetch({ offers }: FormatPorts): Format<Extract<PackageRepository, { type: 'apk' }>>['fetch'] {
  return async (download, root, _repository, { arch }) => {
    const url = below(root, `${arch}/APKINDEX.tar.gz`)
    if (url === null) throw new Fault('invalid', 'its architecture is no path')
    const found = await offers.get(url.href, async (known) => {
      const answer = await download(url, mostBytes, known?.validators)
      return answer.kind === 'unchanged' ? null : { value: await parseIndexArchive(answer.bytes), validators: answer.validators }
    })
    return [found]
  }
}
