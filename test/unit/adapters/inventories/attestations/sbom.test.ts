/** What an SBOM's purls become: the dialects of syft, docker-scout, Trivy and Red Hat. */
import { describe, expect, it } from 'vitest'
import { readCycloneDx } from '../../../../../src/adapters/inventories/attestations/cyclonedx.ts'
import type { ReadDocument } from '../../../../../src/adapters/inventories/attestations/listed.ts'
import { readSbom, type Sbom } from '../../../../../src/adapters/inventories/attestations/sbom.ts'
import { readSpdx } from '../../../../../src/adapters/inventories/attestations/spdx.ts'
import { spdx } from './attested-image.ts'

const inventory = (document: ReadDocument): Sbom => {
  if (document.kind === 'unusable') throw new Error(document.problem)
  const read = readSbom(document.listed)
  if (read.kind === 'unusable') throw new Error(read.problem)
  return read.sbom
}
const ofPurls = (...purls: string[]) => inventory(readSpdx(spdx(purls)))

describe('packages', () => {
  it.each<[string, string, object]>([
    [
      'syft, deb',
      'pkg:deb/debian/libgcc-s1@12.2.0-14?arch=amd64&distro=debian-12&upstream=gcc-12',
      { type: 'deb', sourceName: 'gcc-12', sourceVersion: '12.2.0-14' },
    ],
    ['syft, deb with a source version', 'pkg:deb/debian/a@1.0+b2?arch=amd64&distro=debian-12&upstream=src%401.0', { sourceName: 'src', sourceVersion: '1.0' }],
    ['syft, apk', 'pkg:apk/alpine/libssl3@3.1.4-r5?arch=x86_64&distro=alpine-3.19.1&upstream=openssl', { type: 'apk', name: 'libssl3', sourceName: 'openssl' }],
    [
      'syft before the type apk',
      'pkg:alpine/musl@1.2.3-r0?arch=x86_64&upstream=musl&distro=alpine-3.16.2',
      { type: 'apk', purl: expect.stringMatching(/^pkg:apk\/alpine\/musl@/) },
    ],
    [
      'syft, rpm',
      'pkg:rpm/rhel/openssl-libs@3.0.7-28.el9_4?arch=x86_64&distro=rhel-9.4&epoch=1&upstream=openssl-3.0.7-28.el9_4.src.rpm',
      { type: 'rpm', version: '1:3.0.7-28.el9_4', sourceName: 'openssl', sourceVersion: '1:3.0.7-28.el9_4' },
    ],
    [
      'an rpm that has another version than its source',
      'pkg:rpm/rhel/perl-Carp@1.50-439.el9?arch=noarch&distro=rhel-9.4&upstream=perl-5.32.1-480.el9.src.rpm',
      { sourceName: 'perl', sourceVersion: '5.32.1-480.el9' },
    ],
    ['a modular rpm', 'pkg:rpm/rhel/nodejs@18.0-1.el9?arch=x86_64&distro=rhel-9.4&rpmmod=nodejs:18:9020:rhel9', { module: 'nodejs:18' }],
    ['a package that names no source', 'pkg:deb/debian/curl@7.88.1-10?arch=amd64&distro=debian-12', { sourceName: 'curl', sourceVersion: '7.88.1-10' }],
  ])('%s', (_, purl, expected) => {
    expect(ofPurls(purl).packages).toEqual([expect.objectContaining(expected)])
  })

  it('twice the same are one, and keys of rpm are none', () => {
    const bash = 'pkg:rpm/rhel/bash@5.1.8-9.el9?arch=x86_64&distro=rhel-9.4'

    expect(ofPurls(bash, bash, 'pkg:rpm/rhel/gpg-pubkey@fd431d51-4ae0493b?distro=rhel-9.4').packages).toHaveLength(1)
  })

  it('with a purl that cannot be read are counted as not seen', () => {
    expect(ofPurls('pkg:deb/debian/curl@7.88.1-10?arch=amd64&distro=debian-12', 'no purl').unseen).toEqual([
      '1 packages of the SBOM have a purl that cannot be read',
    ])
  })

  it('have the sources that Trivy puts beside the purl', () => {
    const properties = Object.entries({ SrcName: 'openssl', SrcVersion: '3.0.7', SrcRelease: '28.el9_4', SrcEpoch: '1' }).map(([name, value]) => ({
      name: `aquasecurity:trivy:${name}`,
      value,
    }))
    const component = {
      type: 'library',
      name: 'openssl-libs',
      version: '1',
      purl: 'pkg:rpm/redhat/openssl-libs@3.0.7-28.el9_4?arch=x86_64&distro=redhat-9.4&epoch=1',
      properties,
    }
    const nested = { type: 'application', name: 'a', components: [component] }

    const sbom = inventory(readCycloneDx({ bomFormat: 'CycloneDX', components: [{ type: 'operating-system', name: 'redhat', version: '9.4' }, nested] }))

    expect(sbom.distro).toMatchObject({ id: 'rhel', versionId: '9.4' })
    expect(sbom.packages).toEqual([expect.objectContaining({ sourceName: 'openssl', sourceVersion: '1:3.0.7-28.el9_4' })])
    const described = spdx(['pkg:deb/debian/libssl3@3.0.11-1?arch=amd64&distro=debian-12.5'])
    const [only] = (described as { packages: object[] }).packages
    expect(inventory(readSpdx({ ...described, packages: [{ ...only, sourceInfo: 'built package from: openssl 3.0.11-1' }] })).packages).toMatchObject([
      { sourceName: 'openssl' },
    ])
  })
})

