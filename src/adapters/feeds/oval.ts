/** OVAL as advisories: one for each package of each release that a definition's criteria come to, and each group of CVEs that it judges alike. */
import type { Advisory, FeedItem, FixKind, VersionRange } from '../../domain/advisory/advisory.ts'
import type { ReleaseKey } from '../../domain/package/distro.ts'
import type { FeedFile } from '../../ports/feeds.ts'
import { plainBytes } from './decompress.ts'
import { claimsOf, type OvalClaim, type ProductRelease } from './oval-claims.ts'
import { type OvalDefinition, readOval } from './oval-document.ts'
import type { OvalCondition } from './oval-test.ts'
import { advisory, utcTime, withoutZeroEpoch } from './record.ts'
import { judgementsOf } from './oval-severity.ts'
import { textOf } from './xml.ts'

export type { ProductRelease } from './oval-claims.ts'
export type { OvalDefinition } from './oval-document.ts'

/** What differs from vendor to vendor. */
export type OvalDialect = {
  readonly feed: string
  /** What the vendor calls a definition: `ELSA-2021-9151`. */
  readonly record: (definition: OvalDefinition) => string
  /** The releases that a product named by a criterion stands for; empty where no image is made of it. */
  readonly releases: (product: string) => readonly ProductRelease[]
  /** Of definitions whose criteria name no product. Null: each names one. */
  readonly release: ReleaseKey | null
  /** Microsoft speaks of source packages; everybody else of binary ones. */
  readonly packageKind: Advisory['packageKind']
  /** What kind of fix there is, where it is not plain from the versions; null: it is. */
  readonly fix?: (definition: OvalDefinition, claim: OvalClaim) => FixKind | null
  /** Whether the vendor takes the whole definition for wrong. */
  readonly isNotAffected?: (definition: OvalDefinition) => boolean
}

/** What an OVAL file says, by the definitions in its order. Raises `invalid` as `readOval` does; a definition that cannot be understood is a `problem`. */
export async function* ovalItems(file: FeedFile, dialect: OvalDialect): AsyncIterable<FeedItem> {
  const document = await readOval(plainBytes(file), file.path)
  for (const definition of document.definitions) {
    const { claims, unread } = claimsOf(document, definition.criteria, dialect.releases)
    if (unread.length > 0) {
      const [first] = unread
      const more = unread.length === 1 ? '' : ` (and ${unread.length - 1} more)`
      yield { kind: 'problem', where: `${file.path}, line ${definition.line}, ${definition.id}`, message: `not fully read: ${first}${more}` }
    }
    const items = claims.flatMap((claim) => [...advisoriesOf(definition, claim, dialect)])
    // That a package is not affected is the same for those who pay.
    const isPaidToo = claims.some(({ isPaid }) => isPaid)
    yield* isPaidToo ? new Map(items.map((item) => [JSON.stringify(item), item])).values() : items
  }
}

function* advisoriesOf(definition: OvalDefinition, claim: OvalClaim, dialect: OvalDialect): Iterable<FeedItem> {
  const release = claim.release ?? dialect.release
  const plain = rangesOf(claim.conditions)
  const ranges = claim.isKsplice || /ksplice|_fips$/.test(plain[0]?.fixed ?? '') ? builtApart(plain) : plain
  if (release === null || claim.packageName === null || ranges === null) return
  const isNotAffected = claim.conditions.some(({ operation }) => operation === 'never') || dialect.isNotAffected?.(definition) === true
  const hasFix = ranges.some(({ fixed }) => fixed !== null)
  const fix = dialect.fix?.(definition, claim) ?? (hasFix ? (claim.isPaid ? 'subscription-only' : 'available') : 'none-yet')
  const record = dialect.record(definition)
  for (const judgement of judgementsOf(definition)) {
    yield advisory({
      feed: dialect.feed,
      record,
      vulnerabilities: judgement.vulnerabilities.length > 0 ? judgement.vulnerabilities : [record],
      release,
      packageName: claim.packageName,
      packageKind: dialect.packageKind,
      status: isNotAffected ? 'not-affected' : 'affected',
      ranges: isNotAffected ? [] : ranges,
      versions: isNotAffected ? [] : claim.conditions.flatMap((one) => (one.operation === 'equals' ? [withoutZeroEpoch(one.evr)] : [])),
      fix: isNotAffected ? 'available' : fix,
      architectures: claim.architectures ?? [],
      module: claim.module,
      vendorSeverity: judgement.vendorSeverity,
      cvss: judgement.cvss,
      withdrawn: definition.isDeprecated,
      published: publishedOf(definition),
    })
  }
}

/** All conditions at once as one range; none where only single versions, or no version at all, are asked for. `greater than` counts its version in. */
function rangesOf(conditions: readonly OvalCondition[]): readonly VersionRange[] {
  let [introduced, fixed, lastAffected]: (string | null)[] = [null, null, null]
  for (const condition of conditions) {
    if (condition.operation === 'less than') fixed = withoutZeroEpoch(condition.evr)
    else if (condition.operation === 'less than or equal') lastAffected = withoutZeroEpoch(condition.evr)
    else if (condition.operation === 'greater than' || condition.operation === 'greater than or equal') introduced = withoutZeroEpoch(condition.evr)
  }
  if (introduced === null && fixed === null && lastAffected === null) return []
  return [{ introduced: introduced ?? null, fixed: fixed ?? null, lastAffected: fixed === null ? (lastAffected ?? null) : null }]
}

/**
 * Oracle gives its builds for ksplice (`2:1.1.1g-15.ksplice1.el8_3`) and for FIPS (`10:…_fips`) an epoch above that of the ordinary ones, which are none of
 * the definition's business: the range begins at that epoch. Null where the epoch does not tell them apart.
 */
function builtApart(ranges: readonly VersionRange[]): readonly VersionRange[] | null {
  const epoch = /^(\d+):/.exec(ranges[0]?.fixed ?? '')?.[1]
  return epoch === undefined ? null : ranges.map((range) => ({ ...range, introduced: range.introduced ?? `${epoch}:0` }))
}

function publishedOf({ advisory: told }: OvalDefinition): string | null {
  const dated = (name: string): string | undefined => told.children.find((child) => child.name === name)?.attributes.date
  return utcTime(dated('issued') ?? textOf(told, 'public_date_at_usn') ?? textOf(told, 'public_date') ?? textOf(told, 'advisory_date') ?? dated('updated'))
}
