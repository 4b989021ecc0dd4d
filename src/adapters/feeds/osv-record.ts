/** What one OSV record says about packages of distributions (https://ossf.github.io/osv-schema/), for every feed that publishes in that form. */
import type { Advisory, FeedItem, VersionRange } from '../../domain/advisory/advisory.ts'
import type { DistroTable } from '../../domain/package/distro.ts'
import { compareVersions, type PackageType } from '../../domain/package/version-order.ts'
import { type OsvRelease, releasesOfEcosystem } from './osv-ecosystem.ts'
import { osvAffected, osvRecord, type OsvAffected, type OsvRecord } from './osv-schema.ts'
import { judgementsOf, type OsvJudgement } from './osv-severity.ts'
import { advisory, cveIds, utcTime, withoutZeroEpoch } from './record.ts'

export type OsvContext = {
  /** The name of the feed that brings the records. */
  readonly feed: string
  readonly distros: DistroTable
  /** Only releases whose key is or begins with this id (`wolfi`); all without it. */
  readonly only?: string
}

/**
 * The advisories of a parsed record, one for each package, release and judgement; ecosystems that we do not know give none. What is not of the form is a
 * problem that `where` names. Livepatches of Ubuntu's kernels (`LSN-…`) are about no package, and updates of bugs and features about no vulnerability
 * unless they name one.
 */
export function osvItems(value: unknown, where: string, { feed, distros, only }: OsvContext): readonly FeedItem[] {
  const parsed = osvRecord.safeParse(value)
  if (!parsed.success) return [{ kind: 'problem', where, message: 'is no OSV record' }]
  const record = parsed.data
  if (record.id.startsWith('LSN-')) return []
  const vulnerabilities = vulnerabilitiesOf(record)
  if (noSecurity.test(vulnerabilities[0] ?? '')) return []
  return (record.affected ?? []).flatMap((told, index): readonly FeedItem[] => {
    const read = osvAffected.safeParse(told)
    if (!read.success) return [{ kind: 'problem', where, message: `says something about package ${index + 1} that we do not understand` }]
    const affected = read.data
    const releases = releasesOfEcosystem(distros, affected.package?.ecosystem ?? '').filter(
      ({ release }) => only === undefined || release.split(':', 1)[0] === only,
    )
    return releases.flatMap((release) => itemsOf(record, affected, release, vulnerabilities, { feed, where }))
  })
}

/** Ids of bug fixes, enhancements, and recommended, optional and feature updates. */
const noSecurity = /^(AL|RH|RL)[BE]A-|^(open)?SUSE-[ROF]U-/

/**
 * The CVEs that a record is about. Its own id where that holds one (`UBUNTU-CVE-2021-3782`); else those it follows (`upstream`) and those that are the same
 * (`aliases`). `related` is other vulnerabilities, but it is where the vendors put the CVEs of an update before OSV 1.7 brought `upstream`, and AlmaLinux still
 * does: it counts for records that name neither. A record without any CVE stands for itself.
 */
function vulnerabilitiesOf({ id, upstream, aliases, related }: OsvRecord): readonly string[] {
  const named = [...(upstream ?? []), ...(aliases ?? [])]
  for (const texts of [[id], named, named.length === 0 ? (related ?? []) : []]) {
    const ids = cveIds(texts)
    if (ids.length > 0) return ids
  }
  return [id]
}

function itemsOf(
  record: OsvRecord,
  affected: OsvAffected,
  release: OsvRelease,
  vulnerabilities: readonly string[],
  { feed, where }: { readonly feed: string; readonly where: string },
): readonly FeedItem[] {
  const name = affected.package?.name ?? ''
  const limits = limitsOf(affected)
  if (limits === null) return []
  const { ranges, isNever } = rangesOf(affected, release.packages)
  const isModular = release.packages === 'rpm' && ranges.some(({ fixed }) => /[.+]module[+_]/.test(fixed ?? ''))
  const modules = isModular ? modulesOf(record) : [null]
  if (modules.length === 0) return [{ kind: 'problem', where, message: `does not say which module's stream ${name} belongs to` }]
  const says = {
    feed,
    record: record.id,
    release: release.release,
    packageName: name,
    packageKind: limits.isSource ? ('source' as const) : release.packageKind,
    status: isNever ? ('not-affected' as const) : ('affected' as const),
    ranges,
    versions: isNever ? [] : versionsBeside(affected, ranges, release.packages),
    fix: fixOf(affected, ranges, release),
    architectures: limits.architectures,
    withdrawn: timeOf(record.withdrawn) !== null,
    published: timeOf(record.published),
  }
  return judgementsOf(record, affected, vulnerabilities).flatMap((judgement: OsvJudgement) =>
    modules.map((module) => advisory({ ...says, ...judgement, module })),
  )
}

