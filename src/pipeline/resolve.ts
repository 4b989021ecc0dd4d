/** Resolve: where a tag points now. Asked once per image, tag and scope, whatever the number of repos that use it. */
import { type Claim, decideWork } from '../domain/due-work.ts'
import { isFault } from '../domain/fault.ts'
import type { Digest } from '../domain/image/digest.ts'
import { parseTagKey, type TagKey } from '../domain/image/observation.ts'
import { parseFullImageName } from '../domain/image/reference.ts'
import { type CredentialGrant, scopeFor } from '../domain/image/scope.ts'
import type { DueWorkStore } from '../ports/due-work-store.ts'
import type { ObservationStore } from '../ports/observation-store.ts'
import type { Registry } from '../ports/registry.ts'
import type { RepoStore } from '../ports/repo-store.ts'

type Upstreams = { readonly registry: Registry; readonly observations: ObservationStore }

export type ResolvePorts = Upstreams & {
  readonly repos: Pick<RepoStore, 'reposUsing'>
  readonly dueWork: Pick<DueWorkStore, 'schedule'>
  /** Who may use which credential. */
  readonly grants: readonly CredentialGrant[]
}

/** How long a digest that was gone is taken to be gone, ms: one question per pin and day. */
const missingForMs = 24 * 60 * 60 * 1000

/**
 * One look at the tag that the claim names, and at the pins of the repos that use it; wakes the decisions that it changes.
 * Gives true while somebody uses the tag. Faults of the registry are remembered for the decisions and raised again.
 */
export async function resolve(ports: ResolvePorts, claim: Claim, asOf: Date): Promise<{ readonly isUsed: boolean; readonly moved: boolean }> {
  const key = parseTagKey(claim.key)
  const image = parseFullImageName(key.imageName)
  const users = (await ports.repos.reposUsing(key.imageName, key.tag)).filter((user) => scopeFor(image, user.installationId, ports.grants) === key.scope)
  if (users.length === 0) return { isUsed: false, moved: false }
  const wake = () => ports.dueWork.schedule(users.map(({ repoId, installationId }) => decideWork(repoId, installationId, asOf)))
  try {
    const pins = new Set(users.flatMap((user) => user.pins))
    const floats = users.some((user) => user.floats)
    const { digest, moved, isNews } = await lookAtTag(ports, key, asOf, (shown) => floats || [...pins].some((pin) => pin !== shown))
    let isNewPin = false
    for (const pin of pins) if (pin !== digest) isNewPin = (await lookAtPin(ports, key, pin, asOf)) || isNewPin
    const hadFault = (await ports.observations.fault(key)) !== null
    if (hadFault) await ports.observations.noteFault(key, null)
    if (isNews || isNewPin || hadFault) await wake()
    return { isUsed: true, moved }
  } catch (error) {
    if (!isFault(error)) throw error
    const before = await ports.observations.fault(key)
    await ports.observations.noteFault(key, { kind: error.kind, host: error.host, message: error.message })
    if (before?.kind !== error.kind || before.message !== error.message) await wake()
    throw error
  }
}

/**
 * Asks where the tag points by HEAD, fetches what it points at only where `isNeeded` and this scope has not got it yet (a GET counts as a pull), and
 * remembers both. Raises the registry's faults.
 */
export async function lookAtTag(
  { registry, observations }: Upstreams,
  key: TagKey,
  asOf: Date,
  isNeeded: (digest: Digest) => boolean,
): Promise<{ readonly digest: Digest; readonly moved: boolean; readonly isNews: boolean }> {
  const image = parseFullImageName(key.imageName)
  const digest = await registry.tagDigest(key.scope, image, key.tag)
  const isFetched = isNeeded(digest) && (await observations.manifest(key.scope, key.imageName, digest)) === null
  if (isFetched) await observations.saveManifest(key.scope, key.imageName, await registry.manifest(key.scope, image, digest), null)
  const { moved, previous } = await observations.observe(key, digest, asOf)
  return { digest, moved, isNews: moved || isFetched || previous === null }
}

/**
 * Fetches the manifest of a pin once, and the platform of one that is not an index; a pin that is gone is remembered as such. Gives true when
 * something new was learnt. Raises the registry's faults but `missing`.
 */
export async function lookAtPin({ registry, observations }: Upstreams, key: TagKey, pin: Digest, asOf: Date): Promise<boolean> {
  const image = parseFullImageName(key.imageName)
  if ((await observations.manifest(key.scope, key.imageName, pin)) !== null) return false
  const goneSince = await observations.missingSince(key.scope, key.imageName, pin)
  if (goneSince !== null && asOf.getTime() - goneSince.getTime() < missingForMs) return false
  try {
    const manifest = await registry.manifest(key.scope, image, pin)
    const platform = manifest.kind === 'image' ? await registry.platformOf(key.scope, image, manifest.config) : null
    await observations.saveManifest(key.scope, key.imageName, manifest, platform)
  } catch (error) {
    if (!isFault(error) || error.kind !== 'missing') throw error
    await observations.saveMissing(key.scope, key.imageName, pin, asOf)
  }
  return true
}
