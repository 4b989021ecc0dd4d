/** dpkg's database: `var/lib/dpkg/status`, and the single files of `status.d` that distroless images have (dpkg-query(1), deb-control(5)). */
import type { BarePackage } from '../layers/layer-content.ts'
import { type Paragraph, paragraphs } from './deb822.ts'
import { firstSentences, mostPackages, plainLine, plainWord } from './fields.ts'

/** States in which dpkg itself counts a package as installed; triggers that are yet to run change no file of the package's own. */
const installed = new Set(['installed', 'triggers-awaited', 'triggers-pending'])
/** States in which some of its files are there. */
const halfway = new Set(['half-installed', 'unpacked', 'half-configured'])

/**
 * The installed packages of one file; `part` is a file of `status.d`, whose paragraphs have no `Status`. What cannot be read, or is installed by half, stands in
 * `unseen` with its line, and the rest counts.
 */
export function readDpkgStatus(path: string, text: string, form: 'status' | 'part'): { packages: readonly BarePackage[]; unseen: readonly string[] } {
  const packages: BarePackage[] = []
  const unseen: string[] = []
  for (const paragraph of paragraphs(text)) {
    const read = readParagraph(paragraph, form)
    if (typeof read === 'string') unseen.push(`${path}, line ${paragraph.line}: ${read}`)
    else if (read !== null) {
      packages.push(read)
      if (paragraph.oddLine !== null) unseen.push(`${path}, line ${paragraph.oddLine}: a line of ${read.name} that is no field`)
    }
    if (packages.length > mostPackages) {
      unseen.push(`${path}: only the first ${mostPackages} packages were read`)
      break
    }
  }
  return { packages, unseen: firstSentences(path, unseen) }
}

/** The package, null where it is not installed, or what is wrong. */
function readParagraph({ fields }: Paragraph, form: 'status' | 'part'): BarePackage | string | null {
  const name = plainWord(fields.get('package'))
  if (name === null) return 'an entry without a readable package name'
  const status = fields.get('status')
  if (status === undefined && form === 'status') return `${name} has no status`
  const state = status === undefined ? 'installed' : (status.split(/\s+/)[2] ?? '')
  if (halfway.has(state)) return `${name} is ${state}: some of its files may be there`
  if (!installed.has(state)) return /^(not-installed|config-files)$/.test(state) ? null : `${name} has a status that dpkg does not know`
  const version = plainWord(fields.get('version'))
  if (version === null) return `${name} has no readable version`
  const source = /^(\S+)(?:\s+\((\S+)\))?$/.exec(fields.get('source') ?? '')
  return {
    type: 'deb',
    name,
    version,
    arch: plainWord(fields.get('architecture')),
    sourceName: plainWord(source?.[1]) ?? name,
    sourceVersion: plainWord(source?.[2]) ?? version,
    module: null,
    vendor: plainLine(fields.get('origin')),
  }
}
