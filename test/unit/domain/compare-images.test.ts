/** Differences between two images, and whether they are explained. */
import { array, assert, constantFrom, property, record, subarray } from 'fast-check'
import { describe, expect, it } from 'vitest'
import { compareImages } from '../../../src/domain/compare-images.ts'
import type { Difference, PackageChange } from '../../../src/domain/difference.ts'
import { distro, finding, inspection, madeUpDigest, onePackage } from '../../support/evidence.ts'

type Inspected = NonNullable<Parameters<typeof inspection>[0]>

const foo = (version: string, more = {}) => onePackage({ name: 'libfoo1', version, arch: 'amd64', sourceName: 'foo', ...more })
const old = inspection({ manifest: madeUpDigest(100) })
const newer = (named: Inspected = {}) =>
  inspection({
    manifest: madeUpDigest(200),
    layers: [{ digest: madeUpDigest(2), size: 1100 }],
    ...named,
    inventory: { packages: [foo('1.0-2')], ...named.inventory },
  })
const diff = (a = old, b = newer(), findings: { a?: ReturnType<typeof finding>[]; b?: ReturnType<typeof finding>[] } = {}): Difference =>
  compareImages({ inspection: a, findings: findings.a ?? [] }, { inspection: b, findings: findings.b ?? [] })

describe('an upgrade of a package', () => {
  it('is an explained move that names versions, size and layers', () => {
    expect(diff()).toEqual({
      packages: {
        added: [],
        removed: [],
        upgraded: [{ type: 'deb', name: 'libfoo1', arch: 'amd64', sourceName: 'foo', from: '1.0-1', to: '1.0-2' }],
        downgraded: [],
      },
      findings: { fixed: [], introduced: [], remaining: [] },
      config: [],
      layers: { shared: 0, onlyA: 1, onlyB: 1 },
      size: { from: 1000, to: 1100 },
      explained: true,
      why: ['both are built from https://git.example/owner/repo', 'packages account for the difference: 1 upgraded, none goes back'],
    })
  })
})

describe('packages', () => {
  const changes = (a: ReturnType<typeof foo>[], b: ReturnType<typeof foo>[]) =>
    diff(inspection({ inventory: { packages: a } }), newer({ inventory: { packages: b } })).packages
  const told = (packages: readonly PackageChange[]) => packages.map(({ name, from, to }) => `${name} ${from} ${to}`)

  it('with several versions are compared by what is not on both sides, the newest first', () => {
    const kernels = (...versions: string[]) => versions.map((version) => foo(version, { type: 'rpm', name: 'kernel' }))
    const found = changes(kernels('5.14-1', '5.14-2'), kernels('5.14-2', '5.14-3'))
    expect(told(found.upgraded)).toEqual(['kernel 5.14-1 5.14-3'])
    expect(found.added).toEqual([])
    const more = changes(kernels('5.14-1'), kernels('5.14-2', '5.14-3'))
    expect(told(more.upgraded)).toEqual(['kernel 5.14-1 5.14-3'])
    expect(told(more.added)).toEqual(['kernel null 5.14-2'])
  })

  it('of an SBOM that names sources are compared with the sources of the other image’s packages', () => {
    const sbom = inspection({ inventory: { source: 'sbom', granularity: 'sources', packages: [foo('1.0-1', { name: 'foo', arch: null })] } })
    const layers = newer({
      inventory: { packages: [foo('1.0-2+b1', { sourceVersion: '1.0-2' }), foo('1.0-2', { name: 'foo-tools', sourceVersion: '1.0-2' })] },
    })
    const found = diff(sbom, layers)
    expect(found.packages).toMatchObject({ added: [], removed: [], upgraded: [{ name: 'foo', from: '1.0-1', to: '1.0-2' }] })
    expect(found.explained).toBe(true)
  })

  it('that are keys come and go, since their numbers have no order', () => {
    const key = (version: string) => foo(version, { type: 'rpm', name: 'gpg-pubkey' })
    const found = changes([key('fd431d51-1')], [key('5a6340b3-1')])
    expect(told(found.removed)).toEqual(['gpg-pubkey fd431d51-1 null'])
    expect(told(found.added)).toEqual(['gpg-pubkey null 5a6340b3-1'])
  })

  it('of two architectures are two', () => {
    const found = changes([foo('1'), foo('1', { arch: 'i386' })], [foo('2')])
    expect(told(found.upgraded)).toEqual(['libfoo1 1 2'])
    expect(told(found.removed)).toEqual(['libfoo1 1 null'])
  })

  it('are the same where one side does not tell the architecture', () => {
    const found = changes([foo('1', { arch: null })], [foo('2')])
    expect(found).toMatchObject({ added: [], removed: [], upgraded: [{ from: '1', to: '2', arch: 'amd64' }] })
  })

  it('whose versions the package manager holds for equal did not change', () => {
    expect(changes([foo('0:1.0-1')], [foo('1.0-1')])).toEqual({ added: [], removed: [], upgraded: [], downgraded: [] })
  })
})

