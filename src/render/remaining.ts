/** What remains: vulnerabilities that the new image still has, what kind of fix there is, and since when one waits upstream. */
import type { FixKind } from '../domain/advisory/advisory.ts'
import type { Finding } from '../domain/advisory/finding.ts'
import { type OnPlatforms, severityCounts } from '../domain/move-evidence.ts'
import { cell, countOf, folded, linkedVulnerability, platformCell } from './evidence-table.ts'

const fixWords: Readonly<Record<FixKind, string>> = {
  available: 'fix published',
  'none-yet': 'no fix yet',
  deferred: 'the distribution postponed it',
  'will-not-fix': 'the distribution will not fix it',
  'subscription-only': 'fix for subscribers only',
  'end-of-life': 'the release gets no fixes any more',
}

/** Those with a published fix first: they wait for a rebuild of the image. Negligible ones are only counted. */
export function remainingSection(remaining: readonly OnPlatforms<Finding>[], asOf: Date, most: number): readonly string[] {
  const isNegligible = ({ thing }: OnPlatforms<Finding>) => thing.severity === 'negligible' && !thing.kev
  const listed = remaining.filter((one) => !isNegligible(one))
  const negligible = remaining.length - listed.length
  const also = negligible === 0 ? [] : [`${countOf(negligible, 'negligible one', 'negligible ones')} not listed.`]
  if (remaining.length === 0) return []
  if (listed.length === 0) return ['### What remains', ...also]
  const waiting = listed.filter(({ thing }) => thing.fix === 'available')
  const ordered = [...waiting, ...listed.filter(({ thing }) => thing.fix !== 'available')]
  const differs = ordered.some(({ platforms }) => platforms !== null)
  const rows = ordered.slice(0, most).map((one) => {
    const { thing } = one
    return [
      linkedVulnerability(thing),
      thing.severity,
      cell(thing.sourceName),
      cell(thing.installed),
      fixOf(thing, asOf),
      ...(differs ? [platformCell(one)] : []),
    ]
  })
  const counts = severityCounts(listed.map(({ thing }) => thing))
  const head = ['vulnerability', 'severity', 'package', 'installed', 'fix', ...(differs ? ['platforms'] : [])]
  const wait =
    waiting.length === 0 ? [] : [`${countOf(waiting.length, 'finding has', 'findings have')} a published fix that this image was not built with yet.`]
  return ['### What remains', ...wait, ...folded(`${countOf(listed.length, 'finding', 'findings')} (${counts})`, head, rows, ordered.length), ...also]
}

function fixOf({ fix, fixedIn, published }: Finding, asOf: Date): string {
  if (fix !== 'available') return fixWords[fix]
  const since = published === null ? null : new Date(published)
  const isKnown = since !== null && !Number.isNaN(since.getTime()) && since <= asOf
  const days = isKnown ? Math.floor((asOf.getTime() - since.getTime()) / 86_400_000) : 0
  return `in ${cell(fixedIn)}${isKnown ? `, published ${since.toISOString().slice(0, 10)}, waits upstream for ${countOf(days, 'day', 'days')}` : ', waits upstream'}`
}
