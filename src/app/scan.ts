/** Scanning a folder: discover, resolve, decide and plan without GitHub and without a database. */
import { eachBounded } from '../lib/bounded.ts'
import { type DecidedUse } from '../domain/decided-use.ts'
import { followedTag } from '../domain/image/followed-tag.ts'
import { formatTagKey, type TagKey } from '../domain/image/observation.ts'
import type { Digest } from '../domain/image/digest.ts'
import type { CredentialGrant } from '../domain/image/scope.ts'
import { type ImageUse, pinOf } from '../domain/repo/image-use.ts'
import type { Policy } from '../domain/repo/policy.ts'
import { decide } from '../pipeline/decide.ts'
import { recallUses } from '../pipeline/recall.ts'
import { look } from '../pipeline/resolve.ts'
import type { Upstream } from '../policy/facts.ts'
import { policyFor } from '../policy/policy-for.ts'
import type { ObservationStore } from '../ports/observation-store.ts'
import type { Registry } from '../ports/registry.ts'

export type ScanPorts = {
  readonly registry: Registry
  readonly observations: ObservationStore
  /** The person's own logins; all of them may be used. */
  readonly grants: readonly CredentialGrant[]
  /** Told how many of the tags have been looked at. */
  readonly onProgress: (done: number, all: number) => void
}

/** A use with its decision and what its registry said. */
export type ScannedUse = DecidedUse & { readonly upstream: Upstream | null }

/** Tags looked at at once: enough to hide a registry's latency, few enough to be polite. */
const looksAtOnce = 16

/** A decision for every use, in the order given. Registry faults become decisions; nothing is thrown for them. */
export async function scan(
  { registry, observations, grants, onProgress }: ScanPorts,
  uses: readonly ImageUse[],
  policy: Policy,
  asOf: Date,
): Promise<readonly ScannedUse[]> {
  const unasked = decide({ repo: null, baseBranch: '', policy, uses: uses.map((use) => ({ use, tag: null, upstream: null })), updates: [], asOf })
  const looks = tagsOf(
    uses.filter((_, index) => unasked[index]?.decision.kind !== 'skip'),
    grants,
    policy,
  )
  let done = 0
  onProgress(0, looks.length)
  await eachBounded(looks, looksAtOnce, async ({ key, pins, mayPin }) => {
    const isNeeded = (shown: Digest) => mayPin || [...pins].some((pin) => pin !== shown)
    await look({ registry, observations }, key, pins, isNeeded, asOf)
    done += 1
    onProgress(done, looks.length)
  })
  const recalled = await recallUses(observations, uses, null, grants, policy)
  return decide({ repo: null, baseBranch: '', policy, uses: recalled, updates: [], asOf })
}

function tagsOf(
  uses: readonly ImageUse[],
  grants: readonly CredentialGrant[],
  policy: Policy,
): readonly { readonly key: TagKey; readonly pins: ReadonlySet<Digest>; readonly mayPin: boolean }[] {
  const tags = new Map<string, { key: TagKey; pins: Set<Digest>; mayPin: boolean }>()
  for (const use of uses) {
    const key = followedTag(use, null, grants)
    if (key === null) continue
    const tag = tags.get(formatTagKey(key)) ?? { key, pins: new Set<Digest>(), mayPin: false }
    const pin = pinOf(use)
    if (pin !== null) tag.pins.add(pin)
    else if (policyFor(policy, use).pinFloatingTags) tag.mayPin = true
    tags.set(formatTagKey(key), tag)
  }
  return [...tags.values()]
}
