/** From os-release fields to the release that advisories speak of. */
import { describe, expect, it } from 'vitest'
import { readDistroTable } from '../../../../src/app/distro-table.ts'
import {
  type Distro,
  distroRow,
  hasEnded,
  lifecycleOf,
  packageTypeOf,
  releaseKey,
  releaseKeyOfVersion,
  releaseOfCodename,
} from '../../../../src/domain/package/distro.ts'

const table = readDistroTable()

const distro = (id: string, versionId: string | null, more: Partial<Distro> = {}): Distro => ({
  id,
  versionId,
  codename: null,
  idLike: [],
  prettyName: null,
  cpeName: null,
  ...more,
})

describe('the release that advisories speak of', () => {
  it.each([
    ['debian', '12', 'debian:12'],
    ['debian', '12.5', 'debian:12'],
    ['debian', null, 'debian:sid'],
    ['ubuntu', '22.04', 'ubuntu:22.04'],
    ['ubuntu', '22.04.4', 'ubuntu:22.04'],
    ['alpine', '3.20.3', 'alpine:3.20'],
    ['alpine', '3.22.0_alpha20250108', 'alpine:edge'],
    ['alpine', '3.22.0_rc1', 'alpine:3.22'],
    ['wolfi', '20230201', 'wolfi'],
    ['chainguard', '20230214', 'chainguard'],
    ['minimos', '20241031', 'minimos'],
    ['echo', '1', 'echo'],
    ['alpaquita', 'stream', 'alpaquita:stream'],
    ['rhel', '9.4', 'rhel:9'],
    ['centos', '7', 'rhel:7'],
    ['rocky', '9.3', 'rocky:9'],
    ['almalinux', '8.10', 'almalinux:8'],
    ['ol', '8.9', 'ol:8'],
    ['amzn', '2', 'amzn:2'],
    ['amzn', '2023', 'amzn:2023'],
    ['amzn', '2023.3.20240304', 'amzn:2023'],
    ['sle-micro-rancher', '5.3', 'sle-micro:5.3'],
    ['amzn', '2018.03', 'amzn:1'],
    ['photon', '5.0', 'photon:5.0'],
    ['sles', '15.5', 'sles:15.5'],
    ['sles', '15', 'sles:15'],
    ['opensuse-leap', '15.5', 'opensuse-leap:15.5'],
    ['opensuse-tumbleweed', '20260101', 'opensuse-tumbleweed'],
    ['azurelinux', '3.0', 'azurelinux:3.0'],
    ['mariner', '2.0.20240101', 'mariner:2.0'],
  ])('is for %s %s: %s', (id, versionId, key) => expect(releaseKey(table, distro(id, versionId))).toBe(key))

  it('is unstable for an image that is testing or unstable: nothing in it tells which', () => {
    expect(releaseKey(table, distro('debian', null, { codename: 'forky', prettyName: 'Debian GNU/Linux forky/sid' }))).toBe('debian:sid')
  })

  it('is none for a derivative, whatever it is like', () => {
    expect(releaseKey(table, distro('raspbian', '12', { idLike: ['debian'] }))).toBeNull()
    expect(releaseKey(table, distro('linuxmint', '21', { idLike: ['ubuntu', 'debian'] }))).toBeNull()
  })

  it('is none for CentOS Stream, which is built before RHEL and numbered apart', () => {
    expect(releaseKey(table, distro('centos', '9', { prettyName: 'CentOS Stream 9' }))).toBeNull()
    expect(releaseKey(table, distro('centos', '10'))).toBeNull()
    expect(releaseKey(table, distro('centos', '8', { prettyName: 'CentOS Stream 8' }))).toBeNull()
    expect(releaseKey(table, distro('centos', '8', { prettyName: 'CentOS Linux 8' }))).toBe('rhel:8')
  })

  it('is none without a version, where releases differ', () => expect(releaseKey(table, distro('alpine', null))).toBeNull())

  it('is found from what feeds write: versions and codenames', () => {
    expect(releaseKeyOfVersion(table, 'alpine', 'v3.20')).toBe('alpine:3.20')
    expect(releaseKeyOfVersion(table, 'alpine', 'edge')).toBe('alpine:edge')
    expect(releaseKeyOfVersion(table, 'wolfi', 'whatever')).toBe('wolfi')
    expect(releaseKeyOfVersion(table, 'fedora', '40')).toBeNull()
    expect(releaseOfCodename(table, 'debian', 'bookworm')).toBe('debian:12')
    expect(releaseOfCodename(table, 'debian', 'sid')).toBe('debian:sid')
    expect(releaseOfCodename(table, 'ubuntu', 'jammy')).toBe('ubuntu:22.04')
    expect(releaseOfCodename(table, 'debian', 'nosuch')).toBeNull()
    expect(releaseOfCodename(table, 'raspbian', 'bookworm')).toBeNull()
  })
})

describe('package format and version order', () => {
  it.each([
    ['debian', [], 'deb'],
    ['raspbian', ['debian'], 'deb'],
    ['postmarketos', ['alpine'], 'apk'],
    ['scientific', ['rhel', 'centos', 'fedora'], 'rpm'],
    ['some-suse', ['suse'], 'rpm'],
    ['odd', ['nosuch', 'ubuntu'], 'deb'],
    ['arch', [], null],
  ] as const)('%s like %j is %s', (id, idLike, type) => expect(packageTypeOf(table, { id, idLike })).toBe(type))
})

describe('lifecycles', () => {
  it('tell the last day with public fixes, and that day still counts', () => {
    const bookworm = lifecycleOf(table, distro('debian', '12'))
    expect(bookworm).toEqual({ release: '12', codename: 'bookworm', eol: '2028-06-30' })
    expect(hasEnded(bookworm, new Date('2028-06-30T23:59:59Z'))).toBe(false)
    expect(hasEnded(bookworm, new Date('2028-07-01T00:00:00Z'))).toBe(true)
  })

  it('are their own for CentOS, which is told about as RHEL', () => {
    expect(lifecycleOf(table, distro('centos', '8', { prettyName: 'CentOS Linux 8 (Core)' }))?.eol).toBe('2021-12-31')
  })

  it('say nothing where nothing is known', () => {
    expect(hasEnded(null, new Date('2100-01-01'))).toBe(false)
    expect(lifecycleOf(table, distro('alpine', '99.1'))).toBeNull()
    expect(hasEnded(lifecycleOf(table, distro('debian', null)), new Date('2100-01-01'))).toBe(false)
  })
})

describe('rows', () => {
  it('are found by their exact id only', () => {
    expect(distroRow(table, { id: 'debian' })?.feeds[0]).toBe('debian-tracker')
    expect(distroRow(table, { id: 'Debian' })).toBeNull()
    expect(distroRow(table, { id: '__proto__' })).toBeNull()
  })
})
