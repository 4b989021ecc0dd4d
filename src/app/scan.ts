/** Scanning a folder: discover, resolve, decide and plan without GitHub and without a database. */
import { eachBounded } from '../lib/bounded.ts'
import { type DecidedUse } from '../domain/decided-use.ts'
import { type DigestAlone, digestAlone, followedTag } from '../domain/image/followed-tag.ts'
import { formatTagKey, type TagKey } from '../domain/image/observation.ts'
import type { Digest } from '../domain/image/digest.ts'
import type { CredentialGrant } from '../domain/image/scope.ts'
import type { DistroTable } from '../domain/package/distro.ts'
import { type ImageUse, pinOf } from '../domain/repo/image-use.ts'
import type { Policy } from '../domain/repo/policy.ts'
import { decide } from '../pipeline/decide.ts'
import { lookAtList } from '../pipeline/list-tags.ts'
import { createTagChooser } from '../pipeline/recall/newer-tag.ts'
import { type RecalledUse, recallUses } from '../pipeline/recall.ts'
import { look } from '../pipeline/resolve.ts'
import { lookForTag } from '../pipeline/search-tag.ts'
import type { Upstream } from '../policy/facts.ts'
import { policyFor } from '../policy/policy-for.ts'
import type { ObservationStore } from '../ports/observation-store.ts'
import type { Registry } from '../ports/registry.ts'
import { formatListKey, type TagListStore } from '../ports/tag-list-store.ts'

export type ScanPorts = {
  readonly registry: Registry
  readonly observations: ObservationStore
  readonly tagLists: TagListStore
  readonly distros: DistroTable
  /** The person's own logins; all of them may be used. */
  readonly grants: readonly CredentialGrant[]
  /** Told how many of the tags and lists of tags have been looked at. */
  readonly onProgress: (done: number, all: number) => void
}

/** A use with its decision and what its registry said. */
export type ScannedUse = DecidedUse & { readonly upstream: Upstream | null }

/** Tags looked at at once: enough to hide a registry's latency, few enough to be polite. */
const looksAtOnce = 16

/** Rounds of candidates: one that is listed and not served is passed over, and the next one looked at. */
const mostRounds = 5

/** A decision for every use, in the order given. Registry faults become decisions; nothing is thrown for them. */
export async function scan(ports: ScanPorts, uses: readonly ImageUse[], policy: Policy, asOf: Date): Promise<readonly ScannedUse[]> {
  const { registry, observations, tagLists, grants, distros, onProgress } = ports
  const blank = { group: null, upstream: null, newer: null, carrier: null, vanished: null }
  const unasked = decide({ repo: null, baseBranch: '', policy, uses: uses.map((use) => ({ use, ...blank })), updates: [], asOf })
  const ours = uses.filter((_, index) => unasked[index]?.decision.kind !== 'skip')
  // The policy follows more than the digest there.
  const lists = listsOf(ours.filter((use) => policyFor(policy, use).follow.kind !== 'digest').flatMap((use) => followedTag(use, null, grants) ?? []))
  const counted = { done: 0, all: lists.length }
  const lookAll = async (looks: readonly Look[]) => {
    counted.all += looks.length
    onProgress(counted.done, counted.all)
    await eachBounded(looks, looksAtOnce, async ({ key, pins, floats }) => {
      const isNeeded = (shown: Digest) => floats || [...pins].some((pin) => pin !== shown)
      await look({ registry, observations }, key, pins, isNeeded, asOf)
      onProgress((counted.done += 1), counted.all)
    })
  }
  const listAll = (some: readonly TagKey[]) =>
    eachBounded(some, looksAtOnce, async (key) => {
      await lookAtList({ registry, tagLists }, key, asOf)
      onProgress((counted.done += 1), counted.all)
    })
  const followed = ours.map((use) => ({ use, key: followedTag(use, null, grants) }))
  await Promise.all([listAll(lists), lookAll(looksOf(followed, policy))])
  const recall = (some: readonly ImageUse[]) =>
    recallUses({ observations, distros, chooser: createTagChooser(tagLists, distros) }, some, { installationId: null, grants, policy, refusedOf: () => [] })
  const vanished = listsOf((await recall(ours)).flatMap(({ tag, vanished: gone }) => (tag === null || gone === null || gone.isListed ? [] : [tag])))
  counted.all += vanished.length
  await listAll(vanished)
  const alone = digestsAlone(
    uses.filter((_, index) => unasked[index]?.decision.reasons[0]?.rule === 'no-tag'),
    grants,
  )
  counted.all += 2 * alone.length
  await eachBounded(alone, looksAtOnce, async (one) => {
    await listAll([{ ...one, tag: '' }])
    await lookForTag({ registry, observations, tagLists, distros }, one, asOf)
    onProgress((counted.done += 1), counted.all)
  })
  for (let round = 0; round < mostRounds; round += 1) {
    const looks = looksOf((await recall(ours)).flatMap(unaskedCandidate), policy)
    if (looks.length === 0) break
    await lookAll(looks)
  }
  return decide({ repo: null, baseBranch: '', policy, uses: await recall(uses), updates: [], asOf })
}

/** A tag to look at; `floats`: what it shows must be known whatever the files have. */
type Look = { readonly key: TagKey; readonly pins: ReadonlySet<Digest>; readonly floats: boolean }

/** Each tag once, with all that is pinned to it. */
function looksOf(followed: readonly { readonly use: ImageUse; readonly key: TagKey | null }[], policy: Policy): readonly Look[] {
  const looks = new Map<string, { key: TagKey; pins: Set<Digest>; floats: boolean }>()
  for (const { use, key } of followed) {
    if (key === null) continue
    const one = looks.get(formatTagKey(key)) ?? { key, pins: new Set<Digest>(), floats: false }
    const pin = pinOf(use)
    const { pinFloatingTags, follow } = policyFor(policy, use)
    if (pin !== null) one.pins.add(pin)
    else if (pinFloatingTags || follow.kind !== 'digest') one.floats = true
    looks.set(formatTagKey(key), one)
  }
  return [...looks.values()]
}

function unaskedCandidate({ use, tag, newer }: RecalledUse): readonly { readonly use: ImageUse; readonly key: TagKey }[] {
  const candidate = newer?.kind === 'listed' ? newer.candidate : null
  return tag === null || candidate === null || candidate.upstream !== null ? [] : [{ use, key: { ...tag, tag: candidate.tag } }]
}

/** Each digest once that files name without a tag. */
function digestsAlone(uses: readonly ImageUse[], grants: readonly CredentialGrant[]): readonly DigestAlone[] {
  const found = uses.flatMap((use) => digestAlone(use, null, grants) ?? [])
  return [...new Map(found.map((one) => [`${one.scope} ${one.imageName}@${one.digest}`, one])).values()]
}

/** One of the tags for each list of tags. */
function listsOf(keys: readonly TagKey[]): readonly TagKey[] {
  return [...new Map(keys.map((key) => [formatListKey(key), key])).values()]
}
