/** What all records together say about one vulnerability in one source package of one image: the rules of trust between and within feeds. */
import { isSameLine } from '../package/rpm-line.ts'
import { compareVersions, type PackageType } from '../package/version-order.ts'
import type { Advisory, FixKind } from './advisory.ts'
import { holds, isOpenEnded, reachedFix } from './version-range.ts'

/** What a record may speak of: a source package in one of its installed versions, or one installed binary package. */
export type Unit = {
  readonly kind: 'source' | 'binary'
  readonly name: string
  readonly version: string
  /** Names of the installed binaries that it stands for, each once and sorted. */
  readonly binaries: readonly string[]
  /** Architectures of those in the package manager's words; null among them: not told. */
  readonly architectures: readonly (string | null)[]
  readonly purl: string
}

/** A record that speaks of a unit, by name and module. */
export type Claim = { readonly advisory: Advisory; readonly unit: Unit }

export type Verdict = {
  readonly isAffected: boolean
  /** The unit that is told: of the affected ones one that has no fix yet, else the first. */
  readonly unit: Unit
  /** All units that the vulnerability applies to; where it applies to none, those that were asked about. */
  readonly units: readonly Unit[]
  /** The lowest version that is free of it for everybody; where it does not apply, the fixed version that was reached. */
  readonly fixedIn: string | null
  readonly fix: FixKind
  /** What was decided on, and what agrees with it. */
  readonly claims: readonly Claim[]
}

/** Which kind is told where records that offer no fix differ: the one that says most. */
const fixKinds: readonly FixKind[] = ['subscription-only', 'will-not-fix', 'deferred', 'end-of-life', 'none-yet']

/**
 * Judges `claims` (at least one; all about the vulnerability `id` in one source package of one release). `feeds` is the release's order of trust.
 *
 * Between feeds: of those that speak of the vulnerability in this source package, be it in a record for another architecture or one that was withdrawn, the
 * one that is believed most decides alone; what others say counts only where it agrees. So a lagging copy neither adds what the vendor ruled out nor clears
 * what he holds open.
 *
 * Within the deciding feed, what says of the source package that no version is free gives way to a public fix of packages built from it (Red Hat keeps both for a
 * while). For each unit: withdrawn records say nothing; a record about the vulnerability itself (`CVE-…`, `UBUNTU-CVE-…`) decides before notices
 * of updates, which come again for the same one when an update has to be repaired; `not-affected` wins; fixes for subscribers are told only where there is none for
 * everybody; a record without an end gives way to one whose fix the installed version has reached (`+esm1` on an image with Ubuntu Pro), and an rpm's record whose
 * fix is of another line (`3.9.19-8.el9`) to one whose fix in the version's own line is reached (`3.9.18-3.el9_4.5`); any other record whose range holds the
 * version makes it affected.
 */
export function judge(type: PackageType, feeds: readonly string[], id: string, claims: readonly Claim[]): Verdict {
  const rankOf = ({ advisory }: Claim): number => (feeds.includes(advisory.feed) ? feeds.indexOf(advisory.feed) : feeds.length)
  const highest = Math.min(...claims.map(rankOf))
  const deciding = withoutOutdated(claims.filter((claim) => rankOf(claim) === highest))
  const units = [...new Set(deciding.map(({ unit }) => unit))]
  const judged = units.map((unit) =>
    judgeUnit(
      type,
      unit,
      ownRecords(
        id,
        deciding.flatMap((claim) => (claim.unit === unit && isLive(claim.advisory, unit) ? [claim.advisory] : [])),
      ),
    ),
  )
  const affected = judged.filter(({ applying }) => applying.length > 0)
  const told = affected.find(({ fixedIn }) => fixedIn === null) ?? affected[0] ?? judged[0]
  if (told === undefined) throw new RangeError('no claim to judge')
  if (affected.length === 0) {
    return { isAffected: false, unit: told.unit, units, fixedIn: told.fixedIn, fix: told.fixedIn === null ? 'none-yet' : 'available', claims: deciding }
  }
  const isHit = (unit: Unit): boolean => affected.some((hit) => hit.unit === unit)
  const agreeing = claims.filter(({ advisory, unit }) => isLive(advisory, unit) && holds(type, advisory, unit.version))
  const decided = affected.flatMap(({ unit, applying }) => applying.map((advisory): Claim => ({ advisory, unit })))
  const isDecided = (claim: Claim): boolean => decided.some(({ advisory, unit }) => advisory === claim.advisory && unit === claim.unit)
  const others = agreeing.filter((claim) => !isDecided(claim) && (isHit(claim.unit) || (rankOf(claim) > highest && claim.unit.kind !== told.unit.kind)))
  const kinds = new Set(told.applying.map(({ fix }) => fix))
  const fix = told.fixedIn === null ? (fixKinds.find((kind) => kinds.has(kind)) ?? 'none-yet') : 'available'
  return { isAffected: true, unit: told.unit, units: affected.map(({ unit }) => unit), fixedIn: told.fixedIn, fix, claims: [...decided, ...others] }
}

