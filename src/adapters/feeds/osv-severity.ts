/** How an OSV record judges its vulnerabilities: the vendor's word, and a CVSS vector. */
import { cvssOf } from '../../domain/advisory/cvss.ts'
import type { Cvss } from '../../domain/advisory/severity.ts'
import type { OsvAffected, OsvRecord, OsvSeverity } from './osv-schema.ts'
import { cveIds } from './record.ts'

/** Vulnerabilities that are judged alike. */
export type OsvJudgement = { readonly vulnerabilities: readonly string[]; readonly vendorSeverity: string | null; readonly cvss: Cvss | null }

/** Version 3 first: it is what vendors' words are made from, and all of them have it. */
const preferred = ['CVSS_V3', 'CVSS_V4', 'CVSS_V2']

/**
 * One for all `vulnerabilities`, but where the record judges them apart (Ubuntu's notices). What is said about the package goes before what is said about the
 * record; a score of one CVE is not held against the others of an update, unless there is only the update's own.
 */
export function judgementsOf(record: OsvRecord, affected: OsvAffected, vulnerabilities: readonly string[]): readonly OsvJudgement[] {
  const vendorSeverity = wordOf(record, affected)
  const cvss = scoreIn(affected.severity) ?? scoreIn(record.severity)
  const apart = new Map((affected.database_specific?.cves_map?.cves ?? []).flatMap(({ id, severity }) => cveIds([id]).map((cve) => [cve, severity] as const)))
  const rest = vulnerabilities.filter((id) => !apart.has(id))
  const own = vulnerabilities
    .filter((id) => apart.has(id))
    .map((id): OsvJudgement => {
      const severity = apart.get(id)
      return { vulnerabilities: [id], vendorSeverity: ubuntuWord(severity) ?? vendorSeverity, cvss: scoreIn(severity) ?? cvss }
    })
  return rest.length === 0 ? own : [{ vulnerabilities: rest, vendorSeverity, cvss }, ...own]
}

/** Ubuntu: a severity of its own type, or `ubuntu_priority`. Debian: `urgency`. Rocky, AlmaLinux: the first word of the title (`Important: firefox security update`). */
function wordOf(
  { severity, database_specific: record, summary }: OsvRecord,
  { severity: own, ecosystem_specific: specific, database_specific: of }: OsvAffected,
): string | null {
  return (
    ubuntuWord(own) ??
    ubuntuWord(severity) ??
    specific?.ubuntu_priority ??
    specific?.urgency ??
    specific?.severity ??
    of?.severity ??
    record?.severity ??
    /^(Critical|Important|Moderate|Low): /.exec(summary ?? '')?.[1] ??
    null
  )
}

function ubuntuWord(severities: readonly OsvSeverity[] | null | undefined): string | null {
  return severities?.find(({ type }) => type === 'Ubuntu')?.score ?? null
}

/** The first vector that is one, in the order above. */
function scoreIn(severities: readonly OsvSeverity[] | null | undefined): Cvss | null {
  for (const type of preferred) {
    for (const severity of severities ?? []) {
      const cvss = severity.type === type ? cvssOf(severity.score) : null
      if (cvss !== null) return cvss
    }
  }
  return null
}
