/** apk's database, `lib/apk/db/installed`: `X:value` lines, a blank line after each package (https://wiki.alpinelinux.org/wiki/Apk_spec#Installed_Database_V2). */
import type { BarePackage } from '../layers/layer-content.ts'
import { linesOf } from './deb822.ts'
import { firstSentences, mostPackages, plainWord } from './fields.ts'

/** The installed packages; an entry that cannot be read stands in `unseen` with its line, and the rest counts. */
export function readApkInstalled(path: string, text: string): { packages: readonly BarePackage[]; unseen: readonly string[] } {
  const packages: BarePackage[] = []
  const unseen: string[] = []
  let fields = new Map<string, string>()
  let start = 0
  let oddLine: number | null = null
  let number = 0
  const close = (): void => {
    if (start === 0) return
    const read = readEntry(fields)
    if (typeof read === 'string') unseen.push(`${path}, line ${start}: ${read}`)
    else {
      packages.push(read)
      if (oddLine !== null) unseen.push(`${path}, line ${oddLine}: a line of ${read.name} that is no field`)
    }
    fields = new Map()
    start = 0
    oddLine = null
  }
  for (const line of linesOf(text)) {
    number += 1
    if (line === '') {
      close()
      if (packages.length < mostPackages) continue
      unseen.push(`${path}: only the first ${mostPackages} packages were read`)
      break
    }
    if (start === 0) start = number
    // Lines of files and folders (F, R, Z, a, M) outnumber the others and say nothing here.
    if (line[1] !== ':') oddLine ??= number
    else if ('PVAo'.includes(line[0] ?? ' ')) fields.set(line[0] ?? '', line.slice(2))
  }
  close()
  return { packages, unseen: firstSentences(path, unseen) }
}

function readEntry(fields: ReadonlyMap<string, string>): BarePackage | string {
  const name = plainWord(fields.get('P'))
  if (name === null) return 'an entry without a readable package name'
  const version = plainWord(fields.get('V'))
  if (version === null) return `${name} has no readable version`
  const origin = plainWord(fields.get('o')) ?? name
  return { type: 'apk', name, version, arch: plainWord(fields.get('A')), sourceName: origin, sourceVersion: version, module: null, vendor: null }
}
