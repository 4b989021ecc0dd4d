/** A CVE of Red Hat's Security Data API: fixed source packages, and the state of the others. */
import type { FeedItem, FixKind } from '../../../domain/advisory/advisory.ts'
import { cvssOf } from '../../../domain/advisory/cvss.ts'
import { Fault } from '../../../domain/fault.ts'
import type { FeedFile } from '../../../ports/feeds.ts'
import { plainText } from '../decompress.ts'
import type { FeedContext } from '../feed.ts'
import { advisory, before, utcTime, withoutZeroEpoch } from '../record.ts'
import { releasesOfCpe } from './releases.ts'
import { cveSchema, type RedHatCve } from './schema.ts'

/** `CVE-2023-48161.json`: upper case, unlike the documents of CSAF. */
export function isCveFile(path: string): boolean {
  return /(^|\/)CVE-\d{4}-\d+\.json$/.test(path)
}

/** What the file says. Raises `invalid` where it is no JSON or not of the API's form. */
export async function* securityDataItems(file: FeedFile, { distros }: FeedContext): AsyncIterable<FeedItem> {
  const cve = cveOf(await plainText(file, 20_000_000), file.path)
  const common = {
    feed: 'redhat',
    vulnerabilities: [cve.name],
    packageKind: 'source' as const,
    vendorSeverity: cve.threat_severity ?? null,
    cvss: cvssOf(cve.cvss3?.cvss3_scoring_vector ?? ''),
  }
  for (const one of cve.affected_release ?? []) {
    const nevr = /^(.+)-((?:\d+:)?[^-]+-[^-]+)$/.exec(one.package ?? '')
    if (nevr?.[1] === undefined || nevr[2] === undefined) continue
    for (const { release, isPaid } of releasesOfCpe(distros, one.cpe)) {
      yield advisory({
        ...common,
        record: one.advisory ?? cve.name,
        release,
        packageName: nevr[1],
        ranges: before(withoutZeroEpoch(nevr[2])),
        fix: isPaid ? 'subscription-only' : 'available',
        published: utcTime(one.release_date),
      })
    }
  }
  for (const { cpe, package_name, fix_state } of cve.package_state ?? []) {
    // "Under investigation" and "New" say nothing yet; `libreoffice:flatpak/java-11-openjdk` is no package of the release.
    const fix = states.get(fix_state)
    const named = /^(?:([\w.-]+:[\w.-]+)\/)?([\w.+-]+)$/.exec(package_name)
    if (fix === undefined || named?.[2] === undefined) continue
    for (const { release } of releasesOfCpe(distros, cpe)) {
      yield advisory({
        ...common,
        record: cve.name,
        release,
        packageName: named[2],
        status: fix === 'not-affected' ? 'not-affected' : 'affected',
        fix: fix === 'not-affected' ? 'available' : fix,
        module: named[1] ?? null,
        published: utcTime(cve.public_date),
      })
    }
  }
}

const states: ReadonlyMap<string, FixKind | 'not-affected'> = new Map([
  ['Affected', 'none-yet'],
  ['Fix deferred', 'deferred'],
  ['Will not fix', 'will-not-fix'],
  ['Out of support scope', 'end-of-life'],
  ['Not affected', 'not-affected'],
])

function cveOf(text: string, where: string): RedHatCve {
  try {
    return cveSchema.parse(JSON.parse(text))
  } catch (cause) {
    throw new Fault('invalid', `${where} is not a CVE of the Security Data API`, { cause })
  }
}
