/** Photon's CVE metadata: a CVE, a package and the version that resolves it, the release in the file's name; and Photon's OVAL. */
import type { FeedItem } from '../../../domain/advisory/advisory.ts'
import { releaseKeyOfVersion } from '../../../domain/package/distro.ts'
import type { FeedFile } from '../../../ports/feeds.ts'
import { plainBytes } from '../decompress.ts'
import type { FeedContext } from '../feed.ts'
import { jsonMembers } from '../json-members.ts'
import { ovalItems } from '../oval.ts'
import { advisory, before } from '../record.ts'
import { photonEntrySchema } from './schema.ts'

/** Claims `cve_data_photon5.0.json` and `com.vmware.phsa-photon5.xml`; see `Feed.parse`. */
export function parsePhoton(file: FeedFile, context: FeedContext): AsyncIterable<FeedItem> | null {
  const version = /(?:^|\/)cve_data_photon(\d+\.\d+)\.json$/.exec(file.path)?.[1]
  if (version !== undefined) return metadataItems(file, releaseKeyOfVersion(context.distros, 'photon', version) ?? `photon:${version}`)
  return /(^|[/.])phsa-photon[^/]*\.xml(\.gz|\.bz2)?$/.test(file.path) ? ovalOf(file, context) : null
}

/** An entry without a resolving version is affected in every version, unless it says that the package is not affected. */
async function* metadataItems(file: FeedFile, release: string): AsyncIterable<FeedItem> {
  for await (const { path, value } of jsonMembers(plainBytes(file), file.path)) {
    const entry = photonEntrySchema.safeParse(value)
    if (!entry.success) {
      const [issue] = entry.error.issues
      yield { kind: 'problem', where: `${file.path}, entry ${path.join('.')}`, message: `${issue?.path.join('.')}: ${issue?.message}` }
      continue
    }
    const { cve_id, pkg, cve_score, res_ver, status } = entry.data
    const fixed = res_ver == null || res_ver === '' || res_ver === 'NA' ? null : res_ver
    const isNotAffected = status === 'Not Affected'
    yield advisory({
      feed: 'photon',
      record: cve_id,
      vulnerabilities: [cve_id],
      release,
      packageName: pkg,
      packageKind: 'source',
      status: isNotAffected ? 'not-affected' : 'affected',
      ranges: isNotAffected || fixed === null ? [] : before(fixed),
      fix: isNotAffected || fixed !== null ? 'available' : 'none-yet',
      cvss: cve_score == null || cve_score === 0 ? null : { vector: 'CVSS:3', score: cve_score },
    })
  }
}

function ovalOf(file: FeedFile, { distros }: FeedContext): AsyncIterable<FeedItem> {
  return ovalItems(file, {
    feed: 'photon',
    release: null,
    packageKind: 'binary',
    record: ({ title, id }) => /^PHSA-\d{4}:\S+/.exec(title)?.[0] ?? id,
    releases: (product) => {
      const version = /^Photon OS (\d+)(\.\d+)?$/.exec(product)
      const release = version === null ? null : releaseKeyOfVersion(distros, 'photon', `${version[1]}${version[2] ?? '.0'}`)
      return release === null ? [] : [{ release, isPaid: false }]
    },
  })
}
