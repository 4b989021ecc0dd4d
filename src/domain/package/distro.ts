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
