/** Distributions: what an image says it is (os-release(5)), and what we know about that distribution. */
import type { PackageType } from './version-order.ts'

/** The fields of an image's os-release that matter here. */
export type Distro = {
  /** `ID`, exactly: lower case, `debian`. A derivative is not what it is `ID_LIKE`. */
  readonly id: string
  /** `VERSION_ID`, or null (Debian sid, rolling releases). */
  readonly versionId: string | null
  /** `VERSION_CODENAME`, or null. */
  readonly codename: string | null
  /** `ID_LIKE`: chooses package format and version order, never a feed. */
  readonly idLike: readonly string[]
  /** `PRETTY_NAME`, for people; hostile text. */
  readonly prettyName: string | null
  readonly cpeName: string | null
}

/**
 * A release that advisories speak of: `debian:12`, `ubuntu:22.04`, `alpine:3.20`, `wolfi`, `chainguard`, `rhel:9`, `rocky:9`, `almalinux:9`,
 * `amzn:2023`, `ol:9`, `photon:5.0`, `sles:15.5`, `opensuse-leap:15.5`, `opensuse-tumbleweed`, `azurelinux:3.0`, `mariner:2.0`, `minimos`, `echo`,
 * `alpaquita:23`. Distribution id, then, unless it rolls, `:` and the release at the precision that its feeds use.
 */
export type ReleaseKey = string

/** How a distribution's `VERSION_ID` becomes the release in a `ReleaseKey`. */
export type ReleasePrecision = 'major' | 'major.minor' | 'whole' | 'rolling'

export type DistroRow = {
  /** os-release `ID`. */
  readonly id: string
  readonly name: string
  readonly packages: PackageType
  readonly precision: ReleasePrecision
  /** The id that its release keys begin with, where that is not its own: CentOS is told about as `rhel`. */
  readonly feedId?: string | undefined
  /** Names of the feeds (`adapters/feeds/<name>`) that speak of it, the one that is believed first. Empty: nobody does. */
  readonly feeds: readonly string[]
  /** Its name in OSV (`Debian`, `Rocky Linux`), where it has one. */
  readonly osvEcosystem?: string | undefined
  /** The namespace of its purls. */
  readonly purlNamespace: string
  /** Domains that its archives live under (`debian.org`); a host is asked only when it is one of them or below it. */
  readonly archiveDomains: readonly string[]
  /** Prefixes of the rpm Vendor or dpkg Origin of its own packages; a package of another vendor is not matched. Empty: the field says nothing here. */
  readonly vendors: readonly string[]
  /** Pieces of a version that only third parties write (`pgdg`, `~deb.sury.org`): such packages are not matched. */
  readonly foreignVersions: readonly string[]
  readonly releases: readonly DistroRelease[]
}

/** One release of a distribution; days are ISO dates in UTC. */
export type DistroRelease = {
  /** As in the release key: `12`. */
  readonly release: string
  readonly codename: string | null
  /** The last day with public security fixes for everybody, null while none is set. */
  readonly eol: string | null
}

/** `config/distros.json`. */
export type DistroTable = { readonly distros: readonly DistroRow[] }

/** The row of exactly this `ID`, or null: a derivative is never matched as what it is like. */
export function distroRow(table: DistroTable, distro: Pick<Distro, 'id'>): DistroRow | null {
  return table.distros.find(({ id }) => id === distro.id) ?? null
}

/** Format and version order of its packages: by `ID`, else by the first `ID_LIKE` that is known; null when neither is. */
export function packageTypeOf(table: DistroTable, distro: Pick<Distro, 'id' | 'idLike'>): PackageType | null {
  for (const id of [distro.id, ...distro.idLike]) {
    const type = distroRow(table, { id })?.packages ?? families.get(id)
    if (type !== undefined) return type
  }
  return null
}

/** Families that are named in `ID_LIKE` but are no distribution of their own. */
const families: ReadonlyMap<string, PackageType> = new Map([
  ['suse', 'rpm'],
  ['opensuse', 'rpm'],
])

/**
 * The release that advisories are looked up under, or null where no feed speaks of it. CentOS Stream has none: its builds come before those of RHEL and
 * are numbered apart, so Red Hat's fixed versions say nothing about them.
 */
export function releaseKey(table: DistroTable, distro: Distro): ReleaseKey | null {
  const row = distroRow(table, distro)
  const release = row === null ? null : releaseIn(row, distro)
  return row === null || release === null ? null : keyIn(row, release)
}

/** The release key of a distribution's release as feeds write it (`12`, `9.4`, `3.20`, `v3.20`), null where no feed speaks of that distribution. */
export function releaseKeyOfVersion(table: DistroTable, id: string, version: string): ReleaseKey | null {
  const row = distroRow(table, { id })
  return row === null || version === '' ? null : keyIn(row, atPrecision(row.precision, version.replace(/^v(?=\d)/, '')))
}

/** The release key of a codename as feeds write it (`bookworm`, `sid`, `jammy`), null where the table has no such release or no feed speaks of it. */
export function releaseOfCodename(table: DistroTable, id: string, codename: string): ReleaseKey | null {
  const row = distroRow(table, { id })
  const found = row?.releases.find((release) => release.codename === codename)
  return row === null || found === undefined ? null : keyIn(row, found.release)
}

/** What we know about the life of the release that `distro` is, or null. */
export function lifecycleOf(table: DistroTable, distro: Distro): DistroRelease | null {
  const row = distroRow(table, distro)
  const release = row === null ? null : releaseIn(row, distro)
  return row?.releases.find((known) => known.release === release) ?? null
}

/** Whether the last day with public fixes is over at that time. False where no day is set. */
export function hasEnded(lifecycle: Pick<DistroRelease, 'eol'> | null, at: Date): boolean {
  return lifecycle?.eol != null && at.toISOString().slice(0, 10) > lifecycle.eol
}

/** `12`, `3.20`, `edge`; the empty text where it rolls; null where os-release does not tell. */
function releaseIn(row: DistroRow, distro: Distro): string | null {
  const { versionId } = distro
  if (row.precision === 'rolling') return ''
  // Testing and unstable both call themselves `forky/sid` and have no VERSION_ID: unstable's fixed versions are never lower than testing's.
  if (row.id === 'debian' && versionId === null) return 'sid'
  if (versionId === null) return null
  if (row.id === 'alpine' && /_alpha\d*$/.test(versionId)) return 'edge'
  // Amazon Linux 1 is numbered by the month of its image.
  if (row.id === 'amzn' && /^201\d\.\d\d$/.test(versionId)) return '1'
  if (row.id === 'centos' && (Number.parseInt(versionId, 10) > 8 || /\bstream\b/i.test(distro.prettyName ?? ''))) return null
  return atPrecision(row.precision, versionId)
}

function atPrecision(precision: ReleasePrecision, version: string): string {
  if (precision === 'rolling') return ''
  const parts = precision === 'major' ? 1 : precision === 'major.minor' ? 2 : Number.POSITIVE_INFINITY
  return version.split('.').slice(0, parts).join('.')
}

function keyIn(row: DistroRow, release: string): ReleaseKey | null {
  if (row.feeds.length === 0) return null
  const id = row.feedId ?? row.id
  return release === '' ? id : `${id}:${release}`
}
