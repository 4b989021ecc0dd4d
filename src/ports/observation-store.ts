/** Observations of tags and the manifests behind them, by scope. */
import type { FaultKind } from '../domain/fault.ts'
import type { Digest } from '../domain/image/digest.ts'
import type { Manifest } from '../domain/image/manifest.ts'
import type { Observation, TagKey } from '../domain/image/observation.ts'
import type { Platform } from '../domain/image/platform.ts'
import type { Scope } from '../domain/image/scope.ts'

/** A fault as it is remembered: without stack or cause. */
export type FaultNote = { readonly kind: FaultKind; readonly host: string | null; readonly message: string }

export interface ObservationStore {
  /**
   * Notes that the tag shows `digest` at `at`: extends the current interval, or ends it and starts the next. News not newer than the newest changes nothing.
   * `previous` is what was current before; the first look is no move.
   */
  observe(key: TagKey, digest: Digest, at: Date): Promise<{ readonly moved: boolean; readonly previous: Digest | null }>
  /** Intervals of the tag, newest first, at most `limit`. */
  history(key: TagKey, limit: number): Promise<readonly Observation[]>
  /** The newest interval of each tag of the image that showed `digest`, those seen last first, at most `limit`. */
  tagsShowing(scope: Scope, imageName: string, digest: Digest, limit: number): Promise<readonly Observation[]>
  /** A manifest that this scope fetched, or null: what another scope fetched is not shown. `platform` is that of an image manifest where its config was read. */
  manifest(scope: Scope, imageName: string, digest: Digest): Promise<{ readonly manifest: Manifest; readonly platform: Platform | null } | null>
  saveManifest(scope: Scope, imageName: string, manifest: Manifest, platform: Platform | null): Promise<void>
  /** Notes that the registry served a digest whose manifest we have, which is then no longer one that is not served. */
  noteServed(scope: Scope, imageName: string, digest: Digest, at: Date): Promise<void>
  /** When that was last noted; null where it never was. */
  servedAt(scope: Scope, imageName: string, digest: Digest): Promise<Date | null>
  /** Remembers that a digest was asked for and is gone (`problem` null) or shows something that is no manifest, so that it is asked once a day only. */
  saveUnserved(scope: Scope, imageName: string, digest: Digest, at: Date, problem: string | null): Promise<void>
  /** Notes that the last look at the tag failed so, or (null) that it did not: decisions show it. */
  noteFault(key: TagKey, fault: FaultNote | null): Promise<void>
  /** What the last look at the tag failed with, or null. */
  fault(key: TagKey): Promise<FaultNote | null>
  /** When such a digest was last asked for, since when it is known to be so, and what was wrong with it; null where it is served or nobody asked. */
  unserved(scope: Scope, imageName: string, digest: Digest): Promise<{ readonly askedAt: Date; readonly since: Date; readonly problem: string | null } | null>
}
