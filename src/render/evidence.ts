/** Evidence in Markdown: which vulnerabilities a move fixes, which packages it changes, what remains, and how we know. */
import type { Finding } from '../domain/advisory/finding.ts'
import { type MoveEvidence, type OnPlatforms, severityCounts, type UnitedEvidence, unite, vulnerabilitiesOf } from '../domain/move-evidence.ts'
import { cell, countOf, folded, linkedVulnerability, platformCell } from './evidence-table.ts'
import { code, fitted, prose } from './markdown.ts'
import { remainingSection } from './remaining.ts'

/** The chance of exploitation within 30 days from which on it is named; most vulnerabilities are far below. */
const notableEpss = 0.1
/** Rows of a table that are shown at all. */
const mostRows = 150

/**
 * The sections of a pull request that speak of what is inside the images; the same for a person at the command line (`diff --markdown`).
 * `mostItems` bounds each list, which says itself how many are missing. `asOf` is for "waits since".
 */
export function evidenceSections(evidence: MoveEvidence, asOf: Date, mostItems: number): readonly string[] {
  const united = unite(evidence)
  const most = Math.min(mostItems, mostRows)
  return [
    ...oddities(united),
    ...findingsSection('### Fixed vulnerabilities', united.fixed, most),
    ...findingsSection('### New vulnerabilities', united.introduced, most),
    ...packagesSection(united, most),
    ...remainingSection(united.remaining, asOf, most),
    ...configSection(united, most),
  ]
}

/** All of it as one document, for a person who compares two images without a pull request. Under 60,000 bytes. */
export function evidenceMarkdown(evidence: MoveEvidence, asOf: Date): string {
  const sentence = evidenceSentence(evidence)
  const compose = (mostItems: number) =>
    [
      `${sentence[0]?.toUpperCase()}${sentence.slice(1)}.`,
      ...evidenceSections(evidence, asOf, mostItems),
      '### How we know',
      [...evidenceSources(evidence), `- As of ${minuteOf(asOf)}.`].join('\n'),
      '### What this does not say',
      evidenceGaps(evidence, mostItems).join('\n'),
    ].join('\n\n')
  return fitted(mostRows, compose)
}

/** One sentence on what a move comes to, without a full stop: `fixes 3 vulnerabilities (1 high, 2 medium); 4 packages change; 1 new vulnerability (1 low)`. */
export function evidenceSentence(evidence: MoveEvidence): string {
  if (evidence.platforms.length === 0) return 'what changes inside could not be compared'
  const united = unite(evidence)
  const fixed = vulnerabilitiesOf(united.fixed.map(({ thing }) => thing))
  const introduced = vulnerabilitiesOf(united.introduced.map(({ thing }) => thing))
  const packages = new Set(united.packages.map(({ thing }) => thing.name)).size
  const isQuiet = packages === 0 && united.config.length === 0
  return [
    evidence.feeds.length === 0
      ? 'vulnerabilities were not compared'
      : fixed.length === 0
        ? 'fixes no known vulnerability'
        : `fixes ${countOf(fixed.length, 'vulnerability', 'vulnerabilities')} (${severityCounts(fixed)})`,
    ...(introduced.length === 0 ? [] : [`brings ${countOf(introduced.length, 'new one', 'new ones')} (${severityCounts(introduced)})`]),
    packages === 0
      ? isQuiet && united.layersDiffer
        ? 'layers differ, no package change seen'
        : 'no package changes'
      : `${countOf(packages, 'package changes', 'packages change')}`,
    ...(united.config.length === 0 ? [] : ['the configuration changes']),
  ].join('; ')
}

/** How we know, as list items: per platform where the packages came from, and the feeds with their age. */
export function evidenceSources(evidence: MoveEvidence): readonly string[] {
  const both = { sbom: 'the SBOMs attested for their digests', layers: 'their layers' }
  const how = { sbom: 'the SBOM attested for its digest', layers: 'its layers' }
  const same = new Map<string, string[]>()
  for (const { platform, sources } of evidence.platforms) {
    const text =
      sources.from === sources.to
        ? `Packages of both were read from ${both[sources.to]}`
        : `Packages of the old one were read from ${how[sources.from]}, of the new one from ${how[sources.to]}`
    same.set(text, [...(same.get(text) ?? []), platform])
  }
  const feeds = evidence.feeds.map(({ name, checkedAt }) => `${code(name)} of ${minuteOf(checkedAt)}`)
  return [
    ...[...same].map(([text, platforms]) => `- ${text} (${platforms.map(code).join(', ')}).`),
    ...(evidence.platforms.length === 0
      ? []
      : [
          feeds.length === 0
            ? '- No security feed at hand speaks of this release, so vulnerabilities were not compared.'
            : `- Vulnerabilities come from ${feeds.join(', ')}; only packages of the distribution are matched.`,
        ]),
  ]
}

