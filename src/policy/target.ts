/** Targets: which digest a use would be moved to, and in what way it can go wrong. An index is never swapped for a platform manifest. */
import type { Digest } from '../domain/image/digest.ts'
import { type Manifest, runnableEntries } from '../domain/image/manifest.ts'
import { formatPlatform, lowerVariants, parsePlatform, type Platform } from '../domain/image/platform.ts'
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
  const lines = linesFor([platformLine(platform)], new Set(entries.map((entry) => platformLine(entry.platform))), 'exactly')
  if (lines.length > 1) return { kind: 'unknown-platform' }
  const entry = entries.find((candidate) => platformLine(candidate.platform) === lines[0])
  return entry === undefined ? { kind: 'platform-missing', platform } : { kind: 'digest', digest: entry.digest, platform: entry.platform }
}

/**
 * The manifest that the use would leave: what it is pinned to, or, where it has no digest and would move to another tag, what its own tag shows. Null where
 * that was not fetched.
 */
export function oldManifest({ use, upstream, own }: Pick<UseFacts, 'use' | 'upstream' | 'own'>): Manifest | null {
  if (pinOf(use) === null) return own?.kind === 'seen' ? own.manifest : null
  const pinned = upstream?.kind === 'seen' ? upstream.pinned : null
  return pinned?.kind === 'fetched' ? pinned.manifest : null
}

/** Since when the registry does not serve what the use is pinned to; null where it does, or where that is not known. */
export function goneSince({ upstream }: Pick<UseFacts, 'upstream'>): Date | null {
  const pinned = upstream?.pinned ?? null
  return pinned?.kind === 'gone' ? pinned.since : pinned?.kind === 'fetched' ? pinned.goneSince : null
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

/** Who says for which platforms a use counts: its own file (`--platform`), the policy file, or the builds of the repo that name the file. */
export type PlatformSource = 'use' | 'policy' | 'builds'

/** The words for each source, as the end of a sentence. */
export const platformSources: Readonly<Record<PlatformSource, string>> = {
  use: 'the file asks for that platform',
  policy: 'the policy file names the platforms that are built',
  builds: 'the builds of this repo name the platforms',
}

type Asking = { readonly use: Pick<UseFacts['use'], 'platform' | 'builtFor'>; readonly policy: Pick<UseFacts['policy'], 'platforms'> }

/** The platforms that this use is built for, each once, as `platformDigests` names them; null when nobody said and every platform counts. */
export function builtPlatforms(facts: Asking): readonly string[] | null {
  return askedPlatforms(facts)?.lines ?? null
}

/** Who said `builtPlatforms`; null when nobody did. */
export function platformSource(facts: Asking): PlatformSource | null {
  return askedPlatforms(facts)?.source ?? null
}

/** What the use itself says counts before the policy, and that before the builds. What is no platform is as if nobody had said it. */
function askedPlatforms({ use, policy }: Asking): { readonly source: PlatformSource; readonly lines: readonly string[] } | null {
  const said = [
    { source: 'use', named: use.platform === null ? [] : [use.platform] },
    { source: 'policy', named: policy.platforms },
    { source: 'builds', named: use.builtFor },
  ] as const
  const first = said.find(({ named }) => named.length > 0)
  const lines = new Set(first?.named.flatMap((text) => parsePlatform(text) ?? []).map(platformLine))
  return first === undefined || lines.size === 0 ? null : { source: first.source, lines: [...lines] }
}

/**
 * Which of `offered`, the platforms of an index, the `built` ones get; all of them where nobody said. A built platform without a Windows build gets every
 * build. One that is not offered gets the next lower variant, as a runtime has it, unless it is asked for `exactly`.
 */
export function linesFor(built: readonly string[] | null, offered: Iterable<string>, how?: 'exactly'): readonly string[] {
  const all = [...offered]
  if (built === null) return all
  const got = new Set(
    built.flatMap(
      (named) => [named, ...(how === 'exactly' ? [] : lowerLines(named))].map((line) => matching(line, all)).find(({ length }) => length > 0) ?? [],
    ),
  )
  return all.filter((line) => got.has(line))
}

/** An entry of an index that names no Windows build is one for any. */
function matching(named: string, all: readonly string[]): readonly string[] {
  const found = all.filter((line) => line === named || line.startsWith(`${named}@`))
  return found.length > 0 ? found : all.filter((line) => named.startsWith(`${line}@`))
}

function lowerLines(line: string): readonly string[] {
  const platform = parsePlatform(line)
  return platform === null ? [] : lowerVariants(platform).map(platformLine)
}

/** A platform without what changes with every patch: the last number of a Windows build (`10.0.20348.2700`). */
function platformLine(platform: Platform): string {
  const osVersion = platform.osVersion?.split('.').slice(0, 3).join('.') ?? null
  return formatPlatform({ ...platform, osVersion })
}
