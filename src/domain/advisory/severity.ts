/** Severities: the vendor's word first, else the CVSS score, else unknown. */

/** From worst to least; `unknown` counts as medium where a threshold is asked for. */
export type Severity = 'critical' | 'high' | 'medium' | 'low' | 'negligible' | 'unknown'

/** A CVSS vector with its base score (https://www.first.org/cvss/); `CVSS:3` alone where the vendor gives a score without its vector (Photon). */
export type Cvss = { readonly vector: string; readonly score: number }

/** All, from worst to least. */
export const severities: readonly Severity[] = ['critical', 'high', 'medium', 'low', 'negligible', 'unknown']

/**
 * The words that vendors use, in lower case. Debian: urgencies, where `unimportant` means that the package as built is not exposed. Ubuntu: priorities. Red Hat and
 * those who rebuild it, Amazon, Oracle and SUSE: impacts. Azure Linux, Echo and MinimOS: the CVSS words. `not yet assigned`, `untriaged`, `end-of-life` and
 * `N/A` say nothing about severity and are left out.
 */
const vendorWords: ReadonlyMap<string, Severity> = new Map([
  ['critical', 'critical'],
  ['important', 'high'],
  ['high', 'high'],
  ['moderate', 'medium'],
  ['medium', 'medium'],
  ['low', 'low'],
  ['minor', 'low'],
  ['negligible', 'negligible'],
  ['unimportant', 'negligible'],
])

/** What a vendor's word means, null where it means no severity. Debian's `**` (set by hand) and letter case do not matter. */
export function severityOfWord(word: string): Severity | null {
  return vendorWords.get(word.replace(/\**$/, '').trim().toLowerCase()) ?? null
}

/**
 * The qualitative rating of a score: https://www.first.org/cvss/v3.1/specification-document#Qualitative-Severity-Rating-Scale, and for version 2, which knows
 * neither critical nor none, NVD's (https://nvd.nist.gov/vuln-metrics/cvss).
 */
export function severityOfCvss({ vector, score }: Cvss): Severity {
  const isVersion2 = !/^CVSS:[34]/.test(vector)
  if (score >= 9 && !isVersion2) return 'critical'
  if (score >= 7) return 'high'
  if (score >= 4) return 'medium'
  return score > 0 || isVersion2 ? 'low' : 'negligible'
}

/** The severity of a vulnerability and who says so: the vendor where his word means one, else its CVSS score, else nobody. */
export function severityOf(vendorWord: string | null, cvss: Cvss | null): { readonly severity: Severity; readonly severityFrom: 'vendor' | 'cvss' | 'none' } {
  const vendor = vendorWord === null ? null : severityOfWord(vendorWord)
  if (vendor !== null) return { severity: vendor, severityFrom: 'vendor' }
  return cvss === null ? { severity: 'unknown', severityFrom: 'none' } : { severity: severityOfCvss(cvss), severityFrom: 'cvss' }
}

/** Orders from worst to least, for `sort`: `unknown` between medium and low, since it may be anything. */
export function compareSeverity(a: Severity, b: Severity): number {
  return weight[b] - weight[a]
}

/** Whether `severity` reaches `threshold`; `unknown` counts as medium. */
export function atLeast(severity: Severity, threshold: Severity): boolean {
  return Math.floor(weight[severity]) >= Math.floor(weight[threshold])
}

const weight: Readonly<Record<Severity, number>> = { critical: 5, high: 4, medium: 3.5, unknown: 3, low: 2, negligible: 1 }
