/** AlmaLinux' forms: errata as JSON in two shapes, OVAL, OSV and updateinfo. The release is in each package's own release, `10.el8_4.1`. */
import type { FeedItem } from '../../../domain/advisory/advisory.ts'
import { releaseKeyOfVersion } from '../../../domain/package/distro.ts'
import { Fault } from '../../../domain/fault.ts'
import type { FeedFile } from '../../../ports/feeds.ts'
import { plainBytes } from '../decompress.ts'
import type { FeedContext } from '../feed.ts'
import { jsonMembers } from '../json-members.ts'
import { parseOsvFile } from '../osv-file.ts'
import { ovalItems } from '../oval.ts'
import { cveIds, evrText, utcTime } from '../record.ts'
import { type ErrataDialect, type Erratum, erratumItems, updateinfoItems } from '../updateinfo.ts'
import { erratumSchema, fullErratumSchema } from './schema.ts'

/** Claims `errata.json`, `errata.full.json`, `org.almalinux.alsa-9.xml`, `updateinfo.xml` and OSV records (`ALSA-….json`); see `Feed.parse`. */
export function parseAlmaLinux(file: FeedFile, { distros }: FeedContext): AsyncIterable<FeedItem> | null {
  const dialect: ErrataDialect = {
    feed: 'almalinux',
    release: (_, { evr }) => releaseKeyOfVersion(distros, 'almalinux', /[._]el(\d+)/.exec(evr)?.[1] ?? ''),
  }
  if (/(^|\/)errata(\.full)?\.json(\.gz)?$/.test(file.path)) return errataItems(file, dialect)
  if (/updateinfo[^/]*\.xml(\.gz|\.xz|\.bz2|\.zst)?$/.test(file.path)) return updateinfoItems(file, dialect)
  if (/(^|\/)AL[SBE]A-[^/]*\.json$/.test(file.path)) return withoutBugfixes(parseOsvFile(file, { feed: 'almalinux', distros }))
  if (!/(^|[/.])alsa-[^/]*\.xml(\.gz|\.bz2)?$/.test(file.path)) return null
  return ovalItems(file, {
    feed: 'almalinux',
    release: null,
    packageKind: 'binary',
    record: ({ references, id }) => references.find(({ source }) => source === 'ALSA')?.id ?? id,
    releases: (product) => {
      const release = releaseKeyOfVersion(distros, 'almalinux', /^AlmaLinux (\d+)$/.exec(product)?.[1] ?? '')
      return release === null ? [] : [{ release, isPaid: false }]
    },
  })
}

/** Errata of bugs and enhancements are published as OSV too; without a CVE they are about no vulnerability. */
async function* withoutBugfixes(items: AsyncIterable<FeedItem> | null): AsyncIterable<FeedItem> {
  for await (const item of items ?? []) {
    if (item.kind !== 'advisory' || !/^AL[BE]A-/.test(item.advisory.vulnerabilities[0] ?? '')) yield item
  }
}

/** Items of the list, or those of `data`. */
async function* errataItems(file: FeedFile, dialect: ErrataDialect): AsyncIterable<FeedItem> {
  let isList = false
  let isObject = false
  const isOpened = ([first, second]: readonly (string | number)[]): boolean => {
    isList ||= first === 'data'
    return first === 'data' && second === undefined
  }
  for await (const { path, value } of jsonMembers(plainBytes(file), file.path, isOpened)) {
    isObject ||= typeof path[0] === 'string'
    if (typeof path[0] === 'string' && path[0] !== 'data') continue
    const erratum = erratumOf(value)
    if (erratum === null) yield { kind: 'problem', where: `${file.path}, entry ${path.join('.')}`, message: 'not of the form of an erratum' }
    else yield* erratumItems(erratum, `${file.path}, ${erratum.id}`, dialect)
  }
  if (isObject && !isList) throw new Fault('invalid', `${file.path} holds no errata`)
}

function erratumOf(value: unknown): Erratum | null {
  const full = fullErratumSchema.safeParse(value).data
  const old = full === undefined ? erratumSchema.safeParse(value).data : undefined
  const one = full ?? old
  if (one === undefined) return null
  const packages = full?.packages ?? old?.pkglist.packages ?? []
  const module = old?.pkglist.module
  return {
    id: full?.id ?? old?.updateinfo_id ?? '',
    type: one.type,
    severity: one.severity === 'None' ? null : (one.severity ?? null),
    published: utcTime(full?.issued_date ?? (old?.issued_date == null ? null : Math.floor(old.issued_date.$date / 1000))),
    withdrawn: false,
    cves: cveIds((one.references ?? []).flatMap(({ id, type }) => (type === 'cve' ? [id ?? ''] : []))),
    packages: packages.map(({ name, epoch, version, release, arch, module: own }) => ({
      name,
      evr: evrText(epoch, version, release),
      arch,
      module: own == null || own === '' ? (module == null ? null : `${module.name}:${module.stream}`) : own.split(':').slice(0, 2).join(':'),
    })),
    collections: [],
  }
}
