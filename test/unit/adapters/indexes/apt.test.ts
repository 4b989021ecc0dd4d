/** APT indexes: which files are asked for, what is believed of them, and what is read out of them. */
import { createHash } from 'node:crypto'
import { gzipSync } from 'node:zlib'
import { describe, expect, it } from 'vitest'
import type { PackageRepository } from '../../../../src/domain/package/inventory.ts'
import { acme, indexesOf, startArchive } from './archive.ts'

const stanzas = `Package: acme-tool
Source: acme (2.0-1)
Version: 2.0-1+b1
Architecture: amd64

Package: acme-tool
Version: 2.0~rc1-1
Description: an older one in the same index
 Version: 9 of the description is none

Package: libacme1
Source: acme
Version: 2.0-1

Package: nameless-version
`

const sha256 = (bytes: Uint8Array | string): string => createHash('sha256').update(bytes).digest('hex')
const listed = (path: string, bytes: Uint8Array | string) => ` ${sha256(bytes)} ${Buffer.byteLength(bytes)} ${path}`

/** The same stanza alone, as `xz -c` packs it: there is no packer in Node. */
const xzPackages = Buffer.from(
  '/Td6WFoAAATm1rRGAgAhARYAAAB0L+Wj4ABOAEldACgYSGbb2jCF/hdu6GYa1kXdsBMZf7XhcMLz52k9mUIIbHhU9YxnOhCrMKtLb9Ntb9Qmi9VjAxS1GvFb+Ne3JwT8mM94izw+ZQAAAAAAvPYLfUlq3p8AAWVPyHZv3h+2830BAAAAAARZWg==',
  'base64',
)

type Files = Map<string, Uint8Array | string | number>

/** An archive with the suite `roadrunner`, component `main`. */
function archiveFiles(packages: Uint8Array = gzipSync(stanzas), fields = 'Acquire-By-Hash: yes\nArchitectures: amd64', name = 'Packages.gz'): Files {
  const release = `Suite: stable\n${fields}\nSHA256:\n${listed(`main/binary-amd64/${name}`, packages)}\n`
  const armoured = `-----BEGIN PGP SIGNED MESSAGE-----\nHash: SHA256\n\n${release}-----BEGIN PGP SIGNATURE-----\n\nAAAA\n-----END PGP SIGNATURE-----\n`
  return new Map<string, Uint8Array | string | number>([
    ['/acme/dists/roadrunner/InRelease', armoured],
    [`/acme/dists/roadrunner/main/binary-amd64/by-hash/SHA256/${sha256(packages)}`, packages],
    [`/acme/dists/roadrunner/main/binary-amd64/${name}`, packages],
  ])
}

const source = (host: string, more: Partial<Extract<PackageRepository, { type: 'deb' }>> = {}): PackageRepository => ({
  type: 'deb',
  uri: `http://${host}/acme/`,
  suite: 'roadrunner',
  components: ['main'],
  architectures: [],
  ...more,
})

async function installable(files: Files, more: Partial<Extract<PackageRepository, { type: 'deb' }>> = {}, names = ['acme-tool', 'libacme1', 'absent']) {
  const { host, asked } = await startArchive(files)
  const answer = await indexesOf(host).installable(acme, [source(host, more)], 'amd64', names)
  return { answer, asked, versions: answer.kind === 'known' ? [...answer.versions.values()] : answer.why.replace(host, 'HOST') }
}

