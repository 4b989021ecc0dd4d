/** The terminal: what `inspect`, `match` and `diff` print for people. Everything from images and feeds is made visible first. */
import type { Finding } from '../domain/advisory/finding.ts'
import type { Severity } from '../domain/advisory/severity.ts'
import type { Difference, PackageChange } from '../domain/difference.ts'
import type { Inspection } from '../domain/image/inspection.ts'
import { formatPlatform } from '../domain/image/platform.ts'
import { severityCounts, vulnerabilitiesOf } from '../domain/move-evidence.ts'
import type { DistroRelease } from '../domain/package/distro.ts'
import { shortened, visible } from '../lib/visible.ts'
import { columns, type Paint, painter, type Style } from './paint.ts'

/** Colours only where the terminal shows them. */
export type TerminalOptions = { readonly colour: boolean }

const severityStyle: Record<Severity, Style> = { critical: 'red', high: 'red', medium: 'yellow', unknown: 'yellow', low: 'dim', negligible: 'dim' }
const longestCell = 100

/** What an image is, then its packages in columns, then what could not be seen. Ends with a line break. */
export function renderInspection(
  reference: string,
  { platform, manifest, index, inventory, layers, config, base, provenance }: Inspection,
  lifecycle: DistroRelease | null,
  options: TerminalOptions,
): string {
  const paint = painter(options.colour)
  const { distro, packages, source, unseen, notes } = inventory
  const bytes = layers.reduce((sum, { size }) => sum + size, 0)
  const end = lifecycle === null ? '' : lifecycle.eol === null ? ', no end of support announced' : `, public fixes until ${lifecycle.eol}`
  const started = [...config.entrypoint, ...config.cmd].join(' ')
  const facts: readonly (readonly [string, string | null])[] = [
    ['manifest', manifest],
    ['index', index],
    ['distro', distro === null ? 'unknown' : `${distro.prettyName ?? [distro.id, distro.versionId ?? ''].join(' ').trim()}${end}`],
    ['packages', `${packages.length}, from ${source === 'sbom' ? 'the SBOM attested for its digest' : 'its layers'}`],
    ['layers', `${layers.length}, ${megabytes(bytes)} as stored`],
    ['base', base.proof === 'none' ? null : `${base.name ?? ''}${base.digest === null ? '' : `@${base.digest}`} (${base.proof})`],
    ['source', provenance?.sourceUri ? `${provenance.sourceUri}${provenance.sourceRevision === null ? '' : ` at ${provenance.sourceRevision}`}` : null],
    ['runs', `${started === '' ? 'nothing by itself' : started} as ${config.user === '' ? 'root' : config.user}`],
  ]
  const rows = packages.map(({ name, version, arch, sourceName, sourceVersion, type }) =>
    [name, version, arch ?? '', sourceName === name && sourceVersion === version ? '' : `${sourceName} ${sourceVersion}`, type].map(cell),
  )
  return [
    `${paint('bold', visible(reference))}  ${visible(formatPlatform(platform))}`,
    ...facts.flatMap(([name, value]) => (value === null ? [] : [`  ${paint('dim', name.padEnd(8))}  ${visible(shortened(value, 300))}`])),
    ...(rows.length === 0 ? [] : ['', columns(['package', 'version', 'arch', 'source', 'type'], rows, paint)]),
    ...(unseen.length === 0 ? [] : ['', paint('yellow', 'Not seen:'), ...unseen.map((line) => `  ${visible(line)}`)]),
    ...(notes.length === 0 ? [] : ['', paint('dim', 'Worth knowing:'), ...notes.map((line) => `  ${visible(line)}`)]),
    '',
  ].join('\n')
}

/** The findings in columns, worst first as they are given, and what they come to; `isMatched` says whether anything could be looked up. Ends with a line break. */
export function renderFindings(findings: readonly Finding[], isMatched: boolean, options: TerminalOptions): string {
  const paint = painter(options.colour)
  const applying = findings.filter(({ vex }) => vex === undefined)
  const total = summary(applying, isMatched ? 'No known vulnerability applies' : 'Nothing could be looked up')
  const others = findings.length - applying.length
  return `${[...(findings.length === 0 ? [] : [findingsTable(findings, paint, ''), '']), `${total}${others === 0 ? '' : `; ${others} looked up that do not apply`}`].join('\n')}\n`
}

