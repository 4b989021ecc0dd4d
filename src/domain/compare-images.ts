/** What changed from one image to another: packages, findings, configuration, layers, and whether all that is explained. */
import type { Finding } from './advisory/finding.ts'
import type { Difference, Evidence } from './difference.ts'
import { compareConfigs } from './difference-config.ts'
import { explain } from './difference-explained.ts'
import { comparePackages } from './difference-packages.ts'
import type { Inspection } from './image/inspection.ts'
import type { Inventory } from './package/inventory.ts'
import type { Package } from './package/package.ts'

/**
 * The difference from `a` to `b`, two platform manifests whose findings come from the same advisories.
 *
 * A finding is the same one by its id and source package. It is fixed only where `b` shows so: what an inventory with blind spots does not list, and what nobody could
 * look up because `b` does not say what distribution it is or no advisory speaks of that, remains. Likewise nothing is new where nobody could look up what `a` has.
 * Findings that do not apply (`vex`) count for nothing.
 */
export function compareImages(a: Evidence, b: Evidence): Difference {
  const [from, to] = [a.inspection, b.inspection]
  const found = {
    packages: comparePackages(...alike(from.inventory, to.inventory)),
    findings: compareFindings(a, b),
    config: compareConfigs(from.config, to.config),
    layers: compareLayers(from, to),
    size: { from: bytesOf(from), to: bytesOf(to) },
  }
  return { ...found, ...explain(from, to, found) }
}

function compareFindings(a: Evidence, b: Evidence): Difference['findings'] {
  const keyOf = ({ id, sourceName }: Finding): string => `${id}\n${sourceName}`
  const applying = ({ findings }: Evidence): ReadonlyMap<string, Finding> =>
    new Map(findings.flatMap((finding) => (finding.vex === undefined ? [[keyOf(finding), finding] as const] : [])))
  const [before, after] = [applying(a), applying(b)]
  const { distro, unseen, packages } = b.inspection.inventory
  const sources = new Set(packages.map(({ sourceName }) => sourceName))
  const isShownFixed = ({ sourceName }: Finding): boolean => distro !== null && b.isBlind !== true && (unseen.length === 0 || sources.has(sourceName))
  const isKept = (key: string): boolean => before.has(key) || a.isBlind === true
  const gone = [...before].flatMap(([key, finding]) => (after.has(key) ? [] : [finding]))
  return {
    fixed: gone.filter(isShownFixed),
    introduced: [...after].flatMap(([key, finding]) => (isKept(key) ? [] : [finding])),
    remaining: [...[...after].flatMap(([key, finding]) => (isKept(key) ? [finding] : [])), ...gone.filter((finding) => !isShownFixed(finding))],
  }
}

/** The packages of both; where only one side's are sources, those of the other side's packages, so that like is compared with like. */
function alike(a: Inventory, b: Inventory): readonly [readonly Package[], readonly Package[]] {
  const isMixed = a.granularity !== b.granularity
  const packagesOf = (inventory: Inventory) => (isMixed && inventory.granularity === 'binaries' ? sourcesOf(inventory.packages) : inventory.packages)
  return [packagesOf(a), packagesOf(b)]
}

function sourcesOf(packages: readonly Package[]): readonly Package[] {
  const sources = new Map<string, Package>()
  for (const one of packages) {
    const key = JSON.stringify([one.type, one.sourceName, one.sourceVersion])
    if (!sources.has(key)) sources.set(key, { ...one, name: one.sourceName, version: one.sourceVersion, arch: null })
  }
  return [...sources.values()]
}

/** Layers with the same content are shared, wherever they stand and however they are compressed. */
function compareLayers(a: Inspection, b: Inspection): Difference['layers'] {
  const isTold = [a, b].every(({ config, layers }) => config.diffIds.length === layers.length)
  const contents = ({ config, layers }: Inspection): readonly string[] => (isTold ? config.diffIds : layers.map(({ digest }) => digest))
  const left = new Map<string, number>()
  for (const layer of contents(a)) left.set(layer, (left.get(layer) ?? 0) + 1)
  let shared = 0
  for (const layer of contents(b)) {
    const count = left.get(layer) ?? 0
    if (count > 0) shared += 1
    left.set(layer, count - 1)
  }
  return { shared, onlyA: a.layers.length - shared, onlyB: b.layers.length - shared }
}

function bytesOf({ layers }: Inspection): number {
  return layers.reduce((sum, { size }) => sum + size, 0)
}
