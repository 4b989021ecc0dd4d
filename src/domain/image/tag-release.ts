/** Distribution releases in tags: codenames (`bookworm`) and numbers behind a distribution's name (`alpine3.20`, `debian-12`, `ubi9`). */
import type { DistroRelease, DistroRow, DistroTable } from '../package/distro.ts'

export type TagRelease = {
  /** The distribution's `ID`. */
  readonly distro: string
  /** Its place among the releases of the distribution in `config/distros.json`, oldest 0. */
  readonly rank: number
  /** The number: `12`, `22.04`. */
  readonly release: string
}

/** The releases that tags may name. What is not found here is a word like any other, and never moves. */
export type ReleaseNames = {
  readonly byCodename: ReadonlyMap<string, TagRelease>
  /** By distribution's `ID`, space, number. */
  readonly byNumber: ReadonlyMap<string, TagRelease>
}

/** Names that images give distributions in tags, where it is not the `ID`. */
const aliases: ReadonlyMap<string, string> = new Map([
  ['ubi', 'rhel'],
  ['el', 'rhel'],
  ['rockylinux', 'rocky'],
  ['alma', 'almalinux'],
  ['oraclelinux', 'ol'],
  ['amazonlinux', 'amzn'],
  ['al', 'amzn'],
  ['fc', 'fedora'],
  ['leap', 'opensuse-leap'],
  ['sle', 'sles'],
  ['bci', 'sles'],
])

const known = new WeakMap<DistroTable, ReleaseNames>()

/** The releases of the table; computed once for each table. A codename that two distributions share is that of the first. */
export function releaseNames(distros: DistroTable): ReleaseNames {
  const before = known.get(distros)
  if (before !== undefined) return before
  const byCodename = new Map<string, TagRelease>()
  const byNumber = new Map<string, TagRelease>()
  const taken = new Set<string | null>([null])
  for (const row of distros.distros) {
    for (const [rank, release] of row.releases.entries()) {
      const named = { distro: row.id, rank, release: release.release }
      const isNew = !taken.has(release.codename)
      taken.add(release.codename)
      if (!isOut(row, release, rank)) continue
      byNumber.set(`${row.id} ${release.release}`, named)
      if (isNew && release.codename !== null) byCodename.set(release.codename, named)
    }
  }
  const names = { byCodename, byNumber }
  known.set(distros, names)
  return names
}

/** The release that a distribution's name (any case) and a number mean, or null. */
export function numberedRelease(names: ReleaseNames, word: string, number: string): TagRelease | null {
  const lower = word.toLowerCase()
  return names.byNumber.get(`${aliases.get(lower) ?? lower} ${number}`) ?? null
}

/** Ubuntu's releases between those with long-term support live for nine months: nobody is moved to one from a long-term one. */
export function isInterim({ distro, release }: TagRelease): boolean {
  return distro === 'ubuntu' && !/^\d[02468]\.04$/.test(release)
}

/**
 * Whether a release is out, so that one may move to it: `sid` and `edge` never are, and a codename without an end of life that comes behind one with
 * an end is still being made.
 */
function isOut(row: DistroRow, { release, codename, eol }: DistroRelease, rank: number): boolean {
  if (!/^\d/.test(release)) return false
  return codename === null || eol !== null || row.releases.slice(0, rank).every((earlier) => earlier.eol === null)
}