describe('apt', () => {
  it('asks for InRelease, then for Packages by hash, and tells the newest version of the names asked for with their sources', async () => {
    const { answer, asked } = await installable(archiveFiles())

    expect(answer).toEqual({
      kind: 'known',
      versions: new Map([
        ['acme-tool', { name: 'acme-tool', version: '2.0-1+b1', sourceName: 'acme', sourceVersion: '2.0-1' }],
        ['libacme1', { name: 'libacme1', version: '2.0-1', sourceName: 'acme', sourceVersion: '2.0-1' }],
      ]),
      asOf: new Date('2030-01-01T00:00:00Z'),
      unread: [],
    })
    expect(asked).toEqual(['200 /acme/dists/roadrunner/InRelease', expect.stringMatching(/^200 .*\/binary-amd64\/by-hash\/SHA256\/[0-9a-f]{64}$/)])
  })

  it('asks for the plain path where the archive has no by-hash, and for Release where there is no InRelease', async () => {
    const files = archiveFiles(gzipSync(stanzas), 'Date: today')
    const armoured = String(files.get('/acme/dists/roadrunner/InRelease'))
    files.delete('/acme/dists/roadrunner/InRelease')
    files.set('/acme/dists/roadrunner/Release', armoured.split('\n').slice(3).join('\n').split('-----')[0] ?? '')

    expect((await installable(files)).asked).toEqual([
      '404 /acme/dists/roadrunner/InRelease',
      '200 /acme/dists/roadrunner/Release',
      '200 /acme/dists/roadrunner/main/binary-amd64/Packages.gz',
    ])
  })

  it('unpacks xz', async () => {
    const { versions } = await installable(archiveFiles(xzPackages, 'Acquire-By-Hash: yes', 'Packages.xz'))

    expect(versions).toEqual([{ name: 'acme-tool', version: '2.0-1+b1', sourceName: 'acme', sourceVersion: '2.0-1' }])
  })

  it('reads a flat repository', async () => {
    const packages = gzipSync(stanzas)
    const files: Files = new Map<string, Uint8Array | string | number>([
      ['/acme/flat/InRelease', `SHA256:\n${listed('Packages.gz', packages)}\n`],
      ['/acme/flat/Packages.gz', packages],
    ])

    expect((await installable(files, { suite: 'flat/', components: [] })).versions).toHaveLength(2)
  })

  it('reads the packages for all architectures too where the archive keeps them apart', async () => {
    const both = archiveFiles(gzipSync(stanzas), 'Architectures: all amd64')
    const all = 'Package: acme-doc\nVersion: 1\n'
    const release = String(both.get('/acme/dists/roadrunner/InRelease')).replace(
      '-----BEGIN PGP SIGNATURE',
      `${listed('main/binary-all/Packages', all)}\n-----BEGIN PGP SIGNATURE`,
    )
    both.set('/acme/dists/roadrunner/InRelease', release)
    both.set('/acme/dists/roadrunner/main/binary-all/Packages', all)

    expect((await installable(both, {}, ['acme-tool', 'acme-doc'])).versions).toHaveLength(2)
  })

  it('takes nothing from a suite that apt takes nothing from by itself', async () => {
    const { answer } = await installable(archiveFiles(gzipSync(stanzas), 'NotAutomatic: yes\nButAutomaticUpgrades: yes'))

    expect(answer).toEqual({ kind: 'cannot-say', why: 'the image names no package repository that it installs from' })
  })

  it('passes over a source of other architectures', async () => {
    expect((await installable(archiveFiles(), { architectures: ['arm64'] })).asked).toEqual([])
  })

  it.each<[string, (files: Files) => void, RegExp]>([
    ['a release file that is over', (files) => stale(files), /was valid until 2029-12-31T00:00:00.000Z only/],
    ['a release file that is cut off', (files) => edit(files, (text) => text.slice(0, 90)), /cut off/],
    ['a release file without sums', (files) => edit(files, () => 'Suite: stable\n'), /no SHA-256 sums/],
    ['a component that is not there', (files) => edit(files, (text) => text.replace('main/', 'contrib/')), /does not list main\/binary-amd64\/Packages/],
    ['a size that is too large', (files) => edit(files, (text) => text.replace(/ \d+ main/, ' 64000001 main')), /too many/],
    [
      'a file of other bytes',
      (files) => alter(files, (bytes) => Buffer.from(bytes.map((byte, at) => (at === 20 ? byte ^ 1 : byte)))),
      /is not the one that its release file lists/,
    ],
    ['a file with more bytes', (files) => alter(files, (bytes) => Buffer.concat([bytes, bytes])), /more bytes than/],
    ['an archive that has trouble', (files) => files.set('/acme/dists/roadrunner/InRelease', 404), /answered 404/],
    [
      'a redirect to another host',
      (files) => files.set('/acme/dists/roadrunner/InRelease', '->https://elsewhere.test/'),
      /redirects to a host that is not among/,
    ],
  ])('%s: cannot say', async (_, change, why) => {
    const files = archiveFiles()
    change(files)

    expect((await installable(files)).versions).toMatch(why)
  })

  it('a file that is not packed as its name says: cannot say', async () => {
    expect((await installable(archiveFiles(Buffer.from('no gzip')))).versions).toMatch(/index is no whole gzip file/)
    expect((await installable(archiveFiles(gzipSync(stanzas).subarray(0, -9)))).versions).toMatch(/index is no whole gzip file/)
    expect((await installable(archiveFiles(xzPackages.subarray(0, -20), '', 'Packages.xz'))).versions).toMatch(/index is no whole xz file/)
  })

  it('a suite or component that leads out of the repository: cannot say, and nothing is asked', async () => {
    expect(await installable(archiveFiles(), { suite: '../../secret' })).toMatchObject({ versions: expect.stringMatching(/its suite is no path/), asked: [] })
    expect((await installable(archiveFiles(), { components: ['../main'] })).versions).toMatch(/does not list/)
  })
})

const inRelease = '/acme/dists/roadrunner/InRelease'
const edit = (files: Files, change: (text: string) => string) => files.set(inRelease, change(String(files.get(inRelease))))
const stale = (files: Files) => edit(files, (text) => text.replace('Suite: stable', 'Valid-Until: Mon, 31 Dec 2029 00:00:00 UTC'))
function alter(files: Files, change: (bytes: Buffer) => Buffer): void {
  for (const [path, file] of files) if (file instanceof Uint8Array) files.set(path, change(Buffer.from(file)))
}
