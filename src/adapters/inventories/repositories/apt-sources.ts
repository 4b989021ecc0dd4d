/** Where apt installs from: `sources.list` and `sources.list.d` in both forms (sources.list(5)). */
import type { PackageRepository } from '../../../domain/package/inventory.ts'
import { linesOf, paragraphs } from '../databases/deb822.ts'
import { firstSentences, plainWord } from '../databases/fields.ts'

/** The repositories of one file, and a sentence for each entry that could not be read. */
export type ReadRepositories = { readonly repositories: readonly PackageRepository[]; readonly unseen: readonly string[] }

/** Repositories of one file that are kept. */
const mostRepositories = 1_000

/** One-line form: `deb [options] uri suite components…`. Sources of source packages are passed over. */
export function readAptList(path: string, text: string): ReadRepositories {
  const repositories: PackageRepository[] = []
  const unseen: string[] = []
  let number = 0
  for (const line of linesOf(text)) {
    number += 1
    const entry = (line.split('#', 1)[0] ?? '').trim()
    if (entry === '' || /^deb-src\s/.test(entry) || repositories.length >= mostRepositories) continue
    const found = /^deb\s+(?:\[([^\]]*)\]\s*)?(\S.*)$/.exec(entry)
    const [uri, suite, ...components] = (found?.[2] ?? '').split(/\s+/).map(plainWord)
    if (!isRepository(uri, suite, components)) unseen.push(`${path}, line ${number}: this is no entry of apt's`)
    else repositories.push({ type: 'deb', uri: uri ?? '', suite: suite ?? '', components: words(components), architectures: architecturesOf(found?.[1] ?? '') })
  }
  return { repositories, unseen: firstSentences(path, unseen) }
}

/** deb822 form: `Types`, `URIs`, `Suites`, `Components`; one repository for each URI and suite. */
export function readAptSources(path: string, text: string): ReadRepositories {
  const repositories: PackageRepository[] = []
  const unseen: string[] = []
  for (const { line, fields, oddLine } of paragraphs(text)) {
    const listed = (name: string): (string | null)[] => (fields.get(name) ?? '').split(/\s+/).filter(Boolean).map(plainWord)
    if (/^(no|false|off|without|disable|0)$/i.test(fields.get('enabled') ?? '')) continue
    if (fields.size > 0 && !listed('types').includes('deb') && listed('types').length > 0) continue
    const components = listed('components')
    const pairs = listed('uris').flatMap((uri) => listed('suites').map((suite) => [uri, suite] as const))
    if (oddLine !== null || pairs.length === 0 || !listed('types').includes('deb') || !pairs.every(([uri, suite]) => isRepository(uri, suite, components))) {
      unseen.push(`${path}, line ${line}: this is no entry of apt's`)
      continue
    }
    for (const [uri, suite] of pairs.slice(0, mostRepositories - repositories.length))
      repositories.push({ type: 'deb', uri: uri ?? '', suite: suite ?? '', components: words(components), architectures: words(listed('architectures')) })
  }
  return { repositories, unseen: firstSentences(path, unseen) }
}

/** A suite that is a path (it ends with a slash) has no components; every other one has. */
function isRepository(uri: string | null | undefined, suite: string | null | undefined, components: readonly (string | null)[]): boolean {
  if (!uri || !suite || !/^[a-z][a-z0-9+.-]*:/i.test(uri) || components.includes(null)) return false
  return suite.endsWith('/') === (components.length === 0)
}

function architecturesOf(options: string): readonly string[] {
  const option = /(?:^|\s)arch=(\S+)/.exec(options)?.[1]
  return option === undefined ? [] : words(option.split(',').map(plainWord))
}

function words(values: readonly (string | null)[]): readonly string[] {
  return values.filter((value) => value !== null)
}
