/** Recalling fixes: what the distribution has fixed and the bases of a repo's final images were not rebuilt with. It asks nobody outside. */
import { type Finding, worstFirst } from '../../domain/advisory/finding.ts'
import { compareSeverity } from '../../domain/advisory/severity.ts'
import type { Inspection } from '../../domain/image/inspection.ts'
import type { TagKey } from '../../domain/image/observation.ts'
import { compareVersions } from '../../domain/package/version-order.ts'
import type { PackageSteps } from '../../domain/repo/package-steps.ts'
import { formatFor } from '../../formats/index.ts'
import { representative } from '../../policy/compared.ts'
import type { Upstream, WaitingFix } from '../../policy/facts.ts'
import { policyFor } from '../../policy/policy-for.ts'
import { builtPlatforms } from '../../policy/target.ts'
import type { InstallableNote, InstallableStore } from '../../ports/installable-store.ts'
import type { BaseBranch, Discovery } from '../../ports/repo-store.ts'
import type { WantedManifest } from '../../ports/wanted-inspection-store.ts'
import { type EvidencePorts, lookAt, type ToInspect } from './evidence.ts'
import { matchInspections } from './matching.ts'
import type { RecalledUse } from '../recall.ts'

export type FixPorts = EvidencePorts & { readonly installables: Pick<InstallableStore, 'installable'> }

/** What package repositories offer is asked for again after this long, ms, while a fix waits. */
const offersHoldMs = 60 * 60 * 1000

export type RecalledFixes = {
  /** Most urgent first. */
  readonly fixes: readonly WaitingFix[]
  readonly toInspect: readonly ToInspect[]
  /** Manifests whose package repositories should be asked now. */
  readonly toAsk: readonly ToInspect[]
}

/** A fix for each source package of each base that the final image stands on, as its tag shows it now. */
export async function recallFixes(
  ports: FixPorts,
  { files, policy }: Pick<BaseBranch, 'files'> & Pick<Discovery, 'policy'>,
  uses: readonly RecalledUse[],
  asOf: Date,
): Promise<RecalledFixes> {
  const fixes: WaitingFix[] = []
  const toInspect: ToInspect[] = []
  const toAsk: ToInspect[] = []
  const seen = new Set<string>()
  for (const { use, tag, upstream } of uses) {
    const isBase = use.inFinal && (use.role === 'final' || use.role === 'stage')
    const key = `${use.file} ${tag?.imageName}:${tag?.tag}`
    if (tag === null || upstream?.kind !== 'seen' || !isBase || seen.has(key)) continue
    seen.add(key)
    const { scope, imageName } = tag
    const [through] = await ports.inventories.inspectionsThrough(scope, imageName, upstream.digest)
    const wanted = wantedBase(tag, upstream, builtPlatforms({ use, policy: policyFor(policy, use) }))
    if (wanted === null) continue
    const side = through !== undefined ? ({ kind: 'known', inspection: through } as const) : await lookAt(ports, wanted, asOf)
    if (side.kind === 'wanted') {
      if (side.isDue) toInspect.push(side.wanted)
      continue
    }
    const { evidence } = await matchInspections(ports, [side.inspection], asOf)
    const waiting = bySource((evidence[0]?.findings ?? []).filter(isWaiting))
    if (waiting.length === 0) continue
    const manifest = { scope, imageName, manifest: side.inspection.manifest }
    const note = await ports.installables.installable(scope, imageName, manifest.manifest)
    if (note === null || asOf.getTime() - note.askedAt.getTime() >= offersHoldMs) toAsk.push(manifest)
    const steps = stepsOf(files, use.file)
    for (const findings of waiting) fixes.push(fixOf(tag, side.inspection, findings, note, steps))
  }
  return { fixes: fixes.sort(bySeverity), toInspect, toAsk }
}

