/** Reads the security tracker's lists of advisories, `data/DSA/list` and `data/DLA/list`: a line with day and id, a line with CVEs, a line per release and package. */
import type { FeedItem } from '../../../domain/advisory/advisory.ts'
import { releaseOfCodename } from '../../../domain/package/distro.ts'
import { Fault } from '../../../domain/fault.ts'
import type { FeedFile } from '../../../ports/feeds.ts'
import { plainText } from '../decompress.ts'
import type { FeedContext } from '../feed.ts'
import { advisory, before, cveIds } from '../record.ts'

const months = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec']
const heading = /^\[(\d\d) ([A-Z][a-z]{2}) (\d{4})\] ((?:DSA|DLA)-\d+(?:-\d+)?)(?: (.*))?$/
const fixedPackage = /^\s+\[([a-z]+)\] - (\S+) (\S+)$/
const isVersion = (text: string): boolean => /^[0-9A-Za-z][0-9A-Za-z.+:~-]*$/.test(text)

type Heading = { readonly record: string; readonly published: string; readonly isRegression: boolean }

/**
 * An advisory per release and package, with the version that fixes. One without CVEs is a vulnerability under its own id, unless it repairs an earlier
 * update. Raises `invalid` where the list has no advisory in it, and where it is cut off inside a line; a heading that cannot be read is a problem.
 */
export async function* parseAdvisoryList(file: FeedFile, { distros }: FeedContext): AsyncIterable<FeedItem> {
  const lines = (await plainText(file, 64_000_000)).split('\n')
  let at: Heading | null = null
  let vulnerabilities: readonly string[] = []
  let headings = 0
  for (const [index, line] of lines.entries()) {
    const where = `${file.path}:${index + 1}`
    if (/^\S/.test(line)) {
      at = headingOf(line)
      vulnerabilities = []
      if (at !== null) headings += 1
      else if (headings === 0) throw new Fault('invalid', `${file.path} is not a list of Debian security advisories`)
      else yield { kind: 'problem', where, message: 'is no heading of an advisory' }
      continue
    }
    if (at === null) continue
    if (/^\s+\{[^}]*\}\s*$/.test(line)) vulnerabilities = cveIds([line])
    const [, codename = '', packageName = '', fixed = ''] = fixedPackage.exec(line) ?? []
    const release = codename === '' ? null : releaseOfCodename(distros, 'debian', codename)
    // The last line may be cut off: without its line feed it counts as such.
    if (release === null || !isVersion(fixed) || index === lines.length - 1) continue
    if (vulnerabilities.length === 0 && at.isRegression) continue
    const { record, published } = at
    yield advisory({
      feed: 'debian-tracker',
      record,
      vulnerabilities: vulnerabilities.length === 0 ? [record] : vulnerabilities,
      release,
      packageName,
      packageKind: 'source',
      ranges: before(fixed),
      published,
    })
  }
  if (headings === 0) throw new Fault('invalid', `${file.path} is not a list of Debian security advisories`)
  if (lines.at(-1) !== '') throw new Fault('invalid', `${file.path} is cut off: its last line does not end`)
}

function headingOf(line: string): Heading | null {
  const [, day, month = '', year, record, title = ''] = heading.exec(line.trimEnd()) ?? []
  const number = months.indexOf(month) + 1
  if (record === undefined || number === 0) return null
  return { record, published: `${year}-${String(number).padStart(2, '0')}-${day}T00:00:00Z`, isRegression: /\bregression\b/.test(title) }
}