/** Without endless records about a source package where packages built from it have a fix. */
function withoutOutdated(claims: readonly Claim[]): readonly Claim[] {
  const isBuilt = claims.some(({ advisory, unit }) => unit.kind === 'binary' && isLive(advisory, unit) && isPublicFix(advisory))
  return isBuilt ? claims.filter(({ advisory, unit }) => unit.kind === 'binary' || !isEndless(advisory)) : claims
}

type UnitVerdict = { readonly unit: Unit; readonly applying: readonly Advisory[]; readonly fixedIn: string | null }

/** The records about the vulnerability itself, where there are any: `CVE-…`, or a feed's own id that ends with it. */
function ownRecords(id: string, advisories: readonly Advisory[]): readonly Advisory[] {
  const own = advisories.filter(({ record }) => record === id || record.endsWith(`-${id}`))
  return own.length > 0 ? own : advisories
}

/** What the records that count, none of them withdrawn, say about one unit. */
function judgeUnit(type: PackageType, unit: Unit, live: readonly Advisory[]): UnitVerdict {
  const isFree = live.some((advisory) => isPublicFix(advisory))
  const counting = isFree ? live.filter(({ fix }) => fix !== 'subscription-only') : live
  const applying = applyingTo(type, counting, unit.version)
  if (applying.length === 0) return { unit, applying, fixedIn: highestReached(type, counting, unit.version) }
  const offered = counting
    .filter(isPublicFix)
    .flatMap(({ ranges }) => ranges.flatMap(({ fixed }) => fixed ?? []))
    .filter((fixed) => compareVersions(type, fixed, unit.version) > 0)
    .sort((a, b) => compareVersions(type, a, b))
  return { unit, applying, fixedIn: offered.find((fixed) => applyingTo(type, counting, fixed).length === 0) ?? null }
}

/** The records of one feed that make `version` affected. */
function applyingTo(type: PackageType, advisories: readonly Advisory[], version: string): readonly Advisory[] {
  if (advisories.some(({ status }) => status === 'not-affected')) return []
  const holding = advisories.filter((advisory) => holds(type, advisory, version))
  if (holding.length === 0 || holding.length === advisories.length) return holding
  const reached = advisories.flatMap((advisory) => (holding.includes(advisory) ? [] : (reachedFix(type, advisory, version) ?? [])))
  if (reached.length === 0) return holding
  const isFixedInLine = type === 'rpm' && reached.some((fixed) => isSameLine(fixed, version))
  return holding.filter((advisory) => !isOpenEnded(type, advisory, version) && !(isFixedInLine && isOfOtherLines(advisory, version)))
}

/** Whether all its fixes are of other lines than the version: the record speaks of the line's successors. */
function isOfOtherLines({ ranges, versions }: Advisory, version: string): boolean {
  return versions.length === 0 && ranges.every(({ fixed }) => fixed !== null && !isSameLine(fixed, version))
}

/** The highest fix that was reached. */
function highestReached(type: PackageType, advisories: readonly Advisory[], version: string): string | null {
  const reached = advisories.flatMap((advisory) => (advisory.status === 'affected' ? (reachedFix(type, advisory, version) ?? []) : []))
  return reached.sort((a, b) => compareVersions(type, b, a))[0] ?? null
}

const isPublicFix = ({ fix, ranges, status }: Advisory): boolean => status === 'affected' && fix === 'available' && ranges.some(({ fixed }) => fixed !== null)

const isEndless = ({ status, ranges, versions }: Advisory): boolean =>
  status === 'affected' && versions.length === 0 && ranges.every(({ fixed, lastAffected }) => fixed === null && lastAffected === null)

/** Not taken back, and meant for an architecture that is installed. `noarch`, `all` and what is not told are meant by every record. */
function isLive({ withdrawn, architectures }: Advisory, unit: Unit): boolean {
  if (withdrawn) return false
  return architectures.length === 0 || unit.architectures.some((arch) => arch === null || arch === 'noarch' || arch === 'all' || architectures.includes(arch))
}