/** What changed from one image to the other, section by section; `isMatched` says whether a feed spoke of them. Ends with a line break. */
export function renderDifference(
  a: string,
  b: string,
  { packages, findings, config, layers, size, explained, why }: Difference,
  isMatched: boolean,
  options: TerminalOptions,
): string {
  const paint = painter(options.colour)
  const changes = [
    ...packages.upgraded.map((change) => ['upgraded', change] as const),
    ...packages.downgraded.map((change) => ['downgraded', change] as const),
    ...packages.added.map((change) => ['added', change] as const),
    ...packages.removed.map((change) => ['removed', change] as const),
  ]
  const section = (heading: string, lines: readonly string[]) => (lines.length === 0 ? [] : ['', paint('bold', heading), ...lines])
  const changed = (['upgraded', 'downgraded', 'added', 'removed'] as const).flatMap((kind) =>
    packages[kind].length === 0 ? [] : [`${packages[kind].length} ${kind}`],
  )
  return [
    `${paint('bold', visible(a))} → ${paint('bold', visible(b))}`,
    `  layers: ${layers.shared} shared, ${layers.onlyA} gone, ${layers.onlyB} new; ${megabytes(size.from)} → ${megabytes(size.to)} as stored`,
    `  vulnerabilities: ${isMatched ? `${countOf(findings.fixed)} fixed, ${countOf(findings.introduced)} new, ${countOf(findings.remaining)} remaining` : 'not compared, no feed at hand speaks of them'}`,
    `  ${paint(explained ? 'green' : 'yellow', explained ? 'explained' : 'not explained')}: ${visible(why.join('; '))}`,
    '',
    paint(
      'bold',
      `Packages: ${changed.length > 0 ? changed.join(', ') : layers.onlyA + layers.onlyB === 0 ? 'no change' : 'layers differ, no package change seen'}`,
    ),
    ...(changes.length === 0 ? [] : [columns(['package', 'change', 'from', 'to'], changes.map(changeCells), paint, '  ')]),
    ...(['fixed', 'introduced', 'remaining'] as const).flatMap((kind) =>
      section(
        `${{ fixed: 'Fixed', introduced: 'New', remaining: 'Remaining' }[kind]}: ${summary(findings[kind], 'none')}`,
        findings[kind].length === 0 ? [] : [findingsTable(findings[kind], paint, '  ')],
      ),
    ),
    ...section(
      'Configuration',
      config.length === 0
        ? []
        : [
            columns(
              ['field', 'from', 'to'],
              config.map(({ field, from, to }) => [field, from ?? '-', to ?? '-'].map(cell)),
              paint,
              '  ',
            ),
          ],
    ),
    '',
  ].join('\n')
}

function changeCells([kind, { name, arch, from, to }]: readonly [string, PackageChange]): readonly string[] {
  return [arch === null ? name : `${name} (${arch})`, kind, from ?? '-', to ?? '-'].map(cell)
}

function findingsTable(findings: readonly Finding[], paint: Paint, indent: string): string {
  const rows = findings.map(({ id, severity, kev, sourceName, installed, fixedIn, fix, vex }) =>
    [
      id,
      vex === undefined ? `${severity}${kev ? ', exploited' : ''}` : 'not affected',
      sourceName,
      installed,
      fixedIn ?? '-',
      fix === 'available' ? '' : fix,
    ].map(cell),
  )
  const table = columns(['vulnerability', 'severity', 'package', 'installed', 'fixed in', 'fix'], rows, paint, indent).split('\n')
  return table.map((line, at) => (at === 0 ? line : paint(styleOf(findings[at - 1]), line.trimEnd()))).join('\n')
}

function styleOf(finding: Finding | undefined): Style {
  return finding === undefined || finding.vex !== undefined ? 'dim' : severityStyle[finding.severity]
}

function countOf(findings: readonly Finding[]): number {
  return vulnerabilitiesOf(findings).length
}

function summary(findings: readonly Finding[], none: string): string {
  const vulnerabilities = vulnerabilitiesOf(findings)
  const { length } = vulnerabilities
  return length === 0 ? none : `${length} ${length === 1 ? 'vulnerability' : 'vulnerabilities'} (${severityCounts(vulnerabilities)})`
}

function cell(text: string): string {
  return visible(shortened(text, longestCell))
}

function megabytes(bytes: number): string {
  return `${(bytes / 1_000_000).toFixed(1)} MB`
}
