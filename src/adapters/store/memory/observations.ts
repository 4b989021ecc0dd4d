/** Observations in memory, for `scan`: gone when the program ends. */
import type { Digest } from '../../../domain/image/digest.ts'
import type { Manifest } from '../../../domain/image/manifest.ts'
import { formatTagKey, type Observation } from '../../../domain/image/observation.ts'
import type { Platform } from '../../../domain/image/platform.ts'
import type { FaultNote, ObservationStore } from '../../../ports/observation-store.ts'

/** An empty store. Raises no faults. */
export function createMemoryObservationStore(): ObservationStore {
  /** Intervals by tag, newest first. */
  const histories = new Map<string, readonly Observation[]>()
  const manifests = new Map<string, { readonly manifest: Manifest; readonly platform: Platform | null }>()
  const unserved = new Map<string, { readonly askedAt: Date; readonly since: Date; readonly problem: string | null }>()
  const served = new Map<string, Date>()
  const faults = new Map<string, FaultNote>()
  const manifestKey = (scope: string, imageName: string, digest: Digest) => `${scope} ${imageName}@${digest}`
  return {
    async observe(key, digest, at) {
      const [current, ...left] = histories.get(formatTagKey(key)) ?? []
      const { scope, imageName, tag } = key
      const next: Observation = { scope, imageName, tag, digest, firstSeen: at, lastSeen: at, leftAt: null, next: null }
      const keep = (history: readonly Observation[]) => histories.set(formatTagKey(key), history)
      if (current === undefined) {
        keep([next])
        return { moved: false, previous: null }
      }
      const isNews = at > current.lastSeen
      const moved = isNews && current.digest !== digest
      if (moved) keep([next, { ...current, leftAt: at, next: digest }, ...left])
      else if (isNews) keep([{ ...current, lastSeen: at }, ...left])
      return { moved, previous: current.digest }
    },
    history: async (key, limit) => (histories.get(formatTagKey(key)) ?? []).slice(0, limit),
    async tagsShowing(scope, imageName, digest, limit) {
      const tags = [...histories.values()].flatMap((history) => history.find((one) => one.digest === digest) ?? [])
      const shown = tags.filter((one) => one.scope === scope && one.imageName === imageName)
      return shown.sort((a, b) => b.lastSeen.getTime() - a.lastSeen.getTime() || (a.tag < b.tag ? -1 : 1)).slice(0, limit)
    },
    manifest: async (scope, imageName, digest) => manifests.get(manifestKey(scope, imageName, digest)) ?? null,
    async saveManifest(scope, imageName, manifest, platform) {
      const key = manifestKey(scope, imageName, manifest.digest)
      manifests.set(key, { manifest, platform: platform ?? manifests.get(key)?.platform ?? null })
      unserved.delete(key)
    },
    async noteServed(scope, imageName, digest, at) {
      const key = manifestKey(scope, imageName, digest)
      if (manifests.has(key)) served.set(key, at)
      unserved.delete(key)
    },
    servedAt: async (scope, imageName, digest) => served.get(manifestKey(scope, imageName, digest)) ?? null,
    async saveUnserved(scope, imageName, digest, askedAt, problem) {
      const key = manifestKey(scope, imageName, digest)
      const before = unserved.get(key)
      const isSame = before !== undefined && (before.problem === null) === (problem === null)
      unserved.set(key, { askedAt, since: isSame ? before.since : askedAt, problem })
    },
    unserved: async (scope, imageName, digest) => unserved.get(manifestKey(scope, imageName, digest)) ?? null,
    async noteFault(key, fault) {
      if (fault === null) faults.delete(formatTagKey(key))
      else faults.set(formatTagKey(key), fault)
    },
    fault: async (key) => faults.get(formatTagKey(key)) ?? null,
  }
}
