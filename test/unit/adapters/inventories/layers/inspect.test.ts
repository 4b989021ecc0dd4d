/** What an image holds by its layers: which file counts, what hides it, where links lead, and what is said where nothing could be read. */
import { describe, expect, it } from 'vitest'
import { Fault } from '../../../../../src/domain/fault.ts'
import { archive, type Entry, gzipped } from '../../../../support/archives.ts'
import { apk, dpkg, inspected, named } from '../../../../support/inspected.ts'

type Files = readonly (readonly [string, Entry])[]

const debian = 'ID=debian\nVERSION_ID="12"\nVERSION_CODENAME=bookworm\n'
const status = 'var/lib/dpkg/status'
const part = (name: string): string => `var/lib/dpkg/status.d/${name}`
const partOf = (name: string, version: string): string => `Package: ${name}\nVersion: ${version}\nArchitecture: all\n`
const base: Files = [
  ['etc/os-release', { symlink: '../usr/lib/os-release' }],
  ['usr/lib/os-release', debian],
  [status, dpkg('base-files', '12')],
]
const layers = async (...all: readonly Files[]) => await inspected(await Promise.all(all.map(gzipped)))

describe('a database that is one file', () => {
  it('counts from the newest layer that has it', async () => {
    const found = await layers(base, [[status, dpkg('base-files', '12') + dpkg('curl', '8')]])

    expect(named(found)).toEqual(['base-files 12', 'curl 8'])
    expect(found.inventory).toMatchObject({ source: 'layers', distro: { id: 'debian', versionId: '12' }, unseen: [] })
  })

  it('that lists nothing is said: somebody emptied it', async () => {
    for (const [path, empty] of [
      [status, ''],
      [status, '\n \n'],
      ['lib/apk/db/installed', ''],
    ] as const)
      expect(
        (
          await layers(base, [
            [status, ''],
            [path, empty],
          ])
        ).inventory,
      ).toMatchObject({ packages: [], unseen: ['the package database lists no package'] })
  })

  it('is gone when a whiteout removes it, its folder or all that was in its folder', async () => {
    for (const whiteout of ['var/lib/dpkg/.wh.status', 'var/lib/.wh.dpkg', 'var/.wh..wh..opq', '.wh..wh..opq']) {
      const found = await layers(base, [[whiteout, '']])

      expect(found.inventory.packages, whiteout).toEqual([])
      expect(found.inventory.unseen.join(), whiteout).toContain('no package database was found')
    }
  })

  it('is gone when a file or a link takes the place of its folder', async () => {
    for (const entry of ['a file', { symlink: '/somewhere/else' }] as const) {
      const found = await layers(base, [['var/lib/dpkg', entry]])

      expect(found.inventory.packages).toEqual([])
      expect(found.inventory.unseen).not.toEqual([])
    }
  })

  it('stays where a whiteout names it in the very layer that brings it, in either order', async () => {
    const fresh = [status, dpkg('curl', '8')] as const
    for (const files of [
      [fresh, ['var/lib/dpkg/.wh..wh..opq', '']],
      [['var/lib/.wh.dpkg', ''], fresh],
    ] as const)
      expect(named(await layers(base, files))).toEqual(['curl 8'])
  })

  it('is read under each spelling of its path, also a long one', async () => {
    for (const spelling of ['./', '/', '', './var/../', 'usr/.././'])
      expect(named(await layers([[`${spelling}${status}`, dpkg('curl', '8')]]))).toEqual(['curl 8'])
    const long = `${'d/'.repeat(120)}${'../'.repeat(120)}${status}`
    expect(named(await layers([[long, dpkg('curl', '8')]]))).toEqual(['curl 8'])
  })

  it('counts as it came last where an archive holds it twice', async () => {
    expect(
      named(
        await layers([
          [status, dpkg('curl', '7')],
          [status, dpkg('curl', '8')],
        ]),
      ),
    ).toEqual(['curl 8'])
  })

  it('is found behind a hard link, whether its other name comes before or after it or lies in a layer below', async () => {
    const old: Entry = dpkg('curl', '8')
    const link: Entry = { hardlink: './var/lib/dpkg/status-old' }
    expect(
      named(
        await layers([
          ['var/lib/dpkg/status-old', old],
          [status, link],
        ]),
      ),
    ).toEqual(['curl 8'])
    expect(
      named(
        await layers([
          [status, link],
          ['var/lib/dpkg/status-old', old],
        ]),
      ),
    ).toEqual(['curl 8'])
    expect(
      named(
        await layers([
          ['a', old],
          ['b', { hardlink: 'a' }],
          [status, { hardlink: 'b' }],
        ]),
      ),
    ).toEqual(['curl 8'])
    const below = await layers([[part('x'), partOf('x', '1')]], [[status, { hardlink: part('x') }]])
    expect(below.inventory.packages).toHaveLength(1)
    const nowhere = await layers(base, [[status, { hardlink: 'nowhere' }]])
    expect(nowhere.inventory.unseen).toEqual([`${status}: is a hard link to nowhere, which was not read`])
  })
})

