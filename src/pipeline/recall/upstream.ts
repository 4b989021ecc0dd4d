/** Recalling upstream: what is remembered about one tag, and about the digest that a use is pinned to. It asks nobody outside. */
import type { Digest } from '../../domain/image/digest.ts'
import type { Observation, TagKey } from '../../domain/image/observation.ts'
import type { Pinned, Upstream } from '../../policy/facts.ts'
import type { ObservationStore } from '../../ports/observation-store.ts'

/** Intervals of a tag that are looked through for one that it went back to. */
const mostIntervals = 50

/** What upstream said about the tag; null while something that deciding needs was not asked. `isNeeded`: what the tag shows must be known also where the use has no digest. */
export async function recallUpstream(observations: ObservationStore, key: TagKey, pin: Digest | null, isNeeded: boolean): Promise<Upstream | null> {
  const fault = await observations.fault(key)
  const history = await observations.history(key, mostIntervals)
  const [newest, before] = history
  if (fault !== null) {
    const last = newest === undefined ? null : { digest: newest.digest, at: newest.lastSeen }
    return { kind: 'fault', fault, last, pinned: pin === null ? null : await recallPin(observations, key, pin) }
  }
  if (newest === undefined) return null
  const current = await observations.manifest(key.scope, key.imageName, newest.digest)
  if ((pin === null ? isNeeded : pin !== newest.digest) && current === null) return null
  const seen = {
    kind: 'seen',
    digest: newest.digest,
    manifest: current?.manifest ?? null,
    firstSeen: before === undefined ? null : newest.firstSeen,
    wentBack: pin === null ? null : wentBack(history, pin),
  } as const
  if (pin === null || pin === newest.digest) return { ...seen, pinned: null }
  const pinned = await recallPin(observations, key, pin)
  return pinned === null ? null : { ...seen, pinned }
}

async function recallPin(observations: ObservationStore, { scope, imageName }: TagKey, pin: Digest): Promise<Pinned | null> {
  const fetched = await observations.manifest(scope, imageName, pin)
  const unserved = await observations.unserved(scope, imageName, pin)
  if (fetched !== null) return { kind: 'fetched', ...fetched, goneSince: unserved !== null && unserved.problem === null ? unserved.since : null }
  if (unserved === null) return null
  const { since, problem } = unserved
  return problem === null ? { kind: 'gone', since } : { kind: 'unreadable', problem }
}

/**
 * Whether what the tag shows now is older than `pin`, by when it showed each of them first: a tag that goes to and fro moves forwards on every other move.
 * Where it never showed the pin, as far as we saw, nothing is known.
 */
function wentBack(history: readonly Observation[], pin: Digest): { readonly at: Date; readonly leftAt: Date } | null {
  const [newest] = history
  const firstPin = history.findLastIndex(({ digest }) => digest === pin)
  const firstNow = history.findLastIndex(({ digest }) => digest === newest?.digest)
  if (newest === undefined || firstPin < 1 || firstNow < firstPin) return null
  const leftAt = history.slice(1).find(({ digest }) => digest === newest.digest)?.leftAt
  return leftAt == null ? null : { at: newest.firstSeen, leftAt }
}
