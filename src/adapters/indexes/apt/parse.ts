/** What APT's index files say, https://wiki.debian.org/DebianRepository/Format. */
import { Fault } from '../../../domain/fault.ts'
import type { InstallableVersion } from '../../../ports/package-indexes.ts'
import { eachLine, valueOf } from '../lines.ts'
import { type Offers, offer } from '../offers.ts'

/** A file as the release file lists it; `sha256` in lower-case hex, `size` in bytes. */
export type ReleaseFile = { readonly sha256: string; readonly size: number }

/** A release file, as far as it is used. */
export type Release = {
  readonly validUntil: Date | null
  /** Files can be had under the name of their hash, also while the archive changes. */
  readonly isByHash: boolean
  /** False where apt takes packages from it only on request (`NotAutomatic`). */
  readonly isAutomatic: boolean
  /** Packages for all architectures are only in an index of their own. */
  readonly hasAllApart: boolean
  /** The `Packages` files by their path from the release file. */
  readonly files: ReadonlyMap<string, ReleaseFile>
}

/** Reads an `InRelease` (the PGP armour is taken off, the signature is not checked) or a `Release`. Raises `invalid` where it is none. */
export function parseRelease(text: string): Release {
  const fields = new Map<string, string>()
  const files = new Map<string, ReleaseFile>()
  let field = ''
  for (const line of signedLines(text)) {
    const [, name, value] = /^([A-Za-z0-9-]+):[ \t]*(.*)$/.exec(line) ?? []
    if (name !== undefined && value !== undefined) {
      field = name.toLowerCase()
      fields.set(field, value.trim())
    } else if (field === 'sha256') {
      const [, sha256, size, path] = /^ ([0-9a-f]{64}) +(\d{1,15}) (\S+)$/.exec(line) ?? []
      if (sha256 !== undefined && path !== undefined && /(^|\/)Packages(\.[gx]z)?$/.test(path)) files.set(path, { sha256, size: Number(size) })
    }
  }
  if (!fields.has('sha256')) throw new Fault('invalid', 'its release file has no SHA-256 sums')
  return {
    validUntil: dateIn(fields.get('valid-until')),
    isByHash: fields.get('acquire-by-hash') === 'yes',
    isAutomatic: fields.get('notautomatic') !== 'yes',
    hasAllApart: words(fields.get('architectures')).includes('all') && !words(fields.get('no-support-for-architecture-all')).includes('Packages'),
    files,
  }
}

const words = (text: string | undefined): readonly string[] => (text ?? '').split(/\s+/)

/** The lines that are signed: what stands before, behind or between the armour is nobody's word. Lines escaped with `- ` are restored (RFC 9580 §7.2). */
function signedLines(text: string): readonly string[] {
  const lines = text.split(/\r?\n/)
  const start = lines.indexOf('-----BEGIN PGP SIGNED MESSAGE-----')
  if (start < 0) return lines
  const body = lines.indexOf('', start)
  const end = lines.indexOf('-----BEGIN PGP SIGNATURE-----', start)
  if (body < 0 || end < body) throw new Fault('invalid', 'its release file is cut off')
  return lines.slice(body + 1, end).map((line) => line.replace(/^- /, ''))
}

function dateIn(text: string | undefined): Date | null {
  if (text === undefined) return null
  const time = Date.parse(text)
  if (Number.isNaN(time)) throw new Fault('invalid', 'the Valid-Until of its release file is no date')
  return new Date(time)
}

const labels = { name: Buffer.from('Package:'), version: Buffer.from('Version:'), source: Buffer.from('Source:') }

/** Reads a `Packages` file: stanzas with an empty line after each. Stanzas without name or version are passed over. Raises `invalid` past the bounds. */
export async function parsePackages(chunks: AsyncIterable<Uint8Array>): Promise<Offers> {
  const offers = new Map<string, InstallableVersion>()
  let name: string | null = null
  let version: string | null = null
  let source: string | null = null
  const end = (): void => {
    if (name !== null && version !== null) offer(offers, 'deb', { name, version, ...sourceIn(source, name, version) })
    name = version = source = null
  }
  await eachLine(chunks, (line) => {
    if (line.length === 0) return end()
    name = valueOf(line, labels.name) ?? name
    version = valueOf(line, labels.version) ?? version
    source = valueOf(line, labels.source) ?? source
  })
  end()
  return offers
}

/** `Source: name (version)`, each left out where it is the binary's own. */
function sourceIn(source: string | null, name: string, version: string): { readonly sourceName: string; readonly sourceVersion: string } {
  const [, sourceName, sourceVersion] = /^(\S+)(?: \(([^()\s]+)\))?$/.exec(source ?? '') ?? []
  return { sourceName: sourceName ?? name, sourceVersion: sourceVersion ?? version }
}
