/** The security database form of Alpine (https://secdb.alpinelinux.org/), which Wolfi and Chainguard share: package, version, the vulnerabilities that it fixed. */
import { parse as parseYaml } from 'yaml'
import { z } from 'zod'
import type { FeedItem } from '../../domain/advisory/advisory.ts'
import { Fault } from '../../domain/fault.ts'
import type { FeedFile } from '../../ports/feeds.ts'
import { plainText } from './decompress.ts'
import { advisory, before, cveIds } from './record.ts'

/** The largest, Chainguard's, has some 20 MB. YAML, which nobody publishes any more, costs more to read. */
const most = { json: 200_000_000, yaml: 8_000_000 }

/** An empty list was written as `{}` or null once. */
const none = z.union([z.strictObject({}), z.null()]).transform((): readonly unknown[] => [])

/** The document; packages are read one by one. */
export const secdbDocument = z.object({ distroversion: z.string().max(64).optional(), packages: z.union([z.array(z.unknown()), none]) })
/** One of its packages: version → vulnerabilities; `"0"`: never affected. */
export const secdbPackage = z.object({ pkg: z.object({ name: z.string().min(1).max(256), secfixes: z.record(z.string(), z.unknown()).nullish() }) })

export type SecdbContext = {
  /** The feed's name. */
  readonly feed: string
  /** The release that a `distroversion` means (null: the file names none), or null where no advisories are wanted. */
  readonly releaseOf: (distroVersion: string | null) => string | null
}

/** What a secdb file says, JSON or (`.yaml`, `.yml`) YAML. Raises `invalid` where it is cut off or none; single bad packages are problems. */
export async function* parseSecdb(file: FeedFile, { feed, releaseOf }: SecdbContext): AsyncIterable<FeedItem> {
  const read = secdbDocument.safeParse(await documentOf(file))
  if (!read.success) throw new Fault('invalid', `${file.path} is not a secdb: it has no list of packages`)
  const release = releaseOf(read.data.distroversion ?? null)
  if (release === null) return
  for (const [index, told] of read.data.packages.entries()) {
    const where = `${file.path}: package ${index + 1}`
    const parsed = secdbPackage.safeParse(told)
    if (!parsed.success) {
      yield { kind: 'problem', where, message: 'is no package of a secdb' }
      continue
    }
    const { name, secfixes } = parsed.data.pkg
    const fixes = Object.entries(secfixes ?? {})
    const fixedAnywhere = new Set(fixes.flatMap(([version, ids]) => (version === '0' ? [] : vulnerabilitiesOf(ids))))
    for (const [version, ids] of fixes) {
      if (!/^[0-9][0-9A-Za-z._~-]{0,127}$/.test(version)) {
        yield { kind: 'problem', where: `${where} (${name})`, message: 'names a version that is none' }
        continue
      }
      for (const id of vulnerabilitiesOf(ids)) {
        // A package that was fixed once was affected once, whatever stands under "0".
        if (version === '0' && fixedAnywhere.has(id)) continue
        const says = version === '0' ? { status: 'not-affected' as const } : { ranges: before(version) }
        yield advisory({ feed, record: id, vulnerabilities: [id], release, packageName: name, packageKind: 'source', ...says })
      }
    }
  }
}

async function documentOf(file: FeedFile): Promise<unknown> {
  const isYaml = /\.ya?ml$/.test(file.path)
  const text = await plainText(file, isYaml ? most.yaml : most.json)
  // YAML that is cut off may still be YAML; its last line must be whole at least.
  if (isYaml && !text.endsWith('\n')) throw new Fault('invalid', `${file.path} is cut off: its last line does not end`)
  try {
    return isYaml ? (parseYaml(text, { maxAliasCount: 0, logLevel: 'error' }) as unknown) : (JSON.parse(text) as unknown)
  } catch (cause) {
    throw new Fault('invalid', `${file.path} is cut off, or is no ${isYaml ? 'YAML' : 'JSON'}`, { cause })
  }
}

/**
 * The vulnerabilities in a version's list. A text may name one in several ways (`CVE-2019-1 GHSA-… XSA-300`): its CVEs count, else its first name. Wolfi lists
 * the GitHub ids of the same vulnerabilities one by one behind the CVEs: where there are no more of them than CVEs, they say nothing new.
 */
function vulnerabilitiesOf(ids: unknown): readonly string[] {
  if (!Array.isArray(ids)) return []
  const named = ids.flatMap((text: unknown) => {
    if (typeof text !== 'string' || text.length > 1_000) return []
    const cves = cveIds([text.replaceAll('CVE_', 'CVE-')])
    const first = text.trim().split(/\s+/, 1)[0] ?? ''
    return cves.length > 0 ? cves : /^[A-Za-z]+-[\w.:-]+$/.test(first) ? [first] : []
  })
  const cves = named.filter((id) => id.startsWith('CVE-'))
  const github = named.filter((id) => id.startsWith('GHSA-'))
  return [...new Set(github.length > cves.length ? named : named.filter((id) => !id.startsWith('GHSA-')))]
}
