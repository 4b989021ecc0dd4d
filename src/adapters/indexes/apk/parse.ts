/** What an `APKINDEX.tar.gz` says, https://wiki.alpinelinux.org/wiki/Apk_spec. */
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { extract } from 'tar-stream'
import { Fault, isFault } from '../../../domain/fault.ts'
import type { InstallableVersion } from '../../../ports/package-indexes.ts'
import { eachLine, valueOf } from '../lines.ts'
import { type Offers, offer } from '../offers.ts'
import { plainBytes } from '../plain-bytes.ts'

/** Reads the member `APKINDEX` of the archive. Raises `invalid` where there is none, where the archive is damaged, and past the bounds. */
export async function parseIndexArchive(bytes: Uint8Array): Promise<Offers> {
  const archive = extract()
  const unpacked = pipeline(Readable.from(plainBytes(bytes, 'gzip'), { objectMode: false }), archive)
  // It is awaited below; an error in between must not count as unhandled.
  unpacked.catch(() => undefined)
  let offers: Offers | null = null
  try {
    for await (const entry of archive) {
      if (entry.header.name === 'APKINDEX' && offers === null) offers = await parseIndex(entry as unknown as AsyncIterable<Uint8Array>)
      else entry.resume()
    }
    await unpacked
  } catch (error) {
    if (isFault(error)) throw error
    throw new Fault('invalid', `its APKINDEX.tar.gz is damaged (${error instanceof Error ? error.message : 'unknown error'})`, { cause: error })
  }
  if (offers === null) throw new Fault('invalid', 'its APKINDEX.tar.gz has no APKINDEX in it')
  return offers
}

const labels = { name: Buffer.from('P:'), version: Buffer.from('V:'), origin: Buffer.from('o:') }

/** Reads an `APKINDEX`: one letter, a colon and a value a line, an empty line after each package. Packages without name or version are passed over. */
export async function parseIndex(chunks: AsyncIterable<Uint8Array>): Promise<Offers> {
  const offers = new Map<string, InstallableVersion>()
  let name: string | null = null
  let version: string | null = null
  let origin: string | null = null
  const end = (): void => {
    if (name !== null && version !== null) offer(offers, 'apk', { name, version, sourceName: origin ?? name, sourceVersion: version })
    name = version = origin = null
  }
  await eachLine(chunks, (line) => {
    if (line.length === 0) return end()
    name = valueOf(line, labels.name) ?? name
    version = valueOf(line, labels.version) ?? version
    origin = valueOf(line, labels.origin) ?? origin
  })
  end()
  return offers
}