describe('findings', () => {
  const open = finding()
  const other = finding({ id: 'CVE-2099-0002' })

  it('are the same by id and source package, and are told as the new image has them', () => {
    const later = finding({ installed: '1.0-2', fixedIn: '1.0-3' })
    const found = diff(old, newer(), { a: [open, other], b: [later, finding({ id: 'CVE-2099-0003' })] }).findings
    expect(found.remaining).toEqual([later])
    expect(found.fixed).toEqual([other])
    expect(found.introduced.map(({ id }) => id)).toEqual(['CVE-2099-0003'])
  })

  it('that do not apply count for nothing', () => {
    const found = diff(old, newer(), { a: [open], b: [{ ...open, vex: 'not_affected' }] }).findings
    expect(found).toEqual({ fixed: [open], introduced: [], remaining: [] })
  })

  it('are not called fixed by an inventory that did not see everything, but where it has the package', () => {
    const hidden = finding({ id: 'CVE-2099-0004', sourceName: 'hidden' })
    const found = diff(old, newer({ inventory: { unseen: ['a database could not be read'] } }), { a: [open, hidden] }).findings
    expect(found.fixed).toEqual([open])
    expect(found.remaining).toEqual([hidden])
  })

  it('are not called fixed in an image that does not say which distribution it is', () => {
    expect(diff(old, newer({ inventory: { distro: null } }), { a: [open] }).findings).toEqual({ fixed: [], introduced: [], remaining: [open] })
  })
})

describe('the configuration', () => {
  const config = (a: Inspected['config'], b: Inspected['config']) => diff(inspection({ config: a ?? {} }), newer({ config: b ?? {} })).config

  it('is told field by field, absent ones as null', () => {
    expect(config({ user: '', cmd: ['sh'] }, { user: '0', cmd: ['sh', '-c'] })).toEqual([
      { field: 'User', from: null, to: '0' },
      { field: 'Cmd', from: '["sh"]', to: '["sh","-c"]' },
    ])
  })

  it('tells no value of a variable, only that it was set, unset or changed', () => {
    const found = config({ env: ['A=secret1', 'B=secret2', 'C=same'] }, { env: ['B=secret3', 'C=same', 'D=secret4'] })
    expect(found).toEqual([
      { field: 'Env A', from: 'set', to: null },
      { field: 'Env B', from: 'set', to: 'changed' },
      { field: 'Env D', from: null, to: 'set' },
    ])
    expect(JSON.stringify(found)).not.toContain('secret')
  })

  it('does not depend on the order of ports and volumes', () => {
    expect(config({ exposedPorts: ['80/tcp', '443/tcp'], volumes: ['/a', '/b'] }, { exposedPorts: ['443/tcp', '80/tcp'], volumes: ['/b', '/a'] })).toEqual([])
  })

  it('leaves out labels that differ in every build', () => {
    expect(
      config(
        { labels: { 'org.opencontainers.image.created': 'then', 'org.opencontainers.image.revision': '1', maintainer: 'a' } },
        { labels: { 'org.opencontainers.image.created': 'now', 'org.opencontainers.image.revision': '2', maintainer: 'b' } },
      ),
    ).toEqual([{ field: 'Label maintainer', from: 'a', to: 'b' }])
  })
})

describe('layers', () => {
  it('are shared by their content, however it is compressed', () => {
    const layers = (...numbers: number[]) => numbers.map((number) => ({ digest: madeUpDigest(number), size: 1 }))
    const a = inspection({ layers: layers(1, 2), config: { diffIds: [madeUpDigest(51), madeUpDigest(52)] } })
    const b = newer({ layers: layers(3, 4, 5), config: { diffIds: [madeUpDigest(51), madeUpDigest(53), madeUpDigest(54)] } })
    expect(diff(a, b).layers).toEqual({ shared: 1, onlyA: 1, onlyB: 2 })
    expect(diff(a, { ...b, config: { ...b.config, diffIds: [] } }).layers).toEqual({ shared: 0, onlyA: 2, onlyB: 3 })
  })
})

