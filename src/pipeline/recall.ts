/** Recall: gathers from the memory what deciding about a repo needs. It asks nobody outside. */
import { type DigestAlone, digestAlone, followedTag } from '../domain/image/followed-tag.ts'
import type { TagKey } from '../domain/image/observation.ts'
import type { CredentialGrant } from '../domain/image/scope.ts'
import { type ImageUse, pinOf } from '../domain/repo/image-use.ts'
import type { Policy } from '../domain/repo/policy.ts'
import type { Repo } from '../domain/repo/repo.ts'
import { updateGroup } from '../domain/update-group.ts'
import type { Offer } from '../domain/update.ts'
import type { DistroTable } from '../domain/package/distro.ts'
import type { Remembered } from '../policy/aim.ts'
import type { BuildFacts } from '../policy/facts.ts'
import { policyFor } from '../policy/policy-for.ts'
import type { ObservationStore } from '../ports/observation-store.ts'
import type { RebuildStore } from '../ports/rebuild-store.ts'
import type { Discovery } from '../ports/repo-store.ts'
import { recallCarrier } from './recall/carrier.ts'
import { recallNewer, recallVanished, type TagChooser } from './recall/newer-tag.ts'
import { recallUpstream } from './recall/upstream.ts'

/** A use with what upstream said about the tag it follows. */
export type RecalledUse = Remembered & {
  readonly use: ImageUse
  /** The tag that it follows, or that its digest is known by; null where it follows none. */
  readonly tag: TagKey | null
  /** What the update that would carry it is grouped by; null where it follows no tag. */
  readonly group: string | null
  /** The digest that it names without a tag; null where it names one. */
  readonly alone: DigestAlone | null
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
      recalled.push(await recallAlone(ports, use, installationId, grants))
      continue
    }
    const { follow, mayChangeRelease, pinFloatingTags } = policyFor(policy, use)
    const reach = { extent: follow, mayChangeRelease }
    const group = updateGroup(tag, reach, ports.distros)
    const upstream = await recallUpstream(ports.observations, tag, pinOf(use), pinFloatingTags)
    const newer = await recallNewer(ports, tag, pinOf(use), reach, refusedOf(group))
    recalled.push({ use, tag, alone: null, group, upstream, newer, vanished: await recallVanished(ports, tag, upstream), carrier: null })
  }
  return recalled
}

/** A use that follows no tag: one with a digest alone follows the tag that this is known by. The file gets no tag, so that it moves to no other either. */
async function recallAlone(ports: RecallPorts, use: ImageUse, installationId: number | null, grants: readonly CredentialGrant[]): Promise<RecalledUse> {
  const alone = digestAlone(use, installationId, grants)
  const blank = { use, tag: null, alone, group: null, upstream: null, newer: null, carrier: null, vanished: null }
  const carrier = alone === null ? null : await recallCarrier(ports, alone)
  if (alone === null || carrier === null) return blank
  const tag = { scope: alone.scope, imageName: alone.imageName, tag: carrier.tag }
  const upstream = await recallUpstream(ports.observations, tag, alone.digest, false)
  return { ...blank, tag, group: `${tag.imageName}:${tag.tag}`, upstream, carrier, vanished: await recallVanished(ports, tag, upstream) }
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
