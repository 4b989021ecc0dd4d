/** Whether an advisory's ranges hold a version, and how that is told. */
import { compareVersions, type PackageType } from '../package/version-order.ts'
import type { Advisory, VersionRange } from './advisory.ts'

/**
 * Whether the advisory says that `version` is affected: it lies in one of the ranges, or is one of the exact versions. An affected record with neither means every
 * version; one with exact versions only means just those.
 */
export function holds(type: PackageType, { status, ranges, versions }: Advisory, version: string): boolean {
  if (status === 'not-affected') return false
  if (ranges.length === 0 && versions.length === 0) return true
  return ranges.some((range) => isWithin(type, range, version)) || versions.some((exact) => compareVersions(type, exact, version) === 0)
}

/** Whether the advisory names no end for what it says about `version`: no fix and no last affected version. */
export function isOpenEnded(type: PackageType, { ranges, versions }: Advisory, version: string): boolean {
  if (ranges.length === 0) return versions.length === 0
  return ranges.some((range) => range.fixed === null && range.lastAffected === null && isWithin(type, range, version))
}

/** The highest fixed version that `version` has reached, or null. */
export function reachedFix(type: PackageType, { ranges }: Advisory, version: string): string | null {
  const reached = ranges.flatMap(({ fixed }) => (fixed !== null && compareVersions(type, fixed, version) <= 0 ? [fixed] : []))
  return reached.sort((a, b) => compareVersions(type, b, a))[0] ?? null
}

/** The range that decided about `version`, and the comparison that was made: `< 3.0.11-1` and `3.0.9-1 < 3.0.11-1`. */
export function comparisonOf(type: PackageType, advisory: Advisory, version: string): { readonly range: string; readonly comparison: string } {
  if (advisory.withdrawn) return { range: 'withdrawn', comparison: 'the record was taken back' }
  if (advisory.status === 'not-affected') return { range: 'never affected', comparison: 'no version is affected' }
  const { ranges, versions } = advisory
  const range = ranges.find((candidate) => isWithin(type, candidate, version))
  if (range !== undefined) return { range: rangeText(range), comparison: insideText(range, version) }
  const exact = versions.find((candidate) => compareVersions(type, candidate, version) === 0)
  if (exact !== undefined) return { range: `= ${exact}`, comparison: `${version} = ${exact}` }
  if (ranges.length === 0 && versions.length === 0) return { range: everyVersion, comparison: `${version} is one of them` }
  const fixed = reachedFix(type, advisory, version)
  const text = ranges.length === 0 ? `one of ${versions.length} versions` : ranges.map(rangeText).join(' or ')
  return { range: text, comparison: fixed === null ? `${version} is outside` : `${version} >= ${fixed}` }
}

const everyVersion = 'every version'

function isWithin(type: PackageType, { introduced, fixed, lastAffected }: VersionRange, version: string): boolean {
  if (introduced !== null && introduced !== '0' && compareVersions(type, version, introduced) < 0) return false
  if (fixed !== null) return compareVersions(type, version, fixed) < 0
  return lastAffected === null || compareVersions(type, version, lastAffected) <= 0
}

function rangeText({ introduced, fixed, lastAffected }: VersionRange): string {
  const from = introduced === null || introduced === '0' ? [] : [`>= ${introduced}`]
  const to = fixed !== null ? [`< ${fixed}`] : lastAffected !== null ? [`<= ${lastAffected}`] : []
  return [...from, ...to].join(', ') || everyVersion
}

function insideText({ introduced, fixed, lastAffected }: VersionRange, version: string): string {
  const from = introduced === null || introduced === '0' ? '' : `${introduced} <= `
  const to = fixed !== null ? ` < ${fixed}` : lastAffected !== null ? ` <= ${lastAffected}` : ', and no version ends the range'
  return `${from}${version}${to}`
}