describe('a move is not explained', () => {
  const why = (b: Inspected, a: Inspected = {}) => {
    const found = diff(inspection(a), newer(b))
    expect(found.explained).toBe(false)
    return found.why
  }
  const provenance = (sourceUri: string | null, builder: string | null = null) => ({ sourceUri, builder, sourceRevision: null, parents: [] })

  it('when layers differ and no package does: a program may have been put in beside the package manager', () => {
    expect(why({ inventory: { packages: [foo('1.0-1')] } })).toEqual(['layers differ, no package change seen'])
  })

  it('when the source changes', () => {
    expect(why({ provenance: provenance('https://git.example/else/repo') })).toEqual([
      'the source changes from https://git.example/owner/repo to https://git.example/else/repo',
    ])
  })

  it('when neither source nor builder is known', () => {
    expect(why({ provenance: null }, { provenance: null })).toEqual(['neither source nor builder is known of either image'])
    expect(why({ provenance: null })).toEqual(['neither source nor builder is known of the new image'])
  })

  it('when a package goes back', () => expect(why({ inventory: { packages: [foo('0.9-1')] } })).toEqual(['libfoo1 (1.0-1 to 0.9-1) goes back']))

  it('when what guards it is gone', () => {
    const guard = onePackage({ name: 'ca-certificates', version: '2026' })
    expect(why({}, { inventory: { packages: [foo('1.0-1'), guard] } })).toEqual(['ca-certificates is gone'])
  })

  it('when a package is built by another vendor', () => {
    expect(why({ inventory: { packages: [foo('1.0-2', { vendor: 'B' })] } }, { inventory: { packages: [foo('1.0-1', { vendor: 'A' })] } })).toEqual([
      'libfoo1 (A to B) is built by another vendor',
    ])
  })

  it('but not when an SBOM writes the vendor otherwise than the database', () => {
    const vendor = (name: string) => [foo('1.0-2', { vendor: name })]
    const a = inspection({ inventory: { packages: [foo('1.0-1', { vendor: 'A, Inc.' })] } })
    expect(diff(a, newer({ inventory: { source: 'sbom', packages: vendor('A') } })).explained).toBe(true)
  })

  it('when packages come from a place that is new', () => {
    const from = (uri: string) => ({ type: 'apk', uri, pin: null }) as const
    const a = { inventory: { packages: [foo('1.0-1')], repositories: [from('https://archive.example/v1/main')] } }
    expect(diff(inspection(a), newer({ inventory: { repositories: [from('https://archive.example/v2/main')] } })).explained).toBe(true)
    expect(why({ inventory: { repositories: [from('https://evil.example/v1/main')] } }, a)).toEqual(['evil.example is a new package repository'])
  })

  it('when the distribution or its release changes, but not when an update of it does', () => {
    const on = (id: string, versionId: string | null): Inspected => ({ inventory: { distro: distro({ id, versionId }), packages: [foo('1.0-1')] } })
    const to = (id: string, versionId: string | null): Inspected => ({ inventory: { distro: distro({ id, versionId }) } })
    expect(why(to('debian', '13'), on('debian', '12'))).toEqual(['the release of debian changes from 12 to 13'])
    expect(why(to('alpine', '3.21.0'), on('alpine', '3.20.3'))).toEqual(['the release of alpine changes from 3.20 to 3.21'])
    expect(why(to('ubuntu', '24.04'), on('debian', '12'))).toEqual(['the distribution changes from debian to ubuntu'])
    for (const [id, a, b] of [
      ['rhel', '9.4', '9.5'],
      ['alpine', '3.20.3', '3.20.4'],
      ['wolfi', '20230201', '20240101'],
    ] as const)
      expect(diff(inspection(on(id, a)), newer(to(id, b))).explained, id).toBe(true)
  })

  it('when the container starts otherwise', () => {
    expect(why({ config: { user: 'root', entrypoint: ['/x'], env: ['LD_PRELOAD=/x.so', 'FOO_VERSION=2'] } }, { config: { env: ['FOO_VERSION=1'] } })).toEqual([
      'User is new',
      'Entrypoint is new',
      'Env LD_PRELOAD is new',
    ])
  })

  it('when an image was not seen, or not completely', () => {
    expect(why({ inventory: { packages: [], unseen: ['layer 3 is too large'] } })).toEqual([
      'no packages are known of the new image',
      'the new image was not seen completely: layer 3 is too large',
    ])
  })

  it('when one side tells its packages by an SBOM under other names', () => {
    const named = onePackage({ name: 'foo', version: '1.0-2' })
    expect(why({ inventory: { source: 'sbom', packages: [named] } })).toEqual([
      'one image tells its packages by an SBOM and the other by its layers, and they may name them differently',
    ])
  })
})

