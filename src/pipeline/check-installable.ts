/** Check what can be installed: asks the package repositories of an image for the fixes that it waits for. */
import { type Claim, decideWork } from '../domain/due-work.ts'
import { parseFullImageName } from '../domain/image/reference.ts'
import { type CredentialGrant, scopeFor } from '../domain/image/scope.ts'
import { compareVersions } from '../domain/package/version-order.ts'
import type { DueWorkStore } from '../ports/due-work-store.ts'
import type { InstallableNote, InstallableStore } from '../ports/installable-store.ts'
import type { InventoryStore } from '../ports/inventory-store.ts'
import type { PackageIndexes } from '../ports/package-indexes.ts'
import type { RepoStore } from '../ports/repo-store.ts'
import { parseWanted } from '../ports/wanted-inspection-store.ts'
import { isWaiting } from './gather-fixes.ts'
import { type MatchPorts, matchInspections } from './match.ts'

export type InstallablePorts = MatchPorts & {
  readonly inventories: Pick<InventoryStore, 'inspection'>
  readonly indexes: PackageIndexes
  readonly installables: Pick<InstallableStore, 'saveInstallable'>
  readonly repos: Pick<RepoStore, 'reposLeadingTo'>
  readonly dueWork: Pick<DueWorkStore, 'schedule'>
  readonly grants: readonly CredentialGrant[]
}

/** While a published fix cannot be installed yet, ms: archives lag behind advisories by hours. */
const againMs = 60 * 60 * 1000

/** Asks once, keeps the answer and wakes the decisions; gives when to ask again (null: no fix waits, or all can be installed). */
export async function checkInstallable(ports: InstallablePorts, claim: Claim, asOf: Date): Promise<Date | null> {
  const { scope, imageName, manifest } = parseWanted(claim.key)
  const inspection = await ports.inventories.inspection(scope, imageName, manifest)
  if (inspection === null) return null
  const { inventory, platform } = inspection
  const { evidence } = await matchInspections(ports, [inspection], asOf)
  const waiting = (evidence[0]?.findings ?? []).filter(isWaiting)
  if (waiting.length === 0 || inventory.distro === null) return null
  const names = [...new Set(waiting.flatMap(({ binaries }) => binaries))]
  const said = await ports.indexes.installable(inventory.distro, inventory.repositories, platform.architecture, names)
  const answer: InstallableNote['answer'] =
    said.kind === 'cannot-say' ? said : { kind: 'known', versions: Object.fromEntries([...said.versions].map(([name, { version }]) => [name, version])) }
  await ports.installables.saveInstallable(scope, imageName, manifest, { askedAt: asOf, answer })
  const users = await ports.repos.reposLeadingTo([{ scope, imageName, manifest }])
  const theirs = users.filter(({ installationId }) => scopeFor(parseFullImageName(imageName), installationId, ports.grants) === scope)
  await ports.dueWork.schedule(theirs.map(({ repoId, installationId }) => decideWork(repoId, installationId, asOf)))
  const typeOf = (name: string) => inventory.packages.find((one) => one.name === name)?.type ?? 'deb'
  const isThere = (name: string, fixedIn: string) =>
    answer.kind === 'known' && answer.versions[name] !== undefined && compareVersions(typeOf(name), answer.versions[name], fixedIn) >= 0
  const isAllThere = waiting.every(({ binaries, fixedIn }) => fixedIn === null || binaries.every((name) => isThere(name, fixedIn)))
  return isAllThere ? null : new Date(asOf.getTime() + againMs)
}
