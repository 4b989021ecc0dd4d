/** Findings: a vulnerability that applies to an installed source package, with its evidence. The form of `match --json`. */
import type { FixKind } from './advisory.ts'
import { type Cvss, compareSeverity, type Severity } from './severity.ts'

/** One per vulnerability and source package, however many records say it. */
export type Finding = {
  /** The CVE where the record has one, else the record's own id. */
  readonly id: string
  readonly records: readonly string[]
  /** Of the source package, or of the binary where the advisory speaks of one. */
  readonly purl: string
  readonly binaries: readonly string[]
  readonly sourceName: string
  readonly installed: string
  readonly fixedIn: string | null
  readonly fix: FixKind
  readonly severity: Severity
  readonly severityFrom: 'vendor' | 'cvss' | 'none'
  readonly vendorSeverity: string | null
  readonly cvss: Cvss | null
  readonly kev: boolean
  readonly epss: number | null
  /** Which record of which feed, the range as text (`< 3.0.11-1~deb12u2`), and the comparison that was made (`3.0.9-1 < 3.0.11-1~deb12u2`). */
  readonly evidence: readonly { readonly feed: string; readonly record: string; readonly range: string; readonly comparison: string }[]
  /** Present only where everything is listed (`--all`) and the vulnerability does not apply. */
  readonly vex?: 'not_affected'
  /** When the fix or, without one, the record was published, RFC 3339; null where no record says. */
  readonly published: string | null
}

/** The order for people: known exploited first, then the worst, then the likeliest to be exploited, then by id and source package. */
export function worstFirst(a: Finding, b: Finding): number {
  return (
    Number(b.kev) - Number(a.kev) ||
    compareSeverity(a.severity, b.severity) ||
    (b.epss ?? 0) - (a.epss ?? 0) ||
    compareText(a.id, b.id) ||
    compareText(a.sourceName, b.sourceName)
  )
}

function compareText(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0
}
