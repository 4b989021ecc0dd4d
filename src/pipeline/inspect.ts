/** Inspect: what is inside a platform manifest that a decision waits for. Once per scope and manifest, whatever the number of repos. */
import { type Claim, decideWork } from '../domain/due-work.ts'
import { Fault, isFault } from '../domain/fault.ts'
import type { Inspection } from '../domain/image/inspection.ts'
import { parsePlatform } from '../domain/image/platform.ts'
import { parseFullImageName } from '../domain/image/reference.ts'
import { type CredentialGrant, scopeFor } from '../domain/image/scope.ts'
import { type DistroTable, releaseKey } from '../domain/package/distro.ts'
import { installedRelease } from '../domain/package/installed-release.ts'
import type { DueWorkStore } from '../ports/due-work-store.ts'
import type { Inventories } from '../ports/inventories.ts'
import type { InventoryStore } from '../ports/inventory-store.ts'
import type { RepoStore } from '../ports/repo-store.ts'
import { parseWanted, type WantedInspectionStore, type WantedManifest } from '../ports/wanted-inspection-store.ts'

export type InspectPorts = {
  readonly looks: Inventories
  readonly inventories: Pick<InventoryStore, 'inspection' | 'saveInspection'>
  readonly wanted: WantedInspectionStore
  readonly repos: Pick<RepoStore, 'reposLeadingTo'>
  readonly dueWork: Pick<DueWorkStore, 'schedule'>
  readonly distros: DistroTable
  /** Who may use which credential. */
  readonly grants: readonly CredentialGrant[]
}

/**
 * Looks into the manifest that the claim names and wakes the decisions of those who use it. What cannot be had soon either (it is gone, we may not, it is
 * no image) is noted as final and over; other faults are noted and raised again, so that it is tried later.
 */
export async function inspect(ports: InspectPorts, claim: Claim, asOf: Date): Promise<null> {
  const key = parseWanted(claim.key)
  const wanted = await ports.wanted.read(key.scope, key.imageName, key.manifest)
  if (wanted === null) return null
  if ((await ports.inventories.inspection(wanted.scope, wanted.imageName, wanted.manifest)) !== null) {
    // Wanted by a decision that had asked before the last look was over.
    await wake(ports, wanted, asOf)
    await ports.wanted.settle(wanted)
    return null
  }
  try {
    const inspection = await lookInto(ports.looks, wanted)
    const distro = installedRelease(inspection.inventory)
    await ports.inventories.saveInspection(wanted.scope, wanted.imageName, inspection, distro === null ? null : releaseKey(ports.distros, distro))
    // Before the row goes: a kill in between leaves it, and the look is had again.
    await wake(ports, wanted, asOf)
    await ports.wanted.settle(wanted)
  } catch (error) {
    if (!isFault(error)) throw error
    const isFinal = error.kind !== 'transient' && error.kind !== 'rate-limited'
    await ports.wanted.noteProblem(wanted, error.message, isFinal, asOf)
    if (!isFinal) throw error
    await wake(ports, wanted, asOf)
  }
  return null
}

async function lookInto(looks: Inventories, wanted: WantedManifest): Promise<Inspection> {
  const platform = wanted.platform === null ? null : parsePlatform(wanted.platform)
  const inspection = await looks.inspect(wanted.scope, parseFullImageName(wanted.imageName), wanted.index ?? wanted.manifest, platform)
  if (wanted.index === null || inspection.manifest === wanted.manifest) return inspection
  throw new Fault('invalid', `${wanted.imageName}@${wanted.index} has another manifest for ${wanted.platform} than ${wanted.manifest}`)
}

async function wake({ repos, dueWork, grants }: InspectPorts, { scope, imageName, manifest, index }: WantedManifest, asOf: Date): Promise<void> {
  const digests = index === null ? [manifest] : [manifest, index]
  const users = await repos.reposLeadingTo(digests.map((digest) => ({ scope, imageName, manifest: digest })))
  const theirs = users.filter(({ installationId }) => scopeFor(parseFullImageName(imageName), installationId, grants) === scope)
  await dueWork.schedule(theirs.map(({ repoId, installationId }) => decideWork(repoId, installationId, asOf)))
}
