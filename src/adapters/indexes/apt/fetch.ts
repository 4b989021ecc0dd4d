/**
 * Which files of an APT archive are read: `InRelease` (or `Release`), then each component's `Packages`, by hash where the archive offers that, and only
 * with the size and SHA-256 that the release file gives. The PGP signature is not checked, for the image's keys are not ours to trust: what vouches for
 * the release file is HTTPS to a host of the distribution.
 */
import { Fault, isFault } from '../../../domain/fault.ts'
import type { PackageRepository } from '../../../domain/package/inventory.ts'
import { sha256Hex } from '../../../lib/hash.ts'
import type { Download } from '../download.ts'
import type { Format, FormatPorts } from '../format.ts'
import { below } from '../hosts.ts'
import type { Kept, Reading } from '../memory.ts'
import type { Offers } from '../offers.ts'
import { packingOf, plainBytes } from '../plain-bytes.ts'
import { parsePackages, parseRelease, type Release, type ReleaseFile } from './parse.ts'

type Deb = Extract<PackageRepository, { type: 'deb' }>

/** Debian's own has 150 KB, Ubuntu's 260 KB. */
const mostReleaseBytes = 16_000_000
const mostPackagesBytes = 64_000_000

/** `Format.fetch` of APT. */
export function createFetch({ offers, heads, now }: FormatPorts): Format<Deb>['fetch'] {
  const releases = heads<Release>()
  return async (download, root, { suite, components }, { arch }) => {
    const at = releaseFolder(root, suite)
    if (at === null) throw new Fault('invalid', 'its suite is no path')
    const release = (await releases.get(at.href, (known) => readRelease(download, at, known))).value
    if (release.validUntil !== null && release.validUntil < now()) {
      throw new Fault('invalid', `its release file was valid until ${release.validUntil.toISOString()} only`, { host: at.host })
    }
    // Backports and experimental: apt takes nothing from there unless it is told to, package by package.
    if (!release.isAutomatic) return []
    const found: Kept<Offers>[] = []
    for (const path of suite.endsWith('/') ? ['Packages'] : packagesPaths(release, components, arch)) {
      const [name, file] = smallestWork(release, path)
      // Content has the name of its hash: what was read once holds for ever.
      const key = `sha256:${file.sha256}`
      found.push(await offers.get(key, async (known) => (known === null ? readPackages(download, at, release, name, file) : null)))
    }
    return found
  }
}

/** Under `dists/`, but for a flat repository, whose suite is a path that ends with `/`. */
function releaseFolder(root: URL, suite: string): URL | null {
  if (!suite.endsWith('/')) return below(root, `dists/${suite}`)
  const steps = suite.split('/').filter((step) => step !== '' && step !== '.')
  return below(root, steps.join('/'))
}

async function readRelease(download: Download, at: URL, known: Reading<Release> | null): Promise<Reading<Release> | null> {
  const ask = (name: string) => download(new URL(`${at.href}/${name}`), mostReleaseBytes, known?.validators)
  const answer = await ask('InRelease').catch((error: unknown) => {
    if (isFault(error) && error.kind === 'missing') return ask('Release')
    throw error
  })
  return answer.kind === 'unchanged' ? null : { value: parseRelease(answer.bytes.toString('utf8')), validators: answer.validators }
}

/** `main/binary-amd64/Packages`; packages for all architectures are in there too, unless the archive says that it keeps them apart. */
function packagesPaths({ hasAllApart }: Release, components: readonly string[], arch: string): readonly string[] {
  return components.flatMap((component) => [arch, ...(hasAllApart ? ['all'] : [])].map((one) => `${component}/binary-${one}/Packages`))
}

/** gzip first: it unpacks beside our thread, xz in it. */
function smallestWork({ files }: Release, path: string): readonly [string, ReleaseFile] {
  for (const ending of ['.gz', '.xz', '']) {
    const file = files.get(path + ending)
    if (file !== undefined) return [path + ending, file]
  }
  throw new Fault('invalid', `its release file does not list ${path}`)
}

async function readPackages(download: Download, at: URL, { isByHash }: Release, name: string, { sha256, size }: ReleaseFile): Promise<Reading<Offers>> {
  const path = isByHash ? `${name.slice(0, name.lastIndexOf('/') + 1)}by-hash/SHA256/${sha256}` : name
  const url = below(at, path)
  if (url === null) throw new Fault('invalid', 'its component is no path')
  if (size > mostPackagesBytes) throw new Fault('invalid', `its ${name} has ${size} bytes; that is too many`, { host: at.host })
  const answer = await download(url, Math.max(size, 1))
  if (answer.kind === 'unchanged' || answer.bytes.length !== size || sha256Hex(answer.bytes) !== sha256) {
    throw new Fault('invalid', `its ${name} is not the one that its release file lists; it may be changing just now`, { host: at.host })
  }
  return { value: await parsePackages(plainBytes(answer.bytes, packingOf(name))), validators: answer.validators }
}
