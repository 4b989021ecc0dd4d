/** How an OVAL definition judges its CVEs: the vendor's word and the score, each CVE on its own where it says so. */
import { cvssOf } from '../../domain/advisory/cvss.ts'
import type { Cvss } from '../../domain/advisory/severity.ts'
import type { OvalDefinition } from './oval-document.ts'
import { cveIds } from './record.ts'
import { childrenOf, textOf, type XmlElement } from './xml.ts'

/** CVEs that are judged alike. */
export type Judgement = { readonly vulnerabilities: readonly string[]; readonly vendorSeverity: string | null; readonly cvss: Cvss | null }

/** In the definition's order; one without CVEs where it names none. */
export function judgementsOf(definition: OvalDefinition): readonly Judgement[] {
  const severity = textOf(definition.advisory, 'severity')
  const judged = new Map<string, { vendorSeverity: string | null; cvss: Cvss | null }>()
  for (const element of childrenOf(definition.advisory, 'cve')) {
    for (const id of cveIds([element.text])) {
      const own = { vendorSeverity: impactOf(element), cvss: scoreOf(element) }
      const met = judged.get(id)
      // SUSE has two of each, its own view first, and NVD's.
      judged.set(id, { vendorSeverity: met?.vendorSeverity ?? (isForeign(element) ? null : own.vendorSeverity), cvss: met?.cvss ?? own.cvss })
    }
  }
  const all = cveIds([...definition.references.map(({ id }) => id), ...judged.keys(), definition.class === 'vulnerability' ? definition.title : ''])
  const groups = new Map<string, { vulnerabilities: string[]; vendorSeverity: string | null; cvss: Cvss | null }>()
  for (const id of all) {
    const vendorSeverity = judged.get(id)?.vendorSeverity ?? severity
    const cvss = judged.get(id)?.cvss ?? null
    const key = `${vendorSeverity}|${cvss?.vector}`
    const group = groups.get(key)
    if (group === undefined) groups.set(key, { vulnerabilities: [id], vendorSeverity, cvss })
    else group.vulnerabilities.push(id)
  }
  return groups.size === 0 ? [{ vulnerabilities: [], vendorSeverity: severity, cvss: null }] : [...groups.values()]
}

function isForeign(element: XmlElement): boolean {
  return element.attributes.href?.includes('nvd.nist.gov') === true
}

/** Red Hat, SUSE and AlmaLinux: `impact`; Ubuntu: `priority`. SUSE leaves it empty where it did not judge a CVE on its own. */
function impactOf({ attributes }: XmlElement): string | null {
  const word = attributes.impact ?? attributes.priority ?? ''
  return word === '' ? null : word
}

/** `7.0/CVSS:3.1/AV:L/…`, score and vector apart, or the vector alone. */
function scoreOf({ attributes }: XmlElement): Cvss | null {
  const text = attributes.cvss3 ?? attributes.cvss4 ?? attributes.cvss2 ?? ''
  const slash = text.startsWith('CVSS:') ? -1 : text.indexOf('/')
  const score = slash === -1 ? Number(attributes.cvss_score ?? Number.NaN) : Number(text.slice(0, slash))
  const vector = text === '' ? (attributes.cvss_vector ?? '') : text.slice(slash + 1)
  return Number.isFinite(score) && score >= 0 && score <= 10 && vector !== '' ? { vector, score } : cvssOf(vector)
}
