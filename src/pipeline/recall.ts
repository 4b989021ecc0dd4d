/** Recall: gathers from the memory what deciding about a repo needs. It asks nobody outside. */
import { followedTag } from '../domain/image/followed-tag.ts'
import type { TagKey } from '../domain/image/observation.ts'
import type { CredentialGrant } from '../domain/image/scope.ts'
import { type ImageUse, pinOf } from '../domain/repo/image-use.ts'
import type { Policy } from '../domain/repo/policy.ts'
import type { Repo } from '../domain/repo/repo.ts'
import { updateGroup } from '../domain/update-group.ts'
import type { Offer } from '../domain/update.ts'
import type { DistroTable } from '../domain/package/distro.ts'
import type { BuildFacts, NewerTag, Upstream, Vanished } from '../policy/facts.ts'
import { policyFor } from '../policy/policy-for.ts'
import type { ObservationStore } from '../ports/observation-store.ts'
import type { RebuildStore } from '../ports/rebuild-store.ts'
import type { Discovery } from '../ports/repo-store.ts'
import { recallNewer, recallVanished, type TagChooser } from './recall/newer-tag.ts'
import { recallUpstream } from './recall/upstream.ts'

/** A use with what upstream said about the tag it follows. */
export type RecalledUse = {
  readonly use: ImageUse
  /** Null where the use follows no tag. */
  readonly tag: TagKey | null
  /** What the update that would carry it is grouped by; null where it follows no tag. */
  readonly group: string | null
  /** Null where nobody has looked yet. */
  readonly upstream: Upstream | null
  /** Null where the policy follows no other tag than that of the file. */
  readonly newer: NewerTag | null
  /** Null where the registry has its tag, or never had it. */
  readonly vanished: Vanished | null
}

export type RecallPorts = {
  readonly observations: ObservationStore
  readonly chooser: TagChooser
  readonly distros: DistroTable
}

/** Who looks, and what people said. */
export type Looker = {
  /** Null: a person at the command line. */
  readonly installationId: number | null
  readonly grants: readonly CredentialGrant[]
  readonly policy: Policy
  /** What people refused of the group by closing its pull requests. */
  readonly refusedOf: (group: string) => readonly Offer[]
}

/** Each use with what is remembered about its tag, and about newer ones where its policy wants to know, in the scope of who looks. */
export async function recallUses(
  ports: RecallPorts,
  uses: readonly ImageUse[],
  { installationId, grants, policy, refusedOf }: Looker,
): Promise<readonly RecalledUse[]> {
  const recalled: RecalledUse[] = []
  for (const use of uses) {
    const tag = followedTag(use, installationId, grants)
    if (tag === null) {
      recalled.push({ use, tag, group: null, upstream: null, newer: null, vanished: null })
      continue
    }
    const { follow, mayChangeRelease, pinFloatingTags } = policyFor(policy, use)
    const reach = { extent: follow, mayChangeRelease }
    const group = updateGroup(tag, reach, ports.distros)
    const upstream = await recallUpstream(ports.observations, tag, pinOf(use), pinFloatingTags)
    const newer = await recallNewer(ports, tag, pinOf(use), reach, refusedOf(group))
    recalled.push({ use, tag, group, upstream, newer, vanished: await recallVanished(ports, tag, upstream) })
  }
  return recalled
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
