/** OSV's ecosystems: which of our releases `Debian:12` or `Red Hat:enterprise_linux:9::appstream` is. */
import { type DistroTable, distroRow, type ReleaseKey, releaseKeyOfVersion, releaseOfCodename } from '../../domain/package/distro.ts'
import type { PackageType } from '../../domain/package/version-order.ts'
import { releasesOfProduct } from './suse/products.ts'

/** A release that an ecosystem stands for. `isPaid`: its fixes are published to paying customers. */
export type OsvRelease = {
  readonly release: ReleaseKey
  readonly packages: PackageType
  /** What the ecosystem's package names are. */
  readonly packageKind: 'source' | 'binary'
  readonly isPaid: boolean
}

type Found = { readonly id: string; readonly release: ReleaseKey; readonly isPaid?: boolean }
/** By name of the ecosystem: the release from what follows its first colon (empty: nothing). */
type Row = { readonly packageKind?: 'binary'; readonly find: (distros: DistroTable, suffix: string) => readonly Found[] }

const plain =
  (id: string) =>
  (distros: DistroTable, suffix: string): readonly Found[] =>
    found(id, /^\d/.test(suffix) ? releaseKeyOfVersion(distros, id, suffix) : releaseOfCodename(distros, id, suffix))

const rolling =
  (id: string) =>
  (distros: DistroTable): readonly Found[] =>
    found(id, releaseKeyOfVersion(distros, id, 'rolling'))

const found = (id: string, release: ReleaseKey | null, isPaid = false): readonly Found[] => (release === null ? [] : [{ id, release, isPaid }])

const rows: ReadonlyMap<string, Row> = new Map<string, Row>([
  ['Debian', { find: plain('debian') }],
  // `22.04:LTS`, `25.10`, `Pro:22.04:LTS`. Pro's other channels (`Pro:FIPS-updates:22.04:LTS`) hold builds of their own, numbered apart.
  [
    'Ubuntu',
    {
      find(distros, suffix) {
        const [, pro, version = ''] = /^(Pro:)?(\d\d\.\d\d)(?::LTS)?$/.exec(suffix) ?? []
        return found('ubuntu', releaseKeyOfVersion(distros, 'ubuntu', version), pro !== undefined)
      },
    },
  ],
  ['Alpine', { find: (distros, suffix) => found('alpine', releaseKeyOfVersion(distros, 'alpine', suffix)) }],
  ['Alpaquita', { find: (distros, suffix) => found('alpaquita', releaseKeyOfVersion(distros, 'alpaquita', suffix)) }],
  ['Wolfi', { find: rolling('wolfi') }],
  ['Chainguard', { find: rolling('chainguard') }],
  ['MinimOS', { find: rolling('minimos') }],
  ['Echo', { find: rolling('echo') }],
  ['Rocky Linux', { find: plain('rocky') }],
  // By its page the name is that of the source; the records name binaries (`firefox-x11`).
  ['AlmaLinux', { packageKind: 'binary', find: plain('almalinux') }],
  // A CPE. Other products (`rhel_eus`, `openshift`) are other streams or no part of the distribution.
  [
    'Red Hat',
    {
      packageKind: 'binary',
      find: (distros, suffix) => found('rhel', releaseKeyOfVersion(distros, 'rhel', /^enterprise_linux:(\d+)/.exec(suffix)?.[1] ?? '')),
    },
  ],
  // Before 3.0 it was called CBL-Mariner.
  [
    'Azure Linux',
    {
      find(distros, suffix) {
        const major = /^(\d+)(\.\d+)?$/.exec(suffix)?.[1] ?? ''
        const id = Number(major) >= 3 ? 'azurelinux' : 'mariner'
        return found(id, major === '' ? null : releaseKeyOfVersion(distros, id, `${major}.0`))
      },
    },
  ],
  ['SUSE', { find: (distros, suffix) => suse(distros, `SUSE ${suffix}`) }],
  ['openSUSE', { find: (distros, suffix) => suse(distros, `openSUSE ${suffix}`) }],
])

function suse(distros: DistroTable, product: string): readonly Found[] {
  return releasesOfProduct(distros, product).map(({ release, isPaid }) => ({ id: release.split(':', 1)[0] ?? '', release, isPaid }))
}

/** The ecosystems that we know, without releases. */
export const osvEcosystems: readonly string[] = [...rows.keys()]

/** The releases of ours that an ecosystem with its suffix stands for; empty for every other one. */
export function releasesOfEcosystem(distros: DistroTable, ecosystem: string): readonly OsvRelease[] {
  const colon = ecosystem.indexOf(':')
  const row = rows.get(colon === -1 ? ecosystem : ecosystem.slice(0, colon))
  if (row === undefined) return []
  return row.find(distros, colon === -1 ? '' : ecosystem.slice(colon + 1)).flatMap(({ id, release, isPaid = false }) => {
    const packages = distroRow(distros, { id })?.packages
    return packages === undefined ? [] : [{ release, packages, packageKind: row.packageKind ?? 'source', isPaid }]
  })
}
