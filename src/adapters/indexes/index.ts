/** What a no-cache rebuild would install today, from the package indexes of the image's own repositories. */
import { isFault } from '../../domain/fault.ts'
import { type DistroTable, distroRow } from '../../domain/package/distro.ts'
import type { PackageRepository } from '../../domain/package/inventory.ts'
import type { PackageType } from '../../domain/package/version-order.ts'
import { shortened, visible } from '../../lib/visible.ts'
import type { InstallableVersion, PackageIndexes } from '../../ports/package-indexes.ts'
import type { Http } from '../http/index.ts'
import { createApk } from './apk/index.ts'
import { createApt } from './apt/index.ts'
import { createDownload, type Download } from './download.ts'
import type { Format, FormatPorts, ImageFacts } from './format.ts'
import { askable, type HostRules } from './hosts.ts'
import { createMemory, type Kept } from './memory.ts'
import { type Offers, offer } from './offers.ts'
import { createRpm } from './rpm/index.ts'

/** What the indexes are read with. */
export type PackageIndexesPorts = {
  readonly http: Pick<Http, 'request'>
  readonly distros: DistroTable
  /** Hosts beside the distributions' own, as in `HostRules`. */
  readonly allowHosts: readonly string[]
  readonly now: () => Date
}

/** Whoever asks again so soon, for another image of the same distribution, gets the same answer. Archives change a few times a day. */
const freshMs = 10 * 60_000
/** Packages that are kept over all indexes; 250 bytes each. Debian's main has 63,000 for one architecture. */
const mostPackagesKept = 300_000
const mostHeadsKept = 200
/** An image with more repositories was made to keep us busy. */
const mostRepositories = 100

/**
 * Reads package indexes whole (`offers` of every package, since the next image asks for other names), keeps them in memory by their publishers' validators
 * and hashes, and asks nobody twice within ten minutes. Nothing is believed that does not come by HTTPS from an allowed host.
 */
export function createPackageIndexes({ http, distros, allowHosts, now }: PackageIndexesPorts): PackageIndexes {
  const ports: FormatPorts = {
    distros,
    now,
    offers: createMemory<Offers>({ freshMs, most: mostPackagesKept, weigh: (offers) => offers.size, now }),
    heads: () => createMemory({ freshMs, most: mostHeadsKept, weigh: () => 1, now }),
  }
  const apt = createApt(ports)
  const apk = createApk(ports)
  const rpm = createRpm(ports)

  return {
    async installable(distro, repositories, arch, names) {
      const rules = { domains: distroRow(distros, distro)?.archiveDomains ?? [], allowHosts }
      const download = createDownload(http, rules)
      const found: { readonly type: PackageType; readonly kept: Kept<Offers> }[] = []
      const unread: string[] = []
      if (repositories.length > mostRepositories) return { kind: 'cannot-say', why: `the image has more than ${mostRepositories} package repositories` }
      for (const repository of new Map(repositories.map((one) => [JSON.stringify(one), one])).values()) {
        const image = { distro, arch: archWord(repository.type, arch) }
        const reading = await (repository.type === 'deb'
          ? readRepository(apt, download, rules, repository, image)
          : repository.type === 'apk'
            ? readRepository(apk, download, rules, repository, image)
            : readRepository(rpm, download, rules, repository, image))
        if (reading.kind === 'fault') return { kind: 'cannot-say', why: reading.why }
        if (reading.kind === 'not-asked') unread.push(reading.why)
        else found.push(...reading.offers.map((kept) => ({ type: repository.type, kept })))
      }
      const oldest = Math.min(...found.map(({ kept }) => kept.checkedAt.getTime()))
      if (!Number.isFinite(oldest)) return { kind: 'cannot-say', why: unread[0] ?? 'the image names no package repository that it installs from' }
      const versions = new Map<string, InstallableVersion>()
      for (const { type, kept } of found) {
        for (const name of names) {
          const offered = kept.value.get(name)
          if (offered !== undefined) offer(versions, type, offered)
        }
      }
      return { kind: 'known', versions, asOf: new Date(oldest), unread }
    },
  }
}

type RepositoryReading =
  | { readonly kind: 'read'; readonly offers: readonly Kept<Offers>[] }
  | { readonly kind: 'not-asked'; readonly why: string }
  | { readonly kind: 'fault'; readonly why: string }

async function readRepository<Repository extends PackageRepository>(
  format: Format<Repository>,
  download: Download,
  rules: HostRules,
  repository: Repository,
  image: ImageFacts,
): Promise<RepositoryReading> {
  const addresses = format.addresses(repository, image)
  if (addresses === null) return { kind: 'read', offers: [] }
  const roots = addresses.flatMap((address) => askable(address, rules) ?? [])
  const name = nameOf(repository)
  if (addresses.length === 0) return { kind: 'not-asked', why: `${name} is given by a mirror list or by variables of the image, which we do not follow` }
  if (roots.length === 0) return { kind: 'not-asked', why: `${name} is at no host of ${visible(image.distro.id)} that we know, and the operator allows none` }
  let why = ''
  for (const root of roots) {
    try {
      return { kind: 'read', offers: await format.fetch(download, root, repository, image) }
    } catch (error) {
      if (!isFault(error)) throw error
      why = `${name} could not be read: ${error.message}`
      // Ubuntu's archive, for one, is not everywhere to be had by HTTPS.
      if (error.kind === 'transient' && root.protocol === 'https:') why += `; it is asked by HTTPS, unless the operator allows http://${root.host}`
    }
  }
  return { kind: 'fault', why: visible(why) }
}

/** For people; what the image says is hostile text. */
function nameOf(repository: PackageRepository): string {
  const said = repository.type === 'rpm' ? repository.id : repository.type === 'deb' ? `${repository.uri} ${repository.suite}` : repository.uri
  return `the package repository ${shortened(visible(said), 120)}`
}

/** OCI's words for architectures in those of the package managers; their own stay. */
const archWords: Readonly<Record<PackageType, Readonly<Record<string, string>>>> = {
  deb: { '386': 'i386', ppc64le: 'ppc64el', x86_64: 'amd64', aarch64: 'arm64' },
  apk: { amd64: 'x86_64', arm64: 'aarch64', '386': 'x86' },
  rpm: { amd64: 'x86_64', arm64: 'aarch64', '386': 'i686' },
}

function archWord(type: PackageType, arch: string): string {
  const words = archWords[type]
  return (Object.hasOwn(words, arch) ? words[arch] : undefined) ?? arch
}
