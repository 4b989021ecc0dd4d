/** Where apk installs from: `/etc/apk/repositories` (apk-repositories(5)). */
import { linesOf } from '../databases/deb822.ts'
import { firstSentences, plainWord } from '../databases/fields.ts'
import type { PackageRepository } from '../../../domain/package/inventory.ts'
import type { ReadRepositories } from './apt-sources.ts'

/** One repository a line, `@pin` before those that only packages with that pin come from. Local folders are repositories too. */
export function readApkRepositories(path: string, text: string): ReadRepositories {
  const repositories: PackageRepository[] = []
  const unseen: string[] = []
  let number = 0
  for (const line of linesOf(text)) {
    number += 1
    const entry = line.trim()
    if (entry === '' || entry.startsWith('#') || repositories.length >= 1_000) continue
    const found = /^(?:@(\S+)\s+)?(\S+)$/.exec(entry)
    const uri = plainWord(found?.[2])
    if (uri === null || !/^(?:[a-z][a-z0-9+.-]*:|\/)/i.test(uri)) unseen.push(`${path}, line ${number}: this is no repository of apk's`)
    else repositories.push({ type: 'apk', uri, pin: plainWord(found?.[1]) })
  }
  return { repositories, unseen: firstSentences(path, unseen) }
}
