/** What the vendors' records have in common: ids, times, versions, scores. */
import type { Advisory, FeedItem } from '../../domain/advisory/advisory.ts'

/** The CVE ids in these texts, in their order, each once. */
export function cveIds(texts: Iterable<string>): string[] {
  const found = new Set<string>()
  for (const text of texts) for (const [id] of text.matchAll(/\bCVE-\d{4}-\d{4,19}\b/g)) found.add(id)
  return [...found]
}

/**
 * A day or time as feeds write it (`2024-01-04`, `2023-02-17 20:41:00`, `2026-02-10T18:46:58.858000+00:00`, `2023-12-18 15:00:00 UTC`), or seconds since
 * 1970, as RFC 3339 in UTC to the second; without a zone it is UTC. Null for anything else.
 */
export function utcTime(text: string | number | null | undefined): string | null {
  if (typeof text === 'number') return Number.isFinite(text) && Math.abs(text) < 1e11 ? withoutMillis(new Date(text * 1000)) : null
  const match = /^(\d{4}-\d\d-\d\d)(?:[T ](\d\d:\d\d)(:\d\d)?(?:\.\d+)?)? ?(Z|UTC|[+-]\d\d:?\d\d)?$/.exec(text?.trim() ?? '')
  if (match === null) return null
  const [, day, minutes = '00:00', seconds = ':00', zone = 'Z'] = match
  const at = new Date(`${day}T${minutes}${seconds}${zone === 'UTC' ? 'Z' : zone}`)
  return Number.isNaN(at.getTime()) ? null : withoutMillis(at)
}

function withoutMillis(at: Date): string {
  return at
    .toISOString()
    .replace('.000Z', 'Z')
    .replace(/\.\d+Z$/, 'Z')
}

/** `epoch:version-release` as rpm prints it: an epoch of 0 is left out. */
export function evrText(epoch: string | null | undefined, version: string, release: string): string {
  return `${epoch == null || epoch === '' || epoch === '0' || epoch === '(none)' ? '' : `${epoch}:`}${version}-${release}`
}

/** The same version without an epoch of 0, which vendors write and rpm does not. */
export function withoutZeroEpoch(evr: string): string {
  return evr.startsWith('0:') ? evr.slice(2) : evr
}

/** One for all: a large feed has hundreds of thousands of records. */
const none: readonly [] = []

/** What holds for a record unless it says otherwise: a fix for everybody, no version named, not withdrawn. Written out, since a spread object takes more memory. */
export function advisory({
  feed,
  record,
  vulnerabilities,
  release,
  packageName,
  packageKind,
  status = 'affected',
  ranges = none,
  versions = none,
  fix = 'available',
  architectures = none,
  module = null,
  vendorSeverity = null,
  cvss = null,
  withdrawn = false,
  published = null,
}: Pick<Advisory, 'feed' | 'record' | 'vulnerabilities' | 'release' | 'packageName' | 'packageKind'> & Partial<Advisory>): FeedItem {
  const told: Advisory = {
    feed,
    record,
    vulnerabilities,
    release,
    packageName,
    packageKind,
    status,
    ranges,
    versions,
    fix,
    architectures,
    module,
    vendorSeverity,
    cvss,
    withdrawn,
    published,
  }
  return { kind: 'advisory', advisory: told }
}

/** All versions before `fixed`. */
export function before(fixed: string): Advisory['ranges'] {
  return [{ introduced: null, fixed, lastAffected: null }]
}