/** What could not be seen or compared, as list items. */
export function evidenceGaps(evidence: MoveEvidence, mostItems: number): readonly string[] {
  const unseen = [...new Set(evidence.platforms.flatMap(({ unseen: lines }) => lines))]
  const notes = [...new Set(evidence.platforms.flatMap(({ notes: lines }) => lines))]
  const lines = [
    ...evidence.notCompared.map(({ platform, why }) => `- ${platform === null ? 'Not compared' : `${code(platform)} was not compared`}: ${prose(why)}`),
    ...unseen.map((line) => `- Not seen: ${prose(line)}`),
    ...notes.map((line) => `- ${prose(line)}`),
    '- What is installed outside of the package manager (language packages, binaries copied in) was not looked at.',
  ]
  const most = Math.max(1, Math.min(mostItems, 20))
  return lines.length <= most ? lines : [...lines.slice(0, most - 1), `- … and ${lines.length - most + 1} more`]
}

function oddities(united: UnitedEvidence): readonly string[] {
  if (united.isExplained || united.why.length === 0) return []
  const lines = united.why.slice(0, 10).map((why) => `> - ${prose(why.thing)}${why.platforms === null ? '' : ` (${platformCell(why)})`}`)
  return [`> [!WARNING]\n> This move is not explained by its packages and source alone; look before you merge:\n${lines.join('\n')}`]
}

function findingsSection(heading: string, findings: readonly OnPlatforms<Finding>[], most: number): readonly string[] {
  if (findings.length === 0) return []
  const differs = findings.some(({ platforms }) => platforms !== null)
  const rows = findings.slice(0, most).map((one) => {
    const { thing } = one
    const words = [
      thing.severity,
      ...(thing.kev ? ['**known exploited**'] : []),
      ...(thing.epss !== null && thing.epss >= notableEpss ? [`EPSS ${Math.round(thing.epss * 100)} %`] : []),
    ].join(', ')
    return [linkedVulnerability(thing), words, cell(thing.sourceName), cell(thing.installed), cell(thing.fixedIn), ...(differs ? [platformCell(one)] : [])]
  })
  const counts = severityCounts(findings.map(({ thing }) => thing))
  return [
    heading,
    ...folded(
      `${countOf(findings.length, 'finding', 'findings')} (${counts})`,
      ['vulnerability', 'severity', 'package', 'installed', 'fixed in', ...(differs ? ['platforms'] : [])],
      rows,
      findings.length,
    ),
  ]
}

function packagesSection({ packages, layersDiffer }: UnitedEvidence, most: number): readonly string[] {
  if (packages.length === 0)
    return [
      '### Packages',
      layersDiffer
        ? 'Layers differ, no package change seen: something outside of the package database changed, or nothing but dates.'
        : 'No package and no layer changes.',
    ]
  const differs = packages.some(({ platforms }) => platforms !== null)
  const rows = packages
    .slice(0, most)
    .map((one) => [cell(one.thing.name), one.thing.kind, cell(one.thing.from), cell(one.thing.to), ...(differs ? [platformCell(one)] : [])])
  const counts = (['upgraded', 'added', 'removed', 'downgraded'] as const).flatMap((kind) => {
    const count = packages.filter(({ thing }) => thing.kind === kind).length
    return count === 0 ? [] : [`${count} ${kind}`]
  })
  return ['### Packages', ...folded(counts.join(', '), ['package', 'change', 'from', 'to', ...(differs ? ['platforms'] : [])], rows, packages.length)]
}

function configSection({ config }: UnitedEvidence, most: number): readonly string[] {
  if (config.length === 0) return []
  const differs = config.some(({ platforms }) => platforms !== null)
  const rows = config.slice(0, most).map((one) => [cell(one.thing.field), cell(one.thing.from), cell(one.thing.to), ...(differs ? [platformCell(one)] : [])])
  return [
    '### Configuration',
    ...folded(`${countOf(config.length, 'field changes', 'fields change')}`, ['field', 'from', 'to', ...(differs ? ['platforms'] : [])], rows, config.length),
  ]
}

function minuteOf(at: Date): string {
  return `${at.toISOString().slice(0, 16).replace('T', ' ')} UTC`
}
