/** What is compared when a use moves: which platform manifests of the old and the new digest belong together. */
import type { Digest } from '../domain/image/digest.ts'
import type { Manifest } from '../domain/image/manifest.ts'
import { formatPlatform } from '../domain/image/platform.ts'
import type { UseFacts } from './facts.ts'
import { builtPlatforms, linesFor, oldManifest, platformDigests, targetOf } from './target.ts'

/** `platform` is null where only the images' own configs name it. */
export type Pair = { readonly platform: string | null; readonly from: Digest; readonly to: Digest }

export type Compared = {
  readonly pairs: readonly Pair[]
  /** The indexes that the manifests were reached through: an attestation hangs on those. */
  readonly indexes: { readonly from: Digest | null; readonly to: Digest | null }
  /** Why something is left out, a sentence each without a full stop. */
  readonly left: readonly string[]
}

/** Where nobody named platforms, these are compared, and each other one only where there is none of them: reading an image of ten platforms is ten downloads. */
const usual = ['linux/amd64', 'linux/arm64']

/** Null where nothing moves from one fetched digest to another. */
export function comparedManifests(facts: Pick<UseFacts, 'use' | 'upstream' | 'own' | 'policy'>): Compared | null {
  const { upstream } = facts
  const old = oldManifest(facts)
  const target = targetOf(facts)
  if (upstream?.kind !== 'seen' || upstream.manifest === null || old === null || target?.kind !== 'digest' || target.digest === old.digest) return null
  const from = old.digest
  const before = platformDigests(old)
  const after = platformDigests(upstream.manifest)
  if (before === null || after === null || target.platform !== null)
    return {
      pairs: [{ platform: target.platform === null ? null : formatPlatform(target.platform), from, to: target.digest }],
      indexes: { from: null, to: target.platform === null ? null : upstream.digest },
      left: [],
    }
  const built = builtPlatforms(facts)
  const both = [...linesFor(built, before.keys())].filter((line) => after.has(line)).sort()
  const usualOnes = both.filter((line) => usual.includes(line))
  const chosen = built !== null ? both : usualOnes.length > 0 ? usualOnes : both.slice(0, 1)
  const others = both.filter((line) => !chosen.includes(line))
  const left =
    others.length === 0
      ? []
      : [`${others.join(', ')} ${others.length === 1 ? 'was' : 'were'} not looked at; with \`platforms\` in the policy file those that you name are`]
  return {
    pairs: chosen.flatMap((platform) => {
      const pair = [before.get(platform), after.get(platform)] as const
      return pair[0] === undefined || pair[1] === undefined ? [] : [{ platform, from: pair[0], to: pair[1] }]
    }),
    indexes: { from, to: upstream.digest },
    left,
  }
}

/** The manifest that stands for all of an image: of what is built linux/amd64, else the first; `platform` is null where it is no index's. Null where an index has none that is built. */
export function representative(manifest: Manifest, built: readonly string[] | null): { readonly manifest: Digest; readonly platform: string | null } | null {
  const digests = platformDigests(manifest)
  if (digests === null) return { manifest: manifest.digest, platform: null }
  const lines = [...linesFor(built, digests.keys())].sort()
  const line = lines.find((candidate) => usual.includes(candidate)) ?? lines[0]
  const digest = line === undefined ? undefined : digests.get(line)
  return line === undefined || digest === undefined ? null : { manifest: digest, platform: line }
}