describe('status.d', () => {
  it('is put together from all layers, files beside the packages left out', async () => {
    const found = await layers(
      [
        ['etc/os-release', debian],
        [part('netbase'), partOf('netbase', '6.4')],
        [part('netbase.md5sums'), '0 etc/x\n'],
        [part('tzdata'), partOf('tzdata', '1')],
      ],
      [
        [part('libssl3'), partOf('libssl3', '3')],
        [part('tzdata'), partOf('tzdata', '2')],
        [part('libssl3.postinst'), '#!/bin/sh\n'],
      ],
      [
        [part('.wh.netbase'), ''],
        [part('libpython3.11-minimal'), partOf('libpython3.11-minimal', '3.11')],
      ],
    )

    expect(named(found)).toEqual(['libpython3.11-minimal 3.11', 'libssl3 3', 'tzdata 2'])
    expect(found.inventory.unseen).toEqual([])
  })
})

describe('links', () => {
  it('lead to the other place of apk where /usr is merged, and the database counts once', async () => {
    const merged: Files = [
      ['lib', { symlink: 'usr/lib' }],
      ['usr/lib/apk/db/installed', apk('musl', '1.2-r0')],
      ['etc/os-release', 'ID=wolfi\n'],
    ]
    expect(named(await layers(merged))).toEqual(['musl 1.2-r0'])
    // A builder that does not know of the link still means the same file.
    expect(named(await layers(merged, [['lib/apk/db/installed', apk('musl', '1.3-r0')]]))).toEqual(['musl 1.3-r0'])
    expect(named(await layers([['lib/apk/db/installed', apk('musl', '1.2-r0')]]))).toEqual(['musl 1.2-r0'])
  })

  it('are followed inside the image only: an absolute one starts at its root, and nothing lies above that', async () => {
    for (const symlink of ['/usr/lib/os-release', '../../../../usr/lib/os-release', 'link', '/etc/../usr/./lib//os-release']) {
      const found = await layers([
        ['usr/lib/os-release', debian],
        ['etc/os-release', { symlink }],
        ['etc/link', { symlink: '../usr/lib/os-release' }],
        [status, ''],
      ])

      if (symlink === 'link') expect(found.inventory.unseen.join(), symlink).toContain('a link leads to etc/link, where we do not look')
      expect(found.inventory.distro?.id, symlink).toBe('debian')
    }
  })

  it('that lead round in circles, or to where we do not look, are said', async () => {
    const circle = await layers([['var/lib/dpkg', { symlink: '../lib/dpkg' }]])
    expect(circle.inventory.unseen.join('\n')).toContain(`${status}: its links lead to themselves`)
    const away = await layers([
      ['var/lib/dpkg', { symlink: '/opt/dpkg' }],
      ['opt/dpkg/status', dpkg('curl', '8')],
    ])
    expect(away.inventory.unseen.join('\n')).toContain(`${status}: a link leads to opt/dpkg/status, where we do not look`)
  })

  it('to links and hard links in circles end', async () => {
    const found = await layers([
      [status, { hardlink: 'var/lib/dpkg/b' }],
      ['var/lib/dpkg/b', { hardlink: status }],
    ])

    expect(found.inventory.unseen.join('\n')).toMatch(/hard link/)
  })
})