/** Where the manifest was not fetched, since nothing moves, the digest itself is looked through. The same manifest as a move would compare, so that it is read once. */
function wantedBase(
  { scope, imageName }: TagKey,
  { digest, manifest }: Extract<Upstream, { kind: 'seen' }>,
  built: readonly string[] | null,
): WantedManifest | null {
  if (manifest === null) return { scope, imageName, manifest: digest, index: null, platform: built?.[0] ?? null }
  const chosen = representative(manifest, built)
  return chosen === null ? null : { scope, imageName, ...chosen, index: manifest.kind === 'index' ? digest : null }
}

/** Findings with a published fix that are worth a build, by source package; each group most urgent first. */
function bySource(findings: readonly Finding[]): readonly (readonly [Finding, ...Finding[]])[] {
  const groups = new Map<string, [Finding, ...Finding[]]>()
  for (const finding of [...findings].sort(worstFirst)) {
    const known = groups.get(finding.sourceName)
    if (known === undefined) groups.set(finding.sourceName, [finding])
    else known.push(finding)
  }
  return [...groups.values()]
}

/** Whether the finding waits for a rebuild: its fix is published. */
function isWaiting({ fix, fixedIn, severity, kev }: Finding): boolean {
  return fix === 'available' && fixedIn !== null && (severity !== 'negligible' || kev)
}

function fixOf(
  { imageName, tag }: TagKey,
  inspection: Inspection,
  findings: readonly [Finding, ...Finding[]],
  note: InstallableNote | null,
  steps: PackageSteps,
): WaitingFix {
  const [worst] = findings
  const type = inspection.inventory.packages.find(({ sourceName }) => sourceName === worst.sourceName)?.type ?? 'deb'
  const fixedIn = findings.flatMap((finding) => finding.fixedIn ?? []).reduce((a, b) => (compareVersions(type, a, b) >= 0 ? a : b))
  const binaries = [...new Set(findings.flatMap((finding) => finding.binaries))]
  const published = findings.flatMap((finding) => finding.published ?? []).sort()[0] ?? null
  return {
    imageName,
    tag,
    sourceName: worst.sourceName,
    installed: worst.installed,
    fixedIn,
    installable: offerOf(note, worst.sourceName, binaries, (version) => compareVersions(type, version, fixedIn) >= 0),
    vulnerabilities: [...new Set(findings.map(({ id }) => id))],
    severity: worst.severity,
    since: published === null || Number.isNaN(Date.parse(published)) ? null : new Date(published),
    isPickedUp: steps.upgradesAll || steps.names.some((name) => name === worst.sourceName || binaries.includes(name)),
  }
}

/** Binaries of one source are published together; the lowest version that is offered is what counts. Where the inventory names no binaries, the source's. */
function offerOf(
  note: InstallableNote | null,
  sourceName: string,
  binaries: readonly string[],
  isFixed: (version: string) => boolean,
): WaitingFix['installable'] {
  if (note === null) return { kind: 'cannot-say', why: 'its package repositories have not been asked yet' }
  if (note.answer.kind === 'cannot-say') return note.answer
  const { versions, sources } = note.answer
  const offered = binaries.flatMap((name) => (Object.hasOwn(versions, name) ? [versions[name] ?? ''] : []))
  const behind = offered.find((version) => !isFixed(version))
  if (offered[0] === undefined && Object.hasOwn(sources, sourceName)) offered.push(sources[sourceName] ?? '')
  if (offered[0] === undefined) return { kind: 'cannot-say', why: `its package repositories do not have ${binaries.slice(0, 3).join(', ')}` }
  return behind === undefined ? { kind: 'known', version: offered[0] } : { kind: 'cannot-say', why: `its package repositories offer only ${behind}` }
}

function stepsOf(files: BaseBranch['files'], path: string): PackageSteps {
  const file = files.find((candidate) => candidate.path === path)
  const read = formatFor(path)?.packageSteps ?? null
  return file === undefined || file.bytes === null || read === null ? { upgradesAll: false, names: [] } : read(file.bytes)
}

/** Known exploitation is no part of a fix: the worst severity, then the name. */
function bySeverity(a: WaitingFix, b: WaitingFix): number {
  return compareSeverity(a.severity, b.severity) || (a.sourceName < b.sourceName ? -1 : 1)
}
