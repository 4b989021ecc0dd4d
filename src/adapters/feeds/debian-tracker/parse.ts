/** Reads the Debian security tracker: its JSON export, and its lists of advisories (DSA, DLA), which tell days and record ids. */
import type { Advisory, FeedItem, FixKind } from '../../../domain/advisory/advisory.ts'
import { releaseOfCodename } from '../../../domain/package/distro.ts'
import { Fault } from '../../../domain/fault.ts'
import { remembered } from '../../../lib/remembered.ts'
import type { FeedFile } from '../../../ports/feeds.ts'
import { plainBytes } from '../decompress.ts'
import type { FeedContext } from '../feed.ts'
import { jsonMembers } from '../json-members.ts'
import { advisory, before } from '../record.ts'
import { parseAdvisoryList } from './advisory-list.ts'
import { trackerEntry, trackerRelease, type TrackerRelease } from './schema.ts'

const feed = 'debian-tracker'
/** The export is 70 MB. */
const maxBytes = 1_000_000_000

/**
 * Claims the JSON export under any name (`tracker.json`, `data/json`) and the lists `data/DSA/list`, `data/DLA/list`, `DSA-list`. `data/CVE/list` is not
 * claimed: the export is made from it. Undetermined entries are passed over, as scanners do: nobody knows yet whether the package is affected.
 */
export function parse(file: FeedFile, context: FeedContext): AsyncIterable<FeedItem> | null {
  if (/(^|[/-])(DSA|DLA)[/-]list$/.test(file.path)) return parseAdvisoryList(file, context)
  const isExport = /(^|\/)(json|[^/]*\.json)(\.(gz|bz2|xz|zst))?$/.test(file.path) && !/(^|\/)distributions\.json$/.test(file.path)
  return isExport ? parseExport(file, context) : null
}

async function* parseExport(file: FeedFile, { distros }: FeedContext): AsyncIterable<FeedItem> {
  const releaseOf = remembered((codename) => releaseOfCodename(distros, 'debian', codename))
  const rangesBefore = remembered(before)
  const wordOf = remembered((text) => text)
  // A source package is opened too, since the kernel's alone is 30 MB.
  const members = jsonMembers(plainBytes(file, { maxBytes }), file.path, (path) => path.length === 1, { maxMemberBytes: 4_000_000 })
  for await (const { path, value } of members) {
    const [sourceName, vulnerability] = path
    if (typeof sourceName !== 'string') throw new Fault('invalid', `${file.path} is not an export of the Debian security tracker`)
    const where = `${file.path}: ${path.map((key) => String(key).slice(0, 100)).join(' ')}`
    const entry = trackerEntry.safeParse(value)
    if (typeof vulnerability !== 'string' || !isName(sourceName) || !isName(vulnerability) || !entry.success) {
      yield { kind: 'problem', where, message: 'is no entry of the Debian security tracker' }
      continue
    }
    const vulnerabilities = [vulnerability]
    for (const [codename, told] of Object.entries(entry.data.releases)) {
      const release = releaseOf(codename)
      if (release === null) continue
      const read = trackerRelease.safeParse(told)
      if (!read.success || (read.data.status === 'resolved' && read.data.fixed_version === undefined)) {
        yield { kind: 'problem', where: `${where} ${codename}`, message: 'has a status that we do not understand' }
        continue
      }
      const says = statusOf(read.data, rangesBefore)
      if (says === null) continue
      const { urgency } = read.data
      yield advisory({
        feed,
        record: vulnerability,
        vulnerabilities,
        release,
        packageName: sourceName,
        packageKind: 'source',
        vendorSeverity: urgency === undefined ? null : wordOf(urgency),
        ...says,
      })
    }
  }
}

/** Names of source packages, CVEs, and the temporary ids before them (`TEMP-0000000-ABCDEF`). */
const isName = (text: string): boolean => text.length <= 128 && /^[A-Za-z0-9][A-Za-z0-9+.-]*$/.test(text)

const noVersion: Advisory['ranges'] = []
const everyVersion: Advisory['ranges'] = [{ introduced: null, fixed: null, lastAffected: null }]

/** Null: undetermined. `rangesBefore` is `before`. */
function statusOf(
  { status, fixed_version: fixed, urgency, nodsa, nodsa_reason: reason }: TrackerRelease,
  rangesBefore: typeof before,
): Pick<Advisory, 'status' | 'ranges' | 'fix'> | null {
  if (status === 'undetermined') return null
  if (fixed === '0') return { status: 'not-affected', ranges: noVersion, fix: 'available' }
  if (status === 'resolved' && fixed !== undefined) return { status: 'affected', ranges: rangesBefore(fixed), fix: 'available' }
  return { status: 'affected', ranges: everyVersion, fix: openFix(urgency, nodsa, reason) }
}

/** `no-dsa` without a reason and `postponed` wait for a point release or the next advisory; `ignored` will not be fixed in that release. */
function openFix(urgency: string | undefined, nodsa: string | undefined, reason: string | null | undefined): FixKind {
  if (urgency === 'end-of-life') return 'end-of-life'
  if (reason === 'ignored') return 'will-not-fix'
  return nodsa !== undefined || (reason ?? '') !== '' ? 'deferred' : 'none-yet'
}