describe('rpm', () => {
  const header = { version: '3.0.7', release: '28.el9', arch: 'x86_64', vendor: 'Made Up', sourceRpm: 'openssl-3.0.7-28.el9.src.rpm', modularityLabel: null }
  const parse = {
    rpmDatabase: async (files: { kind: string; main: Uint8Array; wal?: Uint8Array | null }) => ({
      packages: [
        { ...header, name: 'openssl-libs', epoch: 1 },
        { ...header, name: 'gpg-pubkey', epoch: null },
        { ...header, name: `${files.kind}-${Buffer.from(files.main).toString()}-${files.wal ? Buffer.from(files.wal).toString() : 'no-log'}`, epoch: null },
      ],
      unseen: [],
    }),
  }
  const read = async (...all: readonly Files[]) => await inspected(await Promise.all(all.map(gzipped)), { parse })

  it('reads each kind of database in both folders, which may be one', async () => {
    const found = await read([
      ['var/lib/rpm', { symlink: '../../usr/lib/sysimage/rpm' }],
      ['usr/lib/sysimage/rpm/rpmdb.sqlite', 'main'],
      ['usr/lib/sysimage/rpm/rpmdb.sqlite-wal', 'log'],
    ])

    expect(named(found)).toEqual(['openssl-libs 1:3.0.7-28.el9', 'sqlite-main-log 3.0.7-28.el9'])
    expect(found.inventory.packages[0]).toMatchObject({
      type: 'rpm',
      sourceName: 'openssl',
      sourceVersion: '1:3.0.7-28.el9',
      vendor: 'Made Up',
      arch: 'x86_64',
    })
    expect(named(await read([['var/lib/rpm/Packages.db', 'main']])).join()).toContain('ndb-main')
    expect(named(await read([['var/lib/rpm/Packages', 'main']])).join()).toContain('bdb-main')
  })

  it('does not guess where the write-ahead log is of another layer than the database', async () => {
    const main: Files = [['var/lib/rpm/rpmdb.sqlite', 'main']]
    const log: Files = [['var/lib/rpm/rpmdb.sqlite-wal', 'log']]
    for (const found of [await read(main, log), await read(log, main)]) {
      expect(found.inventory.packages).toEqual([])
      expect(found.inventory.unseen.join()).toContain('its write-ahead log is of another layer')
    }
    expect(named(await read(main, [['var/lib/rpm/rpmdb.sqlite-wal', '']])).join()).toContain('sqlite-main-no-log')
    expect(named(await read([...main, ...log], [['var/lib/rpm/.wh.rpmdb.sqlite-wal', '']])).join()).toContain('sqlite-main-log')
  })

  it('does not guess either where the log beside the database cannot be read', async () => {
    const found = await read([
      ['var/lib/rpm/rpmdb.sqlite', 'main'],
      ['var/lib/rpm/rpmdb.sqlite-wal', { symlink: '/elsewhere' }],
    ])

    expect(found.inventory.packages).toEqual([])
    expect(found.inventory.unseen).toContain('var/lib/rpm/rpmdb.sqlite: has a write-ahead log beside it that could not be read')
  })

  it('opens the database that rpm would, and names the others', async () => {
    const found = await read([
      ['var/lib/rpm/Packages', 'old'],
      ['var/lib/rpm/rpmdb.sqlite', 'main'],
    ])

    expect(named(found).join()).toContain('sqlite-main')
    expect(found.inventory.unseen).toContain('var/lib/rpm/Packages: passed over, since var/lib/rpm/rpmdb.sqlite lies beside it')
  })

  it('says what the parser said when it refuses', async () => {
    const layer = await gzipped([['var/lib/rpm/Packages', 'x']])
    const found = await inspected([layer], { parse: { rpmDatabase: () => Promise.reject(new Fault('invalid', 'the parser died')) } })

    expect(found.inventory.unseen).toContain('var/lib/rpm/Packages: could not be read: the parser died')
  })
})

describe('what cannot be read', () => {
  it('is a sentence and never an empty list', async () => {
    expect((await layers([['bin/app', 'x']])).inventory.unseen).toEqual([
      'no package database was found: what is in the image came there without dpkg, apk or rpm',
      'no readable os-release was found: the distribution is unknown',
    ])
    expect((await layers([...base, ['var/lib/opkg/status', 'Package: x\n']])).inventory.unseen).toEqual([
      'var/lib/opkg/status: the database of opkg, which we cannot read',
    ])
  })

  it('of a layer is named, and the other layers count', async () => {
    const plain = await archive(base)
    const types = [
      'application/vnd.docker.image.rootfs.foreign.diff.tar.gzip',
      'application/vnd.oci.image.layer.nondistributable.v1.tar',
      'application/vnd.made-up',
    ]
    for (const mediaType of types) {
      const found = await inspected([await gzipped(base), { bytes: plain, mediaType }])

      expect(named(found)).toEqual(['base-files 12'])
      expect(found.inventory.unseen).toHaveLength(1)
      expect(found.inventory.unseen[0]).toMatch(/^layer sha256:[0-9a-f]{12} could not be read: /)
    }
  })
})

describe('repositories', () => {
  it('come from every file that names some', async () => {
    const { inventory } = await layers(
      [
        ...base,
        ['etc/apt/sources.list.d/debian.sources', 'Types: deb\nURIs: http://example.org/debian\nSuites: bookworm bookworm-updates\nComponents: main\n'],
      ],
      [
        ['etc/apt/sources.list.d/more.list', 'deb [arch=amd64 trusted=yes] https://example.com/apt stable main # why\n'],
        ['etc/apk/repositories', '@edge https://example.net/edge\n'],
      ],
    )

    expect(inventory.repositories).toEqual([
      { type: 'apk', uri: 'https://example.net/edge', pin: 'edge' },
      { type: 'deb', uri: 'http://example.org/debian', suite: 'bookworm', components: ['main'], architectures: [] },
      { type: 'deb', uri: 'http://example.org/debian', suite: 'bookworm-updates', components: ['main'], architectures: [] },
      { type: 'deb', uri: 'https://example.com/apt', suite: 'stable', components: ['main'], architectures: ['amd64'] },
    ])
  })
})
