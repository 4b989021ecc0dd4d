/** Where dnf, yum, tdnf and zypper install from: the sections of `*.repo` files (dnf.conf(5), "REPO OPTIONS"). */
import { linesOf } from '../databases/deb822.ts'
import { firstSentences, plainWord } from '../databases/fields.ts'
import type { PackageRepository } from '../../../domain/package/inventory.ts'
import type { ReadRepositories } from './apt-sources.ts'

/** One repository a section; `[main]` is configuration. A value goes on in the lines below that begin with a space. */
export function readRpmRepositories(path: string, text: string): ReadRepositories {
  const repositories: PackageRepository[] = []
  const unseen: string[] = []
  let section: { readonly id: string; readonly options: Map<string, string> } | null = null
  let option: string | null = null
  const close = (): void => {
    if (section !== null && section.id !== 'main' && repositories.length < 1_000) repositories.push(repositoryOf(section.id, section.options))
  }
  let number = 0
  for (const line of linesOf(text)) {
    number += 1
    if (line.trim() === '' || /^\s*[#;]/.test(line)) continue
    const head = /^\[([^\]]*)\]\s*(?:[#;].*)?$/.exec(line)
    const pair = /^([A-Za-z_][\w.-]*)\s*[=:]\s*(.*)$/.exec(line)
    if (head !== null) {
      close()
      const id = plainWord(head[1])
      section = id === null ? null : { id, options: new Map() }
      option = null
      if (id === null) unseen.push(`${path}, line ${number}: a section without a readable name`)
    } else if (section === null) unseen.push(`${path}, line ${number}: this stands in no readable section`)
    else if (/^\s/.test(line) && option !== null) section.options.set(option, `${section.options.get(option) ?? ''} ${line.trim()}`)
    else if (pair !== null) {
      option = (pair[1] ?? '').toLowerCase()
      section.options.set(option, (pair[2] ?? '').trim())
    } else unseen.push(`${path}, line ${number}: this is neither section nor option`)
  }
  close()
  return { repositories, unseen: firstSentences(path, unseen) }
}

function repositoryOf(id: string, options: ReadonlyMap<string, string>): PackageRepository {
  const urls = (options.get('baseurl') ?? '').split(/[\s,]+/).flatMap((url) => plainWord(url) ?? [])
  return {
    type: 'rpm',
    id,
    baseUrls: urls.slice(0, 100),
    mirrorList: plainWord(options.get('mirrorlist')) ?? plainWord(options.get('metalink')),
    isEnabled: !/^(0|no|false|off)$/i.test(options.get('enabled') ?? '1'),
  }
}
