/** CVSS vectors and their base scores. A file of its own: the calculator is loaded by those who read feeds only. */
import calculator from 'ae-cvss-calculator'
import type { Cvss } from './severity.ts'

/** All metrics of version 4 take half of that. */
const longestVector = 500

/** A CVSS vector of version 2, 3.0, 3.1 or 4.0 with its base score, whatever temporal or environmental metrics it carries; null where it is none or lacks base metrics. */
export function cvssOf(vector: string): Cvss | null {
  const text = vector.trim().replace(/^\((.*)\)$/, '$1')
  if (text.length > longestVector || !/^(CVSS:(2\.0|3\.[01]|4\.0)\/)?AV:/.test(text)) return null
  try {
    const parsed = calculator.fromVector(text)
    if (parsed === null || !parsed.isBaseFullyDefined()) return null
    const scores: { readonly base?: number | undefined; readonly baseMetricsOnly?: number | undefined } = parsed.calculateScores()
    const score = scores.baseMetricsOnly ?? scores.base
    return score === undefined || !Number.isFinite(score) ? null : { vector: text, score }
  } catch {
    return null
  }
}
