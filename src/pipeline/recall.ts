/** Recall: gathers from the memory what deciding about a repo needs. It asks nobody outside. */
import type { Digest } from '../domain/image/digest.ts'
import { followedTag } from '../domain/image/followed-tag.ts'
import type { TagKey } from '../domain/image/observation.ts'
import type { CredentialGrant } from '../domain/image/scope.ts'
import { type ImageUse, pinOf } from '../domain/repo/image-use.ts'
import type { Policy } from '../domain/repo/policy.ts'
import type { Repo } from '../domain/repo/repo.ts'
import type { BuildFacts, Upstream } from '../policy/facts.ts'
import { policyFor } from '../policy/policy-for.ts'
import type { ObservationStore } from '../ports/observation-store.ts'
import type { RebuildStore } from '../ports/rebuild-store.ts'
import type { Discovery } from '../ports/repo-store.ts'

/** A use with what upstream said about the tag it follows. */
export type RecalledUse = {
  readonly use: ImageUse
  /** Null where the use follows no tag. */
  readonly tag: TagKey | null
  /** Null where nobody has looked yet. */
  readonly upstream: Upstream | null
}

/** Each use with what is remembered about its tag in the scope of `installationId` (null: a person at the command line). */
export async function recallUses(
  observations: ObservationStore,
  uses: readonly ImageUse[],
  installationId: number | null,
  grants: readonly CredentialGrant[],
  policy: Policy,
): Promise<readonly RecalledUse[]> {
  const recalled: RecalledUse[] = []
  for (const use of uses) {
    const tag = followedTag(use, installationId, grants)
    recalled.push({ use, tag, upstream: tag === null ? null : await recallUpstream(observations, tag, pinOf(use), policyFor(policy, use).pinFloatingTags) })
  }
  return recalled
}

async function recallUpstream(observations: ObservationStore, key: TagKey, pin: Digest | null, mayPin: boolean): Promise<Upstream | null> {
  const fault = await observations.fault(key)
  if (fault !== null) return { kind: 'fault', fault }
  const [newest, before] = await observations.history(key, 2)
  if (newest === undefined) return null
  const current = await observations.manifest(key.scope, key.imageName, newest.digest)
  const isNeeded = pin === null ? mayPin : pin !== newest.digest
  if (isNeeded && current === null) return null
  const seen = { kind: 'seen', digest: newest.digest, manifest: current?.manifest ?? null, firstSeen: before === undefined ? null : newest.firstSeen } as const
  if (pin === null || pin === newest.digest) return { ...seen, pinned: null }
  const pinned = await observations.manifest(key.scope, key.imageName, pin)
  if (pinned !== null) return { ...seen, pinned: { kind: 'fetched', ...pinned } }
  const unserved = await observations.unserved(key.scope, key.imageName, pin)
  if (unserved === null) return null
  const { askedAt, problem } = unserved
  return { ...seen, pinned: problem === null ? { kind: 'gone', since: askedAt } : { kind: 'unreadable', problem } }
}

/** Rebuilds whose causes are remembered: a fix that is still waited for after that many others may be asked for once more. */
const mostEarlierRebuilds = 50

type BuildPorts = { readonly observations: ObservationStore; readonly rebuilds: Pick<RebuildStore, 'ofRepo'> }

/** What is known about the build of a repo: rebuilds so far, and the floating tags under its final images that moved since the last one. */
export async function recallBuild(
  { observations, rebuilds }: BuildPorts,
  repo: Repo,
  discovery: Discovery,
  uses: readonly RecalledUse[],
  waitingFixes: BuildFacts['waitingFixes'],
  asOf: Date,
): Promise<BuildFacts> {
  const earlier = await rebuilds.ofRepo(repo.id, mostEarlierRebuilds)
  const [previous = null] = earlier
  const scheduledSince = discovery.rebuildSince ?? asOf
  const since = previous !== null && previous.askedAt > scheduledSince ? previous.askedAt : scheduledSince
  const moved: BuildFacts['moved'][number][] = []
  const asked = new Set<string>()
  for (const { use, tag } of uses) {
    if (tag === null || !use.inFinal || pinOf(use) !== null || asked.has(tag.imageName + tag.tag)) continue
    asked.add(tag.imageName + tag.tag)
    const [newest, before] = await observations.history(tag, 2)
    if (newest === undefined || before === undefined || newest.firstSeen <= since) continue
    moved.push({ imageName: tag.imageName, tag: tag.tag, from: before.digest, to: newest.digest, at: newest.firstSeen })
  }
  return { asOf, repo, policy: discovery.policy, moved, waitingFixes, previous, earlierCauses: earlier.map(({ cause }) => cause), scheduledSince }
}
