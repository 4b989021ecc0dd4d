/** The order of tags within a line: which of two is newer. */
import type { Order } from '../package/order.ts'
import type { PreRelease, Tag } from './tag-parts.ts'

/**
 * Which of two tags is older: by version, then pre-release before release, then releases of distributions, then rebuilds and dates. An order over all
 * tags (transitive, antisymmetric but for tags that say the same); it means something only for tags of one line.
 */
export function compareTags(a: Tag, b: Tag): Order {
  return (
    compareText(a.shape, b.shape) ||
    compareLists(a.versions, b.versions) ||
    comparePreReleases(a.preRelease, b.preRelease) ||
    compareNumbers(
      a.releases.map(({ rank }) => rank),
      b.releases.map(({ rank }) => rank),
    ) ||
    compareLists(a.rebuilds, b.rebuilds)
  )
}

/** Number by number; where one list ends, the longer one is newer: `.1` behind a date is a respin. */
export function compareNumbers(a: readonly number[], b: readonly number[]): Order {
  const shared = Math.min(a.length, b.length)
  for (let at = 0; at < shared; at += 1) {
    const [left = 0, right = 0] = [a[at], b[at]]
    if (left !== right) return left < right ? -1 : 1
  }
  return a.length === b.length ? 0 : a.length < b.length ? -1 : 1
}

function compareLists(a: readonly (readonly number[])[], b: readonly (readonly number[])[]): Order {
  for (const [at, left] of a.entries()) {
    const order = compareNumbers(left, b[at] ?? [])
    if (order !== 0) return order
  }
  return a.length < b.length ? -1 : 0
}

function comparePreReleases(a: PreRelease | null, b: PreRelease | null): Order {
  if (a === null || b === null) return a === b ? 0 : a === null ? 1 : -1
  return compareNumbers([a.rank, ...a.numbers], [b.rank, ...b.numbers])
}

/** By code unit, everywhere the same. */
export function compareText(a: string, b: string): Order {
  return a === b ? 0 : a < b ? -1 : 1
}
