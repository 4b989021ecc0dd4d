/** `updateinfo.xml` of rpm repositories (https://github.com/rpm-software-management/createrepo_c): errata with the binary packages that bring their fixes. */
import type { Advisory, FeedItem, VersionRange } from '../../domain/advisory/advisory.ts'
import type { ReleaseKey } from '../../domain/package/distro.ts'
import type { FeedFile } from '../../ports/feeds.ts'
import { Fault } from '../../domain/fault.ts'
import { plainBytes } from './decompress.ts'
import { advisory, before, cveIds, evrText, utcTime } from './record.ts'
import { childOf, childrenOf, textOf, type XmlElement, xmlElements } from './xml.ts'

/** A package that an erratum brings. */
export type ErratumPackage = { readonly name: string; readonly evr: string; readonly arch: string; readonly module: string | null }

/** An erratum, however it is written: updateinfo, or AlmaLinux' JSON. */
export type Erratum = {
  /** `ALAS2023-2023-126`, `RLSA-2021:2575`. */
  readonly id: string
  /** `security`, `bugfix`, `enhancement`. */
  readonly type: string
  readonly severity: string | null
  readonly published: string | null
  readonly withdrawn: boolean
  readonly cves: readonly string[]
  readonly packages: readonly ErratumPackage[]
  /** Name and short name of the collections it came in. */
  readonly collections: readonly string[]
}

/** What differs from vendor to vendor. */
export type ErrataDialect = {
  readonly feed: string
  /** The release that a package of the erratum is for; null: for none that we know, which is a problem. */
  readonly release: (erratum: Erratum, one: ErratumPackage) => ReleaseKey | null
  /** The versions that it speaks of, where they are not simply all that come before. */
  readonly ranges?: (erratum: Erratum, one: ErratumPackage) => readonly VersionRange[]
}

/** What an updateinfo file says. Raises `invalid` where it is not well-formed, cut off or no updateinfo; an update that cannot be read is a `problem`. */
export async function* updateinfoItems(file: FeedFile, dialect: ErrataDialect): AsyncIterable<FeedItem> {
  let isUpdateinfo = false
  const isWanted = (name: string): boolean => {
    isUpdateinfo ||= name === 'updates'
    return name === 'update'
  }
  for await (const update of xmlElements(plainBytes(file), file.path, isWanted, new Set(['description', 'summary', 'solution', 'rights']))) {
    const erratum = erratumOf(update)
    yield* erratumItems(erratum, `${file.path}, line ${update.line}, ${erratum.id}`, dialect)
  }
  if (!isUpdateinfo) throw new Fault('invalid', `${file.path} holds no updates`)
}

/** The advisories of an erratum; none where it fixes no vulnerability. `where` names it in problems. */
export function* erratumItems(erratum: Erratum, where: string, dialect: ErrataDialect): Iterable<FeedItem> {
  if (erratum.type !== 'security' && erratum.cves.length === 0) return
  const problem = (message: string): FeedItem => ({ kind: 'problem', where, message })
  if (erratum.id === '') {
    yield problem('an update without an id')
    return
  }
  const grouped = new Map<string, Advisory>()
  const unknown = new Set<string>()
  for (const one of erratum.packages) {
    const release = dialect.release(erratum, one)
    if (release === null || one.name === '' || one.evr.startsWith('-') || one.evr.endsWith('-')) {
      unknown.add(`${one.name} ${one.evr}`)
      continue
    }
    const item = advisory({
      feed: dialect.feed,
      record: erratum.id,
      vulnerabilities: erratum.cves.length > 0 ? erratum.cves : [erratum.id],
      release,
      packageName: one.name,
      packageKind: 'binary',
      ranges: dialect.ranges?.(erratum, one) ?? before(one.evr),
      module: one.module,
      vendorSeverity: erratum.severity,
      withdrawn: erratum.withdrawn,
      published: erratum.published,
    })
    if (item.kind !== 'advisory') continue
    const key = JSON.stringify(item.advisory)
    grouped.set(key, { ...item.advisory, architectures: [...new Set([...(grouped.get(key)?.architectures ?? []), one.arch])].filter((arch) => arch !== '') })
  }
  if (unknown.size > 0) yield problem(`no release or no version is known of ${[...unknown].slice(0, 3).join(', ')}`)
  for (const one of grouped.values()) yield { kind: 'advisory', advisory: one }
}

function erratumOf(update: XmlElement): Erratum {
  const collections = childrenOf(childOf(update, 'pkglist'), 'collection')
  const references = childrenOf(childOf(update, 'references'), 'reference').map(({ attributes }) => attributes)
  const severity = textOf(update, 'severity')
  return {
    id: textOf(update, 'id') ?? '',
    type: update.attributes.type ?? '',
    severity: severity === 'None' ? null : severity,
    published: utcTime(childOf(update, 'issued')?.attributes.date) ?? utcTime(childOf(update, 'updated')?.attributes.date),
    withdrawn: /^(retracted|obsolete|withdrawn)$/.test(update.attributes.status ?? ''),
    cves: cveIds(references.flatMap(({ id = '', type }) => (type === 'cve' || id.startsWith('CVE-') ? [id] : []))),
    packages: collections.flatMap(packagesOf),
    collections: [...collections.flatMap((one) => [textOf(one, 'name') ?? '', one.attributes.short ?? '']), textOf(update, 'release') ?? ''].filter(
      (name) => name !== '',
    ),
  }
}

function packagesOf(collection: XmlElement): readonly ErratumPackage[] {
  const module = childOf(collection, 'module')?.attributes
  return childrenOf(collection, 'package').map(({ attributes: { name = '', epoch, version = '', release = '', arch = '' } }) => ({
    name,
    evr: evrText(epoch, version, release),
    arch,
    module: module === undefined ? null : `${module.name ?? ''}:${module.stream ?? ''}`,
  }))
}
