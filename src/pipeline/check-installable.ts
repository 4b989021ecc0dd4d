/** Check what can be installed: asks an image's own package repositories which versions of its packages they offer now. */
import { type Claim, decideWork } from '../domain/due-work.ts'
import { parseFullImageName } from '../domain/image/reference.ts'
import { type CredentialGrant, scopeFor } from '../domain/image/scope.ts'
import { compareVersions, type PackageType } from '../domain/package/version-order.ts'
import type { DueWorkStore } from '../ports/due-work-store.ts'
import type { InstallableNote, InstallableStore } from '../ports/installable-store.ts'
import type { Inventories } from '../ports/inventories.ts'
import type { InventoryStore } from '../ports/inventory-store.ts'
import type { InstallableVersion, PackageIndexes } from '../ports/package-indexes.ts'
import type { RepoStore } from '../ports/repo-store.ts'
import { parseWanted } from '../ports/wanted-inspection-store.ts'

export type InstallablePorts = {
  readonly inventories: Pick<InventoryStore, 'inspection'>
  readonly looks: Pick<Inventories, 'inventoryOfLayers'>
  readonly indexes: PackageIndexes
  readonly installables: Pick<InstallableStore, 'saveInstallable'>
  readonly repos: Pick<RepoStore, 'reposLeadingTo'>
  readonly dueWork: Pick<DueWorkStore, 'schedule'>
  readonly grants: readonly CredentialGrant[]
}

/** Asks about the platform manifest that the claim names, keeps the answer and wakes the decisions of those who use it. Asked again when a decision wants it. */
export async function checkInstallable(ports: InstallablePorts, claim: Claim, asOf: Date): Promise<null> {
  const { scope, imageName, manifest } = parseWanted(claim.key)
  const inspection = await ports.inventories.inspection(scope, imageName, manifest)
  if (inspection === null || inspection.inventory.distro === null) return null
  const inventory =
    inspection.inventory.source === 'layers' ? inspection.inventory : await ports.looks.inventoryOfLayers(scope, parseFullImageName(imageName), manifest)
  const names = [...new Set(inventory.packages.map(({ name }) => name))]
  const said = await ports.indexes.installable(inspection.inventory.distro, inventory.repositories, inspection.platform.architecture, names)
  const answer = said.kind === 'cannot-say' ? said : offers([...said.versions.values()], inventory.packages[0]?.type ?? 'deb')
  await ports.installables.saveInstallable(scope, imageName, manifest, { askedAt: asOf, answer })
  const users = await ports.repos.reposLeadingTo([{ scope, imageName, manifest }])
  const theirs = users.filter(({ installationId }) => scopeFor(parseFullImageName(imageName), installationId, ports.grants) === scope)
  await ports.dueWork.schedule(theirs.map(({ repoId, installationId }) => decideWork(repoId, installationId, asOf)))
  return null
}

function offers(installable: readonly InstallableVersion[], type: PackageType): InstallableNote['answer'] {
  const sources = new Map<string, string>()
  for (const { sourceName, sourceVersion } of installable) {
    const known = sources.get(sourceName)
    if (known === undefined || compareVersions(type, sourceVersion, known) < 0) sources.set(sourceName, sourceVersion)
  }
  return { kind: 'known', versions: Object.fromEntries(installable.map(({ name, version }) => [name, version])), sources: Object.fromEntries(sources) }
}
