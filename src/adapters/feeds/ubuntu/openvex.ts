/** Ubuntu's OpenVEX documents (https://ubuntu.com/security/vex): statements about source packages by purl, one document for each CVE or notice. */
import type { FeedItem } from '../../../domain/advisory/advisory.ts'
import { releaseOfCodename } from '../../../domain/package/distro.ts'
import { Fault } from '../../../domain/fault.ts'
import type { FeedFile } from '../../../ports/feeds.ts'
import { plainText } from '../decompress.ts'
import type { FeedContext } from '../feed.ts'
import { advisory, cveIds, utcTime } from '../record.ts'
import { type ChannelState, channelOf, fixOfWords, statementOf } from './channels.ts'
import { openVexSchema } from './schema.ts'

type Told = {
  readonly record: string
  readonly vulnerabilities: readonly string[]
  readonly codename: string
  readonly packageName: string
  published: string | null
  readonly states: (ChannelState & { readonly isPro: boolean })[]
}

/** What the document says. Binary packages are passed over: their sources are listed beside them. Raises `invalid` where it is no JSON or no OpenVEX. */
export async function* openVexItems(file: FeedFile, { distros }: FeedContext): AsyncIterable<FeedItem> {
  const told = new Map<string, Told>()
  for (const { vulnerability, timestamp, status, action_statement, products } of await statementsOf(file)) {
    if (status === 'under_investigation') continue
    for (const { '@id': purl } of products) {
      const source = sourceOf(purl)
      const channel = source === null ? null : channelOf(source.distro)
      if (source === null || channel === null) continue
      const key = `${vulnerability.name}\n${channel.codename}\n${source.name}`
      const cves = cveIds([vulnerability.name, ...(vulnerability.aliases ?? []).filter((alias) => !alias.includes('/'))])
      const one = told.get(key) ?? {
        record: vulnerability.name,
        vulnerabilities: cves.length > 0 ? cves : [vulnerability.name],
        codename: channel.codename,
        packageName: source.name,
        published: utcTime(timestamp),
        states: [],
      }
      told.set(key, one)
      // In a CVE's document it is the archive's newest version on the day the document was made; only a notice's is the one that brought the fix.
      const isNotice = vulnerability.name.startsWith('USN-')
      if (status === 'fixed') one.states.push({ kind: 'fixed', version: isNotice ? source.version : null, isPro: channel.isPro })
      else if (status === 'not_affected') one.states.push({ kind: 'not-affected', isPro: channel.isPro })
      else one.states.push({ kind: 'affected', fix: fixOfWords(action_statement ?? ''), isPro: channel.isPro })
    }
  }
  for (const { record, vulnerabilities, codename, packageName, published, states } of told.values()) {
    const release = releaseOfCodename(distros, 'ubuntu', codename)
    const statement = statementOf(states)
    if (release === null) yield { kind: 'problem', where: `${file.path}, ${packageName}`, message: `no release is called ${codename}` }
    else if (statement !== null)
      yield advisory({ feed: 'ubuntu', record, vulnerabilities, release, packageName, packageKind: 'source', published, ...statement })
  }
}

/** Of `pkg:deb/ubuntu/curl@7.81.0-1ubuntu1.24?arch=source&distro=jammy`; null for anything else. */
function sourceOf(purl: string): { readonly name: string; readonly version: string; readonly distro: string } | null {
  const [, name, version, query] = /^pkg:deb\/ubuntu\/([^@?#]+)@([^?#]+)\?([^#]*)/.exec(purl) ?? []
  const qualifiers = new URLSearchParams((query ?? '').replaceAll('+', '%2B'))
  const distro = qualifiers.get('distro')
  if (name === undefined || version === undefined || distro === null || qualifiers.get('arch') !== 'source') return null
  try {
    return { name: decodeURIComponent(name), version: decodeURIComponent(version), distro }
  } catch {
    return null
  }
}

async function statementsOf(file: FeedFile) {
  const text = await plainText(file, 64_000_000)
  try {
    return openVexSchema.parse(JSON.parse(text)).statements
  } catch (cause) {
    throw new Fault('invalid', `${file.path} is not an OpenVEX document`, { cause })
  }
}
