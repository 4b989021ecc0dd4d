/** From a verdict to the finding that people and programs read. */
import type { DistroRow } from '../package/distro.ts'
import type { Advisory, FixKind } from './advisory.ts'
import type { Finding } from './finding.ts'
import { compareSeverity, type Severity, severityOf, severityOfWord } from './severity.ts'
import type { Claim, Verdict } from './verdict.ts'
import { comparisonOf } from './version-range.ts'

/** What CISA and FIRST noted about vulnerabilities, by CVE id. */
export type ExploitNotes = ReadonlyMap<string, Pick<Finding, 'kev' | 'epss'>>

/** What is the same for all packages of an image. */
export type ReleaseContext = {
  readonly row: DistroRow
  /** The last day of public fixes (ISO date) of a release that has seen it; null where fixes are still published, or the day is not known. */
  readonly endedOn: string | null
  readonly notes: ExploitNotes
}

/** The finding that `verdict` on the vulnerability `id` in the source package comes to. `about` is all that was said about it: severities are looked for there too. */
export function findingOf(context: ReleaseContext, id: string, sourceName: string, verdict: Verdict, about: readonly Claim[]): Finding {
  const { unit } = verdict
  const type = context.row.packages
  const advisories = inTrustOrder(context.row.feeds, verdict.claims, about)
  const word = advisories.flatMap(({ vendorSeverity }) => vendorSeverity ?? []).find((candidate) => severityOfWord(candidate) !== null)
  const vendorSeverity = word ?? advisories.find((advisory) => advisory.vendorSeverity !== null)?.vendorSeverity ?? null
  const cvss = advisories.find((advisory) => advisory.cvss !== null)?.cvss ?? null
  const evidence = distinctBy(
    verdict.claims.map(({ advisory, unit: { version } }) => {
      const { range, comparison } = comparisonOf(type, advisory, version)
      return { feed: advisory.feed, record: advisory.record, range, comparison }
    }),
    (line) => JSON.stringify([line.feed, line.record, line.range, line.comparison]),
  )
  const note = context.notes.get(id)
  const told = verdict.isAffected ? afterEnd(context, verdict, publishedFix(verdict)) : { fix: verdict.fix, fixedIn: verdict.fixedIn }
  const published = publishedFix(verdict) ?? earliest(verdict.claims)
  const { severity, severityFrom } = severityOf(vendorSeverity, cvss)
  // Written out, without spreads: there are millions of them, and what is put together from parts takes twice the memory.
  const finding: Finding = {
    id,
    records: distinct(evidence.map(({ record }) => record)),
    purl: unit.purl,
    binaries: verdict.units.length === 1 ? unit.binaries : distinct(verdict.units.flatMap(({ binaries }) => binaries)),
    sourceName,
    installed: unit.version,
    fixedIn: told.fixedIn,
    fix: told.fix,
    severity,
    severityFrom,
    vendorSeverity,
    cvss,
    kev: note?.kev ?? false,
    epss: note?.epss ?? null,
    evidence,
    published,
  }
  return verdict.isAffected ? finding : { ...finding, vex: 'not_affected' }
}

/** Each once, sorted. */
function distinct(texts: readonly string[]): readonly string[] {
  return texts.length < 2 ? texts : [...new Set(texts)].sort()
}

/**
 * After the last day of public fixes nothing more is to be waited for. Fixes that were published until then stay offered, but not those that a distribution told about
 * as another one (CentOS as RHEL) got after its own end.
 */
function afterEnd(
  { row, endedOn }: ReleaseContext,
  { fix, fixedIn }: Verdict,
  published: string | null,
): { readonly fix: FixKind; readonly fixedIn: string | null } {
  if (endedOn === null) return { fix, fixedIn }
  if (fix === 'none-yet') return { fix: 'end-of-life', fixedIn }
  const isTooLate = fix === 'available' && row.feedId !== undefined && published !== null && published.slice(0, 10) > endedOn
  return isTooLate ? { fix: 'end-of-life', fixedIn: null } : { fix, fixedIn }
}

/** When the record with the told fix was published, or null. */
function publishedFix({ fixedIn, claims }: Verdict): string | null {
  if (fixedIn === null) return null
  return earliest(claims.filter(({ advisory }) => advisory.ranges.some(({ fixed }) => fixed === fixedIn)))
}

function earliest(claims: readonly Claim[]): string | null {
  return claims.flatMap(({ advisory }) => advisory.published ?? []).sort()[0] ?? null
}

/** Without doubles and withdrawn ones: the most believed feed's first; of one feed those that decided, then the worst. */
function inTrustOrder(feeds: readonly string[], decided: readonly Claim[], about: readonly Claim[]): readonly Advisory[] {
  const rankOf = ({ feed }: Advisory): number => (feeds.includes(feed) ? feeds.indexOf(feed) : feeds.length)
  const first = new Set(decided.map(({ advisory }) => advisory))
  const live = [...new Set([...first, ...about.map(({ advisory }) => advisory)])].filter(({ withdrawn }) => !withdrawn)
  if (live.length < 2) return live
  const severity = ({ vendorSeverity, cvss }: Advisory): Severity => severityOf(vendorSeverity, cvss).severity
  return live.sort(
    (a, b) =>
      rankOf(a) - rankOf(b) ||
      Number(first.has(b)) - Number(first.has(a)) ||
      compareSeverity(severity(a), severity(b)) ||
      (b.cvss?.score ?? 0) - (a.cvss?.score ?? 0) ||
      (a.record < b.record ? -1 : 1),
  )
}

function distinctBy<Item>(items: readonly Item[], keyOf: (item: Item) => string): readonly Item[] {
  return items.length < 2 ? items : [...new Map(items.map((item) => [keyOf(item), item])).values()]
}
