/** Severities: the vendor's word first, else the CVSS score, else unknown. */

/** From worst to least; `unknown` counts as medium where a threshold is asked for. */
export type Severity = 'critical' | 'high' | 'medium' | 'low' | 'negligible' | 'unknown'

/** A CVSS vector with its base score (https://www.first.org/cvss/). */
export type Cvss = { readonly vector: string; readonly score: number }
