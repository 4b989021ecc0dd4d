/** Recalling evidence: what is known inside the images that uses would move between, and which looks are still wanted. It asks nobody outside. */
import { unspokenOf } from '../../domain/advisory/own-packages.ts'
import { compareImages } from '../../domain/compare-images.ts'
import type { Digest } from '../../domain/image/digest.ts'
import type { Inspection } from '../../domain/image/inspection.ts'
import type { TagKey } from '../../domain/image/observation.ts'
import { formatPlatform } from '../../domain/image/platform.ts'
import type { Policy } from '../../domain/repo/policy.ts'
import { aimOf } from '../../policy/aim.ts'
import { comparedManifests, type Compared, type Pair } from '../../policy/compared.ts'
import type { EvidenceFacts } from '../../policy/facts.ts'
import { policyFor } from '../../policy/policy-for.ts'
import type { InventoryStore } from '../../ports/inventory-store.ts'
import type { WantedInspectionStore, WantedManifest } from '../../ports/wanted-inspection-store.ts'
import { type MatchPorts, matchInspections } from './matching.ts'
import type { RecalledUse } from '../recall.ts'

export type EvidencePorts = MatchPorts & {
  readonly inventories: Pick<InventoryStore, 'inspection' | 'inspectionsThrough'>
  readonly wanted: Pick<WantedInspectionStore, 'want'>
}

/** A look that should be had now. */
export type ToInspect = Pick<WantedManifest, 'scope' | 'imageName' | 'manifest'>

/** A pull request waits this long for what is inside, ms. */
const patienceMs = 15 * 60 * 1000
/** What cannot be read is tried again after this long, ms. */
const tryAgainMs = 24 * 60 * 60 * 1000

/** Each use with what is known inside, in the order given, and the looks that are wanted. */
export async function recallEvidence(
  ports: EvidencePorts,
  uses: readonly RecalledUse[],
  policy: Policy,
  asOf: Date,
): Promise<{ readonly uses: readonly (RecalledUse & { readonly evidence: EvidenceFacts | null })[]; readonly toInspect: readonly ToInspect[] }> {
  const known = new Map<string, Promise<Recalled>>()
  const gathered: (RecalledUse & { evidence: EvidenceFacts | null })[] = []
  const toInspect: ToInspect[] = []
  for (const recalled of uses) {
    const compared = recalled.tag === null ? null : comparedManifests({ use: recalled.use, ...aimOf(recalled), policy: policyFor(policy, recalled.use) })
    if (recalled.tag === null || compared === null) {
      gathered.push({ ...recalled, evidence: null })
      continue
    }
    const { scope, imageName } = recalled.tag
    const key = JSON.stringify([scope, imageName, compared.pairs, compared.indexes])
    const found = known.get(key) ?? gather(ports, recalled.tag, compared, asOf)
    known.set(key, found)
    gathered.push({ ...recalled, evidence: (await found).evidence })
    toInspect.push(...(await found).toInspect)
  }
  return { uses: gathered, toInspect }
}

type Recalled = { readonly evidence: EvidenceFacts; readonly toInspect: readonly ToInspect[] }

async function gather(ports: EvidencePorts, tag: TagKey, { pairs, indexes, left }: Compared, asOf: Date): Promise<Recalled> {
  const found = await Promise.all(
    pairs.map(async (pair) => ({
      pair,
      from: await lookAt(ports, { ...wantedOf(tag, pair, pair.from), index: indexes.from }, asOf),
      to: await lookAt(ports, { ...wantedOf(tag, pair, pair.to), index: indexes.to }, asOf),
    })),
  )
  const sides = found.flatMap(({ from, to }) => [from, to])
  const toInspect = sides.flatMap((side) => (side.kind === 'known' || !side.isDue ? [] : [side.wanted]))
  const waits = sides.flatMap((side) => (side.kind === 'wanted' && side.until !== null ? [side.until.getTime()] : []))
  if (waits.length > 0) return { evidence: { kind: 'pending', until: new Date(Math.max(...waits)) }, toInspect }
  const both = found.flatMap(({ pair, from, to }) => (from.kind === 'known' && to.kind === 'known' ? [{ pair, from: from.inspection, to: to.inspection }] : []))
  const notCompared = found.flatMap(({ pair, from, to }) => {
    const why = [...(from.kind === 'wanted' ? [`the old image: ${from.problem}`] : []), ...(to.kind === 'wanted' ? [`the new image: ${to.problem}`] : [])]
    return why.length === 0 ? [] : [{ platform: pair.platform, why: why.join('; ') }]
  })
  const { evidence, feeds } = await matchInspections(
    ports,
    both.flatMap(({ from, to }) => [from, to]),
    asOf,
  )
  const platforms = both.flatMap(({ from, to }, index) => {
    const [a, b] = [evidence[2 * index], evidence[2 * index + 1]]
    if (a === undefined || b === undefined) return []
    const sources = { from: from.inventory.source, to: to.inventory.source }
    const unseen = [...new Set([...from.inventory.unseen, ...to.inventory.unseen])]
    const notes = [...new Set([...from.inventory.notes, ...to.inventory.notes])]
    return [{ platform: formatPlatform(to.platform), difference: compareImages(a, b), sources, unseen, notes }]
  })
  const unspoken = [
    ...new Set(evidence.flatMap(({ isBlind, inspection: { inventory } }) => (isBlind && inventory.distro !== null ? unspokenOf(inventory.distro) : []))),
  ]
  const moveEvidence = { platforms, notCompared: [...notCompared, ...[...left, ...unspoken].map((why) => ({ platform: null, why }))], feeds }
  return { evidence: { kind: 'known', evidence: moveEvidence }, toInspect }
}

type Side =
  | { readonly kind: 'known'; readonly inspection: Inspection }
  /** `until`: a pull request waits for it until then; null: it waits no longer. */
  | { readonly kind: 'wanted'; readonly wanted: WantedManifest; readonly until: Date | null; readonly problem: string; readonly isDue: boolean }

/** What is inside a wanted manifest, or since when somebody waits for it. */
export async function lookAt({ inventories, wanted }: Pick<EvidencePorts, 'inventories' | 'wanted'>, manifest: WantedManifest, asOf: Date): Promise<Side> {
  const { scope, imageName } = manifest
  const inspection = (await inventories.inspection(scope, imageName, manifest.manifest)) ?? null
  if (inspection !== null) return { kind: 'known', inspection }
  const { since, problem } = await wanted.want(manifest, asOf)
  const until = new Date(since.getTime() + patienceMs)
  const isOver = problem?.isFinal === true || until <= asOf
  return {
    kind: 'wanted',
    wanted: manifest,
    until: isOver ? null : until,
    problem: problem?.text ?? 'it could not be read in time',
    isDue: problem === null || (problem.isFinal && asOf.getTime() - problem.at.getTime() >= tryAgainMs),
  }
}

function wantedOf({ scope, imageName }: TagKey, { platform }: Pair, manifest: Digest): Omit<WantedManifest, 'index'> {
  return { scope, imageName, manifest, platform }
}