describe('a move is explained', () => {
  it('by one repository, however it is written', () => {
    const written = [
      'https://git.example/owner/repo',
      'git+https://git.example/owner/repo.git@refs/heads/main',
      'https://git.example/Owner/Repo.git#0123abc:24/cli',
      'https://user@git.example/owner/repo/',
      'git.example/owner/repo',
    ]
    for (const sourceUri of written)
      expect(diff(old, newer({ provenance: { builder: null, sourceUri, sourceRevision: null, parents: [] } })).explained, sourceUri).toBe(true)
  })

  it('by a label where there is no provenance, and says so', () => {
    const labelled = { provenance: null, config: { labels: { 'org.opencontainers.image.source': 'https://git.example/owner/repo' } } }
    expect(diff(inspection(labelled), newer(labelled)).why[0]).toBe('both are built from https://git.example/owner/repo, as a label says')
  })

  it('by one builder where a source is not known', () => {
    const built = { provenance: { builder: 'https://builder.example', sourceUri: null, sourceRevision: null, parents: [] } }
    expect(diff(inspection(built), newer(built))).toMatchObject({ explained: true, why: ['both are built by https://builder.example', expect.anything()] })
  })
})

describe('laws', () => {
  const anyPackage = record({
    name: constantFrom('a', 'b', 'c'),
    version: constantFrom('1', '1.1', '2:1', '1~rc1'),
    arch: constantFrom('amd64', 'arm64', null),
  })
  const anyImage = record({
    packages: array(anyPackage, { maxLength: 8 }),
    layers: array(constantFrom(1, 2, 3), { maxLength: 4 }),
    env: subarray(['A=1', 'A=2', 'B=1']),
    findings: subarray(['CVE-2099-0001', 'CVE-2099-0002', 'CVE-2099-0003']),
  }).map(({ packages, layers, env, findings }) => ({
    inspection: inspection({
      manifest: madeUpDigest(packages.length + 10),
      layers: layers.map((number) => ({ digest: madeUpDigest(number), size: number })),
      config: { env },
      inventory: { packages: packages.map((one) => onePackage(one)) },
    }),
    findings: findings.map((id) => finding({ id })),
  }))

  it('an image does not differ from itself', () => {
    assert(
      property(anyImage, (image) => {
        const { packages, findings, config, layers, explained } = compareImages(image, image)
        expect(packages).toEqual({ added: [], removed: [], upgraded: [], downgraded: [] })
        expect([findings.fixed, findings.introduced, config, layers.onlyA, layers.onlyB, explained]).toEqual([[], [], [], 0, 0, true])
      }),
    )
  })

  it('the way back is the way there, mirrored', () => {
    const mirrored = (changes: readonly PackageChange[]) => changes.map((change) => ({ ...change, from: change.to, to: change.from }))
    assert(
      property(anyImage, anyImage, (a, b) => {
        const [there, back] = [compareImages(a, b), compareImages(b, a)]
        const withoutArch = (changes: readonly PackageChange[]) => changes.map(({ name, from, to }) => ({ name, from, to }))
        expect(withoutArch(mirrored(back.packages.removed))).toEqual(withoutArch(there.packages.added))
        expect(withoutArch(mirrored(back.packages.downgraded))).toEqual(withoutArch(there.packages.upgraded))
        expect(back.findings.introduced).toEqual(there.findings.fixed)
        expect(back.layers).toEqual({ shared: there.layers.shared, onlyA: there.layers.onlyB, onlyB: there.layers.onlyA })
        expect(back.config.map(({ field }) => field)).toEqual(there.config.map(({ field }) => field))
      }),
    )
  })
})