describe('the distribution', () => {
  it.each<[string, string, object]>([
    ['id and version', 'pkg:apk/wolfi/curl@8.0-r0?arch=x86_64&distro=wolfi-20230201', { id: 'wolfi', versionId: '20230201' }],
    ['an id with a dash', 'pkg:rpm/opensuse/bash@5-1?arch=x86_64&distro=opensuse-leap-15.5', { id: 'opensuse-leap', versionId: '15.5' }],
    ['an id alone', 'pkg:deb/debian/curl@8-1?arch=amd64&distro=debian', { id: 'debian', versionId: null, codename: null }],
    ['a version alone', 'pkg:apk/alpine/curl@8-r1?arch=x86_64&distro=3.19.1', { id: 'alpine', versionId: '3.19.1' }],
    ['a codename', 'pkg:deb/debian/curl@8-1?arch=amd64&distro=bookworm', { id: 'debian', versionId: null, codename: 'bookworm' }],
    ["a scanner's own name", 'pkg:rpm/amazon/bash@5-1?arch=x86_64&distro=amazon-2023', { id: 'amzn', versionId: '2023' }],
    [
      "docker-scout's qualifiers",
      'pkg:deb/ubuntu/acl@2.3.2-1?os_distro=noble&os_name=ubuntu&os_version=24.04',
      { id: 'ubuntu', versionId: '24.04', codename: 'noble' },
    ],
  ])('may be written as %s', (_, purl, expected) => {
    expect(ofPurls(purl).distro).toMatchObject(expected)
  })

  it('may be a package of its own, or a CPE name of Red Hat', () => {
    const bash = 'pkg:rpm/redhat/bash@5.1.8-9.el9?arch=x86_64'
    const system = (more: object) => ({ ...spdx([bash]), packages: [...(spdx([bash]) as { packages: object[] }).packages, { name: 'os', ...more }] })

    expect(inventory(readSpdx(system({ name: 'rhel', versionInfo: '9.4', primaryPackagePurpose: 'OPERATING-SYSTEM' }))).distro).toMatchObject({
      id: 'rhel',
      versionId: '9.4',
    })
    const cpe = { referenceType: 'cpe22Type', referenceLocator: 'cpe:/o:redhat:enterprise_linux:9::baseos' }
    expect(inventory(readSpdx(system({ externalRefs: [cpe] }))).distro).toMatchObject({ id: 'rhel', versionId: '9' })
  })
})

describe('a CycloneDX document', () => {
  const unusable = (document: unknown): string => {
    const read = readCycloneDx(document)
    return read.kind === 'unusable' ? read.problem : ''
  }

  it('that says it is incomplete is believed', () => {
    expect(unusable({ bomFormat: 'CycloneDX', components: [], compositions: [{ aggregate: 'incomplete_first_party_only' }] })).toContain('incomplete')
  })

  it('may nest as deep as it likes', () => {
    let component: object = { type: 'library', name: 'x' }
    for (let depth = 0; depth < 50_000; depth += 1) component = { type: 'library', name: 'x', components: [component] }

    expect(readCycloneDx({ bomFormat: 'CycloneDX', components: [component] })).toMatchObject({ kind: 'listed', listed: { packages: [] } })
  })

  it('with something else for a component is none', () => {
    expect(unusable({ bomFormat: 'CycloneDX', components: ['x'] })).toContain('component')
    expect(unusable({ bomFormat: 'Other' })).toContain('CycloneDX')
  })
})
