/** Every os-release sample that lies beside the repository: what it is, its package format, and the release that advisories speak of. */
import { readdirSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { expect, it } from 'vitest'
import { readDistroTable } from '../../src/app/distro-table.ts'
import { packageTypeOf, releaseKey } from '../../src/domain/package/distro.ts'
import { parseOsRelease } from '../../src/domain/package/os-release.ts'

const folder = path.resolve(import.meta.dirname, '../../../shared/data/attestations/os-release')

const expected: Readonly<Record<string, readonly [id: string, packages: string | null, release: string | null]>> = {
  'almalinux-8': ['almalinux', 'rpm', 'almalinux:8'],
  'alpine-3.11': ['alpine', 'apk', 'alpine:3.11'],
  'alpine-3.18': ['alpine', 'apk', 'alpine:3.18'],
  'alpine-edge': ['alpine', 'apk', 'alpine:edge'],
  'amazon-2': ['amzn', 'rpm', 'amzn:2'],
  arch: ['arch', null, null],
  'azurelinux-3.0': ['azurelinux', 'rpm', 'azurelinux:3.0'],
  'centos-8': ['centos', 'rpm', 'rhel:8'],
  chainguard: ['chainguard', 'apk', 'chainguard'],
  'debian-11-distroless': ['debian', 'deb', 'debian:11'],
  'debian-12': ['debian', 'deb', 'debian:12'],
  'debian-8': ['debian', 'deb', 'debian:8'],
  'debian-sid': ['debian', 'deb', 'debian:sid'],
  echo: ['echo', 'deb', 'echo'],
  'fedora-31': ['fedora', 'rpm', null],
  gentoo: ['gentoo', null, null],
  hummingbird: ['hummingbird', 'rpm', null],
  'mariner-1.0': ['mariner', 'rpm', 'mariner:1.0'],
  minimos: ['minimos', 'apk', 'minimos'],
  'odd/custom': ['scientific', 'rpm', null],
  'odd/missing-id': ['linux', 'deb', null],
  'odd/missing-version': ['linux', 'deb', null],
  'odd/unknown-id': ['my-awesome-distro', 'deb', null],
  'opensuse-leap-15': ['opensuse-leap', 'rpm', 'opensuse-leap:15.2'],
  'oraclelinux-8': ['ol', 'rpm', 'ol:8'],
  'photon-2': ['photon', 'rpm', 'photon:2.0'],
  postmarketos: ['postmarketos', 'apk', null],
  raspbian: ['raspbian', 'deb', null],
  'rhel-7': ['rhel', 'rpm', 'rhel:7'],
  'rhel-7.3': ['rhel', 'rpm', 'rhel:7'],
  'rhel-8': ['rhel', 'rpm', 'rhel:8'],
  'rhel-9': ['rhel', 'rpm', 'rhel:9'],
  'rocky-8': ['rocky', 'rpm', 'rocky:8'],
  'scientific-7': ['scientific', 'rpm', null],
  secureos: ['secureos', null, null],
  'sles-15': ['sles', 'rpm', 'sles:15.2'],
  'ubuntu-12.04': ['ubuntu', 'deb', 'ubuntu:12.04'],
  'ubuntu-20.04': ['ubuntu', 'deb', 'ubuntu:20.04'],
  'ubuntu-23.10': ['ubuntu', 'deb', 'ubuntu:23.10'],
  wolfi: ['wolfi', 'apk', 'wolfi'],
}

it('every sample is known for what it is', () => {
  const table = readDistroTable()
  const found = readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => {
      const file = path.join(entry.parentPath, entry.name)
      const distro = parseOsRelease(readFileSync(file, 'utf8'))
      return [path.relative(folder, file), distro && [distro.id, packageTypeOf(table, distro), releaseKey(table, distro)]]
    })
  expect(Object.fromEntries(found)).toEqual(expected)
})
