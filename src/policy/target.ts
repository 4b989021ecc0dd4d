/** Targets: which digest a use would be moved to, and in what way it can go wrong. An index is never swapped for a platform manifest. */
import type { Digest } from '../domain/image/digest.ts'
import { type Manifest, runnableEntries } from '../domain/image/manifest.ts'
import { formatPlatform, parsePlatform, type Platform } from '../domain/image/platform.ts'
import { pinOf } from '../domain/repo/image-use.ts'
import type { UseFacts } from './facts.ts'

/**
 * - `digest`: upstream's answer itself, or one of its entries (`platform`) where the file pins that platform's manifest
 * - `became-image`: the file pins an index and the tag shows a single image manifest now
 * - `unknown-platform`: the file pins a single manifest of we do not know which platform, and the tag shows an index
 * - `unreadable-pin`: what the file pins is no manifest that we can read, so its kind is not known
 * - `platform-missing`: the file pins the manifest of a platform that the index has no more
 */
export type Target =
  | { readonly kind: 'digest'; readonly digest: Digest; readonly platform: Platform | null }
  | { readonly kind: 'became-image' }
  | { readonly kind: 'unknown-platform' }
  | { readonly kind: 'unreadable-pin'; readonly problem: string }
  | { readonly kind: 'platform-missing'; readonly platform: Platform }

/** Where the use would go; null while upstream was not seen. */
export function targetOf(facts: Pick<UseFacts, 'use' | 'upstream'>): Target | null {
  const { upstream } = facts
  if (upstream === null || upstream.kind === 'fault') return null
  const whole: Target = { kind: 'digest', digest: upstream.digest, platform: null }
  if (upstream.pinned === null || upstream.pinned.kind === 'gone') return whole
  if (upstream.pinned.kind === 'unreadable') return { kind: 'unreadable-pin', problem: upstream.pinned.problem }
  if (upstream.manifest === null) return null
  const old = upstream.pinned.manifest
  if (old.kind === upstream.manifest.kind) return whole
  if (upstream.manifest.kind === 'image') return { kind: 'became-image' }
  const pinned = pinOf(facts.use)
  const entries = runnableEntries(upstream.manifest)
  const still = entries.find((entry) => entry.digest === pinned)
  if (still !== undefined) return { kind: 'digest', digest: still.digest, platform: still.platform }
  const { platform } = upstream.pinned
  if (platform === null) return { kind: 'unknown-platform' }
  const entry = entries.find((candidate) => platformLine(candidate.platform) === platformLine(platform))
  return entry === undefined ? { kind: 'platform-missing', platform } : { kind: 'digest', digest: entry.digest, platform: entry.platform }
}

/** The digest of each runnable platform of an index, or null for an image manifest. Of two entries for one platform the first counts, as for a runtime. */
export function platformDigests(manifest: Manifest): ReadonlyMap<string, Digest> | null {
  if (manifest.kind === 'image') return null
  const digests = new Map<string, Digest>()
  for (const entry of runnableEntries(manifest)) {
    const line = platformLine(entry.platform)
    if (!digests.has(line)) digests.set(line, entry.digest)
  }
  return digests
}

/** The platforms that this use is built for: `--platform`, else what the policy names; null when nobody said and every platform counts. */
export function builtPlatforms(facts: { readonly use: UseFacts['use']; readonly policy: Pick<UseFacts['policy'], 'platforms'> }): readonly string[] | null {
  const named = facts.use.platform === null ? facts.policy.platforms : [facts.use.platform]
  const lines = named.flatMap((text) => parsePlatform(text) ?? []).map(platformLine)
  return lines.length === 0 ? null : lines
}

/** Whether `line` is one of the `built` platforms. A built platform without a Windows build covers all of them. */
export function isBuilt(built: readonly string[] | null, line: string): boolean {
  return built === null || built.some((named) => line === named || line.startsWith(`${named}@`))
}

/** A platform without what changes with every patch: the last number of a Windows build (`10.0.20348.2700`). */
function platformLine(platform: Platform): string {
  const osVersion = platform.osVersion?.split('.').slice(0, 3).join('.') ?? null
  return formatPlatform({ ...platform, osVersion })
}
