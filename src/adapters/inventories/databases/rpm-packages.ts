/** Packages from the headers of an rpm database. */
import type { RpmHeader, RpmRead } from '../../../domain/package/rpm-database.ts'
import type { BarePackage } from '../layers/layer-content.ts'
import { firstSentences, plainLine, plainWord } from './fields.ts'

/** The packages of the database at `path`, keys (`gpg-pubkey`) left out; what could not be read stands in `unseen`. */
export function rpmPackages(path: string, read: RpmRead): { packages: readonly BarePackage[]; unseen: readonly string[] } {
  const unseen = read.unseen.map((sentence) => `${path}: ${sentence}`)
  const packages: BarePackage[] = []
  for (const header of read.packages) {
    if (header.name === 'gpg-pubkey') continue
    const found = rpmPackage(header)
    if (found === null) unseen.push(`${path}: a package whose name or version cannot be read (${plainWord(header.name) ?? 'no name'})`)
    else packages.push(found)
  }
  return { packages, unseen: firstSentences(path, unseen) }
}

/** https://rpm-software-management.github.io/rpm/manual/tags.html */
function rpmPackage(header: RpmHeader): BarePackage | null {
  const name = plainWord(header.name)
  const bare = plainWord(`${header.version}-${header.release}`)
  if (name === null || header.version === '' || header.release === '' || bare === null) return null
  const withEpoch = (version: string): string => (header.epoch === null ? version : `${header.epoch}:${version}`)
  const source = /^(.+)-([^-]+-[^-]+)\.(?:no)?src\.rpm$/.exec(plainWord(header.sourceRpm) ?? '')
  const sourceVersion = source?.[2] ?? bare
  return {
    type: 'rpm',
    name,
    version: withEpoch(bare),
    arch: plainWord(header.arch),
    sourceName: source?.[1] ?? name,
    // A source rpm's file name holds no epoch; a subpackage with a version of its own may have another one than its source.
    sourceVersion: sourceVersion === bare ? withEpoch(bare) : sourceVersion,
    module: /^[^:\s]+:[^:\s]+/.exec(plainWord(header.modularityLabel) ?? '')?.[0] ?? null,
    vendor: plainLine(header.vendor),
  }
}
