/** What rpm's `repodata` says (the schemas of createrepo_c: http://linux.duke.edu/metadata/repo and …/common). */
import { SaxesParser, type SaxesTagPlain } from 'saxes'
import { Fault, isFault } from '../../../domain/fault.ts'
import type { InstallableVersion } from '../../../ports/package-indexes.ts'
import { type Offers, offer } from '../offers.ts'

/** Where the list of packages is. */
export type Primary = {
  /** From the repository's root. */
  readonly path: string
  readonly algorithm: 'sha256' | 'sha384' | 'sha512'
  /** Of the file as it is published, hex. */
  readonly checksum: string
}

const algorithms = ['sha256', 'sha384', 'sha512'] as const

/** Reads a `repomd.xml`. Raises `invalid` where it names no primary.xml with a checksum that counts. */
export function parseRepomd(text: string): Primary {
  let isPrimary = false
  let path = ''
  let checksum = ''
  let algorithm: Primary['algorithm'] | null = null
  const reader = createReader('repomd.xml', {
    open({ name, attributes }, depth) {
      if (name === 'data' && depth === 2) isPrimary = attributes['type'] === 'primary'
      if (!isPrimary || depth !== 3) return
      if (name === 'location') path = attributes['href'] ?? ''
      if (name === 'checksum') algorithm = algorithms.find((known) => known === attributes['type']) ?? null
    },
    close(name, depth, inner) {
      if (isPrimary && depth === 3 && name === 'checksum') checksum = inner.trim().toLowerCase()
    },
  })
  reader.write(text)
  reader.end()
  if (path === '' || algorithm === null || !/^[0-9a-f]{64,128}$/.test(checksum)) {
    throw new Fault('invalid', 'its repomd.xml names no primary.xml with a SHA-2 checksum')
  }
  return { path, algorithm, checksum }
}

/**
 * Reads a `primary.xml`: what it offers for `arch` and for all architectures. Packages of modules (`.module` in their release) are left out: which stream
 * an image would install is not told here. Raises `invalid` where it is cut off or no XML, and past the bounds.
 */
export async function parsePrimary(chunks: AsyncIterable<Uint8Array>, arch: string): Promise<Offers> {
  const offers = new Map<string, InstallableVersion>()
  let fields: Partial<Record<string, string>> = {}
  let version = ''
  const reader = createReader('primary.xml', {
    open({ name, attributes }, depth) {
      if (name === 'version' && depth === 3) version = evr(attributes)
    },
    close(name, depth, inner) {
      if ((depth === 3 && (name === 'name' || name === 'arch')) || (depth === 4 && name === 'rpm:sourcerpm')) fields[name] = inner.trim()
      if (depth !== 2 || name !== 'package') return
      const found = { name: fields['name'] ?? '', arch: fields['arch'] ?? '', source: fields['rpm:sourcerpm'] ?? '' }
      const isInstallable = (found.arch === arch || found.arch === 'noarch') && !version.includes('.module')
      if (found.name !== '' && version !== '' && isInstallable)
        offer(offers, 'rpm', ownStrings({ name: found.name, version, ...sourceIn(found.source, found.name, version) }))
      fields = {}
      version = ''
    },
  })
  const decoder = new TextDecoder()
  for await (const chunk of chunks) reader.write(decoder.decode(chunk, { stream: true }))
  reader.end()
  return offers
}

/** `[epoch:]version-release`; the epoch 0 is not written, as in `rpm -q`. */
function evr({ epoch, ver, rel }: Readonly<Record<string, string>>): string {
  if (ver === undefined || rel === undefined) return ''
  return `${epoch === undefined || epoch === '0' ? '' : `${epoch}:`}${ver}-${rel}`
}

/** From the source rpm's file name, which holds no epoch: it is the binary's own where the rest is. */
function sourceIn(file: string, name: string, version: string): { readonly sourceName: string; readonly sourceVersion: string } {
  const [, sourceName, sourceVersion] = /^(.+)-([^-]+-[^-]+)\.(?:no)?src\.rpm$/.exec(file) ?? []
  if (sourceName === undefined || sourceVersion === undefined) return { sourceName: name, sourceVersion: version }
  return { sourceName, sourceVersion: version.endsWith(`:${sourceVersion}`) ? version : sourceVersion }
}

/** Pieces of a long text keep all of it in memory: these are copies. */
function ownStrings({ name, version, sourceName, sourceVersion }: InstallableVersion): InstallableVersion {
  const own = (text: string): string => Buffer.from(text).toString()
  return { name: own(name), version: own(version), sourceName: own(sourceName), sourceVersion: own(sourceVersion) }
}

type Handlers = {
  /** `depth` is 1 for the root. */
  readonly open: (tag: SaxesTagPlain, depth: number) => void
  /** `inner`: the text that stands right before the end tag. */
  readonly close: (name: string, depth: number, inner: string) => void
}

const deepest = 32
/** Characters without a tag; descriptions have some thousands. */
const mostBetweenTags = 4_000_000

/** An XML reader within bounds; its errors are faults about `file`. Entities of a document type are not expanded. */
function createReader(file: string, { open, close }: Handlers): { write(text: string): void; end(): void } {
  const parser = new SaxesParser()
  let depth = 0
  let inner = ''
  let sinceTag = 0
  parser.on('opentag', (tag) => {
    depth += 1
    if (depth > deepest) throw new Fault('invalid', `its ${file} is nested more than ${deepest} deep`)
    sinceTag = 0
    inner = ''
    open(tag, depth)
  })
  parser.on('text', (text) => {
    inner = text
  })
  parser.on('closetag', ({ name }) => {
    close(name, depth, inner)
    depth -= 1
    sinceTag = 0
    inner = ''
  })
  const guarded = (work: () => void): void => {
    try {
      work()
    } catch (error) {
      if (isFault(error)) throw error
      throw new Fault('invalid', `its ${file} is cut off or no XML (${error instanceof Error ? error.message : 'unknown error'})`, { cause: error })
    }
  }
  return {
    write(text) {
      sinceTag += text.length
      if (sinceTag > mostBetweenTags) throw new Fault('invalid', `its ${file} has a text of more than ${mostBetweenTags} characters`)
      guarded(() => parser.write(text))
    },
    end: () => guarded(() => parser.close()),
  }
}
