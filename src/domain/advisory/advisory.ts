/** Advisories: what one record of one feed says about one package of one release. OSV-shaped (https://ossf.github.io/osv-schema/), one row per package. */
import type { ReleaseKey } from '../package/distro.ts'
import type { Cvss } from './severity.ts'

/**
 * What kind of fix there is.
 * `available`: `fixedIn` is published for everybody · `none-yet` · `deferred`: the vendor will fix it some day, not urgently (Debian no-dsa, postponed) ·
 * `will-not-fix` · `subscription-only`: published to paying customers (Ubuntu Pro) · `end-of-life`: the release gets no fixes any more.
 */
export type FixKind = 'available' | 'none-yet' | 'deferred' | 'will-not-fix' | 'subscription-only' | 'end-of-life'

/** Versions from `introduced` (null: the first ever) up to but without `fixed`, or up to and with `lastAffected`; both null: all later ones. */
export type VersionRange = { readonly introduced: string | null; readonly fixed: string | null; readonly lastAffected: string | null }

export type Advisory = {
  /** The feed's name: `debian-tracker`. */
  readonly feed: string
  /** The record's id: `DSA-5532-1`, `DEBIAN-CVE-2023-5363`, `ALAS2023-2023-126`, or the CVE itself. */
  readonly record: string
  /** The vulnerabilities that it speaks of: CVE ids where it has any (OSV `upstream` and `aliases`), else the record's own id. Never empty. */
  readonly vulnerabilities: readonly string[]
  readonly release: ReleaseKey
  /** The package that it speaks of, and whether that is a source package or a binary one. */
  readonly packageName: string
  readonly packageKind: 'source' | 'binary'
  /** `affected`: a version in a range is. `not-affected`: the vendor says that no version ever was (Alpine `0`, VEX): it outweighs feeds that are believed less. */
  readonly status: 'affected' | 'not-affected'
  /** Ordered by the release's own version order; empty with status `affected` means every version. */
  readonly ranges: readonly VersionRange[]
  /** Exact versions that are affected, where the record lists them beside its ranges. */
  readonly versions: readonly string[]
  readonly fix: FixKind
  /** Architectures it is limited to, in the package manager's words; empty: all. */
  readonly architectures: readonly string[]
  /** `name:stream` of the rpm module it is limited to; null: packages outside of modules, or a feed that does not tell. */
  readonly module: string | null
  /** As the vendor wrote it (`unimportant`, `Important`), or null. */
  readonly vendorSeverity: string | null
  readonly cvss: Cvss | null
  /** The vendor took it back: it applies to nothing. */
  readonly withdrawn: boolean
  /** When the fix or the record was published, RFC 3339 UTC; null where the feed does not say. */
  readonly published: string | null
}

/** One thing that a feed's file says. */
export type FeedItem =
  | { readonly kind: 'advisory'; readonly advisory: Advisory }
  /** On CISA's list of known exploited vulnerabilities since that day (ISO date). */
  | { readonly kind: 'exploited'; readonly vulnerability: string; readonly since: string }
  /** FIRST's estimate that it is exploited within 30 days, 0 to 1. */
  | { readonly kind: 'likelihood'; readonly vulnerability: string; readonly epss: number }
  /** A record that is gone from an incremental feed. */
  | { readonly kind: 'gone'; readonly record: string }
  /** Something in the file that we could not read, named for people; the rest of the file counts. */
  | { readonly kind: 'problem'; readonly where: string; readonly message: string }