/** What an `arch` says where it is none. */
const everyArchitecture = new Set(['', 'all', 'any', 'noarch'])

/** What the purl narrows it to; null: builds of another repository (Rocky's `sig-cloud`), numbered apart. */
function limitsOf({ package: named }: OsvAffected): { readonly architectures: readonly string[]; readonly isSource: boolean } | null {
  const qualifiers = new URLSearchParams(/\?([^#]*)/.exec(named?.purl ?? '')?.[1] ?? '')
  const arch = qualifiers.get('arch')
  const distro = qualifiers.get('distro') ?? ''
  if (/^rocky-linux-.*\bsig\b/.test(distro)) return null
  const ofRocky = /^rocky-linux-[\d-]+-(x86_64|aarch64|ppc64le|s390x|i686|noarch)$/.exec(distro)?.[1]
  const isSource = arch === 'source' || arch === 'src'
  const architecture = ofRocky ?? (isSource ? null : arch)
  return { architectures: architecture === null || everyArchitecture.has(architecture) ? [] : [architecture], isSource }
}

/**
 * The ranges, lowest first. The record's events are points where it begins and ceases to be true, in any order; at the same version
 * theirs counts. `isNever`: there are ranges, and all
 * are empty (Chainguard's `fixed: 0`). GIT ranges are of commits.
 */
function rangesOf({ ranges }: OsvAffected, type: PackageType): { readonly ranges: readonly VersionRange[]; readonly isNever: boolean } {
  const clean = (version: string): string => (type === 'rpm' ? withoutZeroEpoch(version) : version)
  const told = (ranges ?? []).filter((range) => range.type !== 'GIT' && range.events.length > 0)
  const out: VersionRange[] = []
  for (const { events } of told) {
    const points = events
      .flatMap((event) =>
        (['introduced', 'fixed', 'last_affected'] as const).flatMap((kind) => {
          const version = event[kind]
          return version === undefined || version === '' ? [] : [{ kind, version: version === '0' ? null : clean(version) }]
        }),
      )
      .sort((a, b) => compareOrFirst(type, a.version, b.version))
    let open: { readonly introduced: string | null } | null = null
    for (const { kind, version } of points) {
      if (kind === 'introduced') open ??= { introduced: version }
      else if (open !== null) {
        if (version !== null)
          out.push({ introduced: open.introduced, fixed: kind === 'fixed' ? version : null, lastAffected: kind === 'fixed' ? null : version })
        open = null
      }
    }
    if (open !== null) out.push({ introduced: open.introduced, fixed: null, lastAffected: null })
  }
  return { ranges: out, isNever: told.length > 0 && out.length === 0 }
}

function compareOrFirst(type: PackageType, a: string | null, b: string | null): number {
  if (a === null || b === null) return a === b ? 0 : a === null ? -1 : 1
  return compareVersions(type, a, b)
}

/** The exact versions that no range holds: lists beside ranges repeat what the ranges say, in hundreds of versions. */
function versionsBeside({ versions }: OsvAffected, ranges: readonly VersionRange[], type: PackageType): readonly string[] {
  return (versions ?? []).filter(
    (version) =>
      !ranges.some(
        ({ introduced, fixed, lastAffected }) =>
          (introduced === null || compareVersions(type, version, introduced) >= 0) &&
          (fixed === null || compareVersions(type, version, fixed) < 0) &&
          (lastAffected === null || compareVersions(type, version, lastAffected) <= 0),
      ),
  )
}

function fixOf({ ecosystem_specific: specific }: OsvAffected, ranges: readonly VersionRange[], { isPaid }: OsvRelease): Advisory['fix'] {
  if (ranges.some(({ fixed }) => fixed !== null)) return isPaid || isForSubscribers(specific?.availability ?? '') ? 'subscription-only' : 'available'
  return specific?.urgency === 'end-of-life' ? 'end-of-life' : 'none-yet'
}

/** Ubuntu: `No subscription required`, or `Available with Ubuntu Pro: …`. */
const isForSubscribers = (availability: string): boolean => availability !== '' && !/^no subscription/i.test(availability)

/**
 * `nodejs:18` from the title of an update: `Important: nodejs:18 security update`, and both of `virt:rhel and virt-devel:rhel`. Packages do not say which one is
 * theirs; those that are installed do.
 */
function modulesOf({ summary }: OsvRecord): readonly string[] {
  const named = /^(.*?) (?:security|bug ?fix|enhancement|update|module)\b/.exec((summary ?? '').slice(0, 500))?.[1] ?? ''
  return named.split(/[\s,]+/).filter((word) => /^[A-Za-z][\w.+-]*:[A-Za-z0-9][\w.+-]*$/.test(word))
}

/** Go's zero time means that there is none. */
function timeOf(text: string | null | undefined): string | null {
  return text == null || text.startsWith('0001-') ? null : utcTime(text)
}
