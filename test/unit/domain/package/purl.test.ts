/** Purls of distribution packages, as others write and read them. */
import { assert, constantFrom, option, property, record, string } from 'fast-check'
import { describe, expect, it } from 'vitest'
import { packagePurl, readPackagePurl } from '../../../../src/domain/package/purl.ts'

const libssl = {
  type: 'deb',
  name: 'libssl3',
  version: '3.0.16-1~deb12u1',
  arch: 'amd64',
  sourceName: 'openssl',
  sourceVersion: '3.0.16-1~deb12u1',
  module: null,
} as const

describe('a purl that we write', () => {
  it('names architecture, distribution and the source where that is another', () => {
    expect(packagePurl(libssl, 'debian', { id: 'debian', versionId: '12' })).toBe(
      'pkg:deb/debian/libssl3@3.0.16-1~deb12u1?arch=amd64&distro=debian-12&upstream=openssl%403.0.16-1%7Edeb12u1',
    )
  })

  it('names no source where it is named and numbered alike', () => {
    const same = { ...libssl, name: 'openssl' }
    expect(packagePurl(same, 'debian', null)).toBe('pkg:deb/debian/openssl@3.0.16-1~deb12u1?arch=amd64')
  })

  it('keeps the epoch of a deb in the version, and puts that of an rpm into a qualifier', () => {
    const deb = { ...libssl, name: 'bash', version: '1:5.2-1', sourceName: 'bash', sourceVersion: '1:5.2-1' }
    expect(packagePurl(deb, 'debian', null)).toBe('pkg:deb/debian/bash@1:5.2-1?arch=amd64')
    expect(packagePurl({ ...deb, type: 'rpm' }, 'redhat', null)).toBe('pkg:rpm/redhat/bash@5.2-1?arch=amd64&epoch=1')
  })

  it('names the module stream of a modular rpm', () => {
    const rpm = { ...libssl, type: 'rpm', name: 'nodejs', sourceName: 'nodejs', sourceVersion: libssl.version, module: 'nodejs:18', arch: null } as const
    expect(packagePurl(rpm, 'redhat', null)).toContain('rpmmod=nodejs%3A18')
  })

  it('can be read back, whatever the names hold', () => {
    const text = string({ unit: 'binary', minLength: 1, maxLength: 20 })
    assert(
      property(
        record({ type: constantFrom('deb', 'apk', 'rpm'), name: text, version: text, arch: option(text), sourceName: text, sourceVersion: text }),
        (parts) => {
          const read = readPackagePurl(packagePurl({ ...parts, name: `a${parts.name}b`, version: `1${parts.version}2`, module: null }, 'debian', null))
          expect(read?.type).toBe(parts.type)
          expect(read?.qualifiers.get('upstream')?.includes('@')).toBe(true)
        },
      ),
    )
  })
})

describe('a purl that we read', () => {
  it('is what others write', () => {
    const read = readPackagePurl('pkg:deb/ubuntu/adduser@3.137ubuntu1?os_distro=noble&os_name=ubuntu&os_version=24.04')
    expect(read).toMatchObject({ type: 'deb', namespace: 'ubuntu', name: 'adduser', version: '3.137ubuntu1' })
    expect(read?.qualifiers.get('os_distro')).toBe('noble')
  })

  it('has the epoch of an rpm before its version', () => {
    expect(readPackagePurl('pkg:rpm/redhat/openssl@3.0.7-28.el9_4?arch=x86_64&epoch=1')?.version).toBe('1:3.0.7-28.el9_4')
    expect(readPackagePurl('pkg:rpm/redhat/openssl@3.0.7-28.el9_4?epoch=1:2')?.version).toBe('3.0.7-28.el9_4')
  })

  it('may have no version', () => expect(readPackagePurl('pkg:apk/alpine/musl')?.version).toBeNull())

  it.each(['', 'pkg:', 'pkg:deb', 'pkg:deb/', 'deb/debian/x@1', 'pkg:deb/debian/x@%ff', 'purl:rpm/suse/ninja', `pkg:deb/debian/${'x'.repeat(5000)}`])(
    'is null for %s',
    (text) => expect(readPackagePurl(text)).toBeNull(),
  )

  it('never throws', () => {
    assert(property(string({ unit: 'binary', maxLength: 60 }), (noise) => void readPackagePurl(`pkg:${noise}`)))
  })
})
