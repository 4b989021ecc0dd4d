/** Advisories in memory, as a store for one command: what `match --feed DIR` reads. */
import type { Advisory, FeedItem } from '../../domain/advisory/advisory.ts'
import type { AdvisoryStore, ExploitNote } from '../../ports/advisory-store.ts'

/** The reading half of the store, and what could not be read on the way, a sentence each. */
export type AdvisoryIndex = Pick<AdvisoryStore, 'about' | 'notes'> & { readonly problems: readonly string[] }

/** Reads `items` to their end. An advisory that comes twice counts once; records that are `gone` are left out. Faults are those of `items`. */
export async function collectAdvisories(items: AsyncIterable<FeedItem>): Promise<AdvisoryIndex> {
  const byPackage = new Map<string, Advisory[]>()
  const noted = new Map<string, ExploitNote>()
  const problems: string[] = []
  const gone = new Set<string>()
  const note = (vulnerability: string, more: Partial<ExploitNote>): void => {
    noted.set(vulnerability, { ...(noted.get(vulnerability) ?? { kev: false, epss: null }), ...more })
  }
  for await (const item of items) {
    if (item.kind === 'advisory') {
      const key = keyOf(item.advisory.release, item.advisory.packageName)
      const others = byPackage.get(key)
      if (others === undefined) byPackage.set(key, [item.advisory])
      else others.push(item.advisory)
    } else if (item.kind === 'exploited') note(item.vulnerability, { kev: true })
    else if (item.kind === 'likelihood') note(item.vulnerability, { epss: item.epss })
    else if (item.kind === 'gone') gone.add(item.record)
    else problems.push(`${item.where}: ${item.message}`)
  }
  return {
    problems,
    about: (release, packageNames) =>
      Promise.resolve(
        [...new Set(packageNames)].flatMap((name) => distinct(byPackage.get(keyOf(release, name)) ?? [])).filter(({ record }) => !gone.has(record)),
      ),
    notes: (vulnerabilities) =>
      Promise.resolve(
        new Map(
          vulnerabilities.flatMap((vulnerability) => {
            const known = noted.get(vulnerability)
            return known === undefined ? [] : [[vulnerability, known] as const]
          }),
        ),
      ),
  }
}

/** Neither a release key nor a package name has a line feed in it that matters: both are whole parts of the key. */
const keyOf = (release: string, packageName: string): string => `${release}\n${packageName}`

const distinct = (advisories: readonly Advisory[]): Advisory[] => [...new Map(advisories.map((advisory) => [JSON.stringify(advisory), advisory])).values()]
