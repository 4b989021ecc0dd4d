/** How far a policy lets an image move along its line. */
import type { DistroTable } from '../package/distro.ts'
import type { Extent } from './extent.ts'
import type { Tag } from './tag-parts.ts'
import { isInRange, parseRange } from './tag-range.ts'
import { isInterim, numberedRelease, releaseNames } from './tag-release.ts'

export type TagReach = {
  readonly extent: Extent
  /** Whether the release of a distribution in the tag (`-bookworm`, `alpine3.20`, `jammy-`) may become a newer one. */
  readonly mayChangeRelease: boolean
}

/** How many parts of each version an extent keeps as they are; of a version with two parts `patch` keeps both. */
export function fixedParts({ kind }: Extent): number {
  return kind === 'patch' ? 2 : kind === 'minor' ? 1 : 0
}

/**
 * Tells of a tag of the same line as `from` whether the extent reaches it. A range is asked for the version, or the date of a tag that has none; one that
 * is no range holds nothing. Nobody is led from an Ubuntu release with long-term support to one without.
 */
export function withinReach(from: Tag, extent: Extent, distros: DistroTable): (tag: Tag) => boolean {
  if (extent.kind === 'digest') return () => false
  const parsed = extent.kind === 'range' ? parseRange(extent.range) : null
  const fixed = fixedParts(extent)
  const mayBeInterim = namesInterim(from, distros)
  return (tag) => {
    if (!mayBeInterim && namesInterim(tag, distros)) return false
    if (parsed !== null) return parsed.kind === 'range' && isInRange(parsed.range, tag.versions[0] ?? tag.rebuilds[0] ?? [])
    return from.versions.every((version, at) => version.slice(0, fixed).every((part, index) => part === tag.versions[at]?.[index]))
  }
}

/** Whether the tag names an interim release of Ubuntu, or is the number of one. */
function namesInterim({ text, releases }: Tag, distros: DistroTable): boolean {
  const itself = numberedRelease(releaseNames(distros), 'ubuntu', text)
  return releases.some(isInterim) || (itself !== null && isInterim(itself))
}
