/** Package databases and os-release files of real images and machines (samples that lie beside the repository): each package is there, and what is broken is named. */
import { readdirSync, readFileSync, statSync } from 'node:fs'
import path from 'node:path'
import { describe, expect, it } from 'vitest'
import { readApkInstalled } from '../../src/adapters/inventories/databases/apk-installed.ts'
import { readDpkgStatus } from '../../src/adapters/inventories/databases/dpkg-status.ts'
import { gzipped } from '../support/archives.ts'
import { inspected, named } from '../support/inspected.ts'

const samples = path.resolve(import.meta.dirname, '../../../shared/data/attestations')
const sample = (name: string): string => readFileSync(path.join(samples, name), 'utf8')
/** Lines of the file that begin so: what a reader of another kind would count. */
const count = (text: string, line: RegExp): number => text.split('\n').filter((one) => line.test(one)).length

describe('dpkg', () => {
  it.each(['status.debian-12', 'status.debian-only', 'status.postgresql', 'status.large.excerpt', 'status-cases/single'])(
    '%s: every installed package',
    (name) => {
      const text = sample(`dpkg/${name}`)
      const { packages, unseen } = readDpkgStatus(name, text, 'status')

      expect(packages).toHaveLength(count(text, /^Status: \w+ ok installed$/))
      expect(unseen).toEqual([])
    },
  )

  it('the machine: 46 packages with their sources', () => {
    const { packages } = readDpkgStatus('status', sample('dpkg/status.debian-12'), 'status')

    expect(packages).toHaveLength(46)
    expect(packages.filter(({ sourceName, name }) => sourceName !== name).length).toBeGreaterThan(10)
  })

  it('removed packages are not installed, and a broken file is named', () => {
    const removed = readDpkgStatus('s', sample('dpkg/status-cases/deinstall'), 'status')
    expect([removed.packages.map(({ name }) => name), removed.unseen]).toEqual([['linux-image-6.14.0-1012-aws'], []])
    const broken = readDpkgStatus('s', sample('dpkg/status-cases/corrupt'), 'status')
    expect(broken.packages).toEqual([])
    // Made for tests: paragraphs without a name, a version or a status stand among sound ones.
    const mixed = readDpkgStatus('s', sample('dpkg/status-cases/multiple'), 'status')
    expect([mixed.packages.map(({ name }) => name), mixed.unseen.length]).toEqual([['tzdata', 'util-linux'], 2])
    expect(broken.unseen).not.toEqual([])
  })

  it('the parts of a distroless image, out of an image', async () => {
    const parts = readdirSync(path.join(samples, 'dpkg/status.d')).map((name) => [`var/lib/dpkg/status.d/${name}`, sample(`dpkg/status.d/${name}`)] as const)
    const found = await inspected([await gzipped([['etc/os-release', sample('os-release/debian-11-distroless')], ...parts])])

    expect(named(found)).toEqual(['dash 0.5.8-2.4', expect.stringMatching(/^libsqlite3-0 /), expect.stringMatching(/^netbase /)])
    expect(found.inventory).toMatchObject({ distro: { id: 'debian', versionId: '11' }, unseen: [] })
  })
})

describe('apk', () => {
  it.each(['installed.alpine', 'installed.wolfi-base', 'installed.wolfi-redis-operator-compat', 'installed.multiple'])('%s: every package', (name) => {
    const text = sample(`apk/${name}`)
    const { packages, unseen } = readApkInstalled(name, text)

    expect(packages).toHaveLength(count(text, /^P:/))
    expect(packages.length).toBeGreaterThan(0)
    expect(packages.filter(({ sourceName }) => sourceName === '')).toEqual([])
    expect(unseen).toEqual([])
  })

  it('several files in one, as a test has them: the packages are there, the headings are named', () => {
    const { packages, unseen } = readApkInstalled('installed', sample('apk/installed.no-cache'))

    expect(packages.map(({ name, sourceName }) => `${name} of ${sourceName}`)).toEqual(['python3-pyc of python3', 'libstdc++ of gcc'])
    expect(unseen).not.toEqual([])
  })

  it('a broken entry is named by its line, and the package after it is there', () => {
    const { packages, unseen } = readApkInstalled('installed', sample('apk/installed.corrupt'))

    expect(packages.map(({ name, version }) => `${name} ${version}`)).toEqual(['alpine-baselayout-data 3.2.0-r22'])
    expect(unseen).toEqual(['installed, line 1: an entry without a readable package name'])
  })
})

describe('os-release', () => {
  it('of each distribution is found in an image, and names it', async () => {
    for (const name of readdirSync(path.join(samples, 'os-release'))) {
      if (statSync(path.join(samples, 'os-release', name)).isDirectory()) continue
      const found = await inspected([await gzipped([['etc/os-release', sample(`os-release/${name}`)]])])

      expect(found.inventory.distro?.id, name).toMatch(/^[a-z]+/)
    }
  })
})
