/** Images of the other kinds, committed layer by layer by buildah: rpm by rpm itself, distroless `status.d`, Alpine's `installed`, and several platforms. */
import { cp, mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises'
import os from 'node:os'
import path from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { buildahIn, run, startRealRegistry } from '../support/real-images.ts'
import { asInstalled, byName, commitLayers, dpkgSays, type Installed, underpinIn } from '../support/real-systems.ts'

let home = ''
let layout = ''
let buildah: ReturnType<typeof buildahIn>
let underpin: ReturnType<typeof underpinIn>

beforeAll(async () => {
  home = await mkdtemp(path.join(os.tmpdir(), 'underpin-small-'))
  layout = path.join(home, 'layout')
  buildah = buildahIn(path.join(home, 'buildah'))
  underpin = underpinIn(home)
})
afterAll(() => rm(home, { recursive: true, force: true }))

type Step = (root: string) => Promise<unknown>

/** Builds an image of these layers and gives its last root folder. */
const layered = (tag: string, ...steps: readonly Step[]): Promise<string> => layeredOn(null, tag, ...steps)

/** The same on top of the image with the tag `base`. */
async function layeredOn(base: string | null, tag: string, ...steps: readonly Step[]): Promise<string> {
  const root = await commitLayers(buildah, base === null ? null : `localhost/small:${base}`, `localhost/small:${tag}`, steps)
  await buildah('push', '-q', `localhost/small:${tag}`, `oci:${layout}:${tag}`)
  return root
}

/** Writes files below the root. */
const files =
  (some: Readonly<Record<string, string>>): Step =>
  async (root) => {
    for (const [name, text] of Object.entries(some)) {
      await mkdir(path.dirname(path.join(root, name)), { recursive: true })
      await writeFile(path.join(root, name), text)
    }
  }

async function inspected(image: string, ...args: readonly string[]) {
  const { code, out, err } = await underpin('inspect', image, '--json', ...args)
  expect({ code, err }).toEqual({ code: 0, err: expect.any(String) })
  return JSON.parse(out)
}

describe('rpm', () => {
  /** Written by us in the form that Rocky Linux has. */
  const osRelease = 'NAME="Rocky Linux"\nID="rocky"\nID_LIKE="rhel centos fedora"\nVERSION_ID="9.4"\nPRETTY_NAME="Rocky Linux 9.4 (Blue Onyx)"\n'
  const spec = (release: number) =>
    [
      `Name: made-up\nVersion: 1.2~rc1\nRelease: ${release}.el9_4\nSummary: none\nLicense: none\nVendor: Rocky Enterprise Software Foundation\n%description\nnone\n%files\n`,
      ...Array.from({ length: 40 }, (_, at) =>
        [
          `%package -n made-up-${at}\nSummary: none`,
          at % 4 === 0 ? `Version: 2.${at}^git1` : '',
          at % 5 === 0 ? `Epoch: ${at / 5}` : '',
          at % 3 === 0 ? 'BuildArch: noarch' : '',
          `%description -n made-up-${at}\n${'word '.repeat(at % 10 === 0 ? 4_000 : 5)}\n%files -n made-up-${at}\n`,
        ].join('\n'),
      ),
    ].join('\n')
  const built = new Map<number, readonly string[]>()
  beforeAll(async () => {
    for (const release of [1, 2]) {
      const top = path.join(home, `rpmbuild-${release}`)
      await mkdir(top)
      await writeFile(path.join(top, 'spec'), spec(release))
      await run('rpmbuild', ['-bb', '--define', `_topdir ${top}`, path.join(top, 'spec')])
      built.set(release, (await run('find', [path.join(top, 'RPMS'), '-name', '*.rpm'])).split('\n').sort())
    }
  })

  const at = (root: string, folder: string): readonly string[] => ['--root', root, '--define', `_dbpath ${folder}`]
  const install =
    (folder: string, release: number, ...which: readonly number[]): Step =>
    (root) => {
      const wanted = (built.get(release) ?? []).filter((file) => which.length === 0 || which.some((one) => file.includes(`/made-up-${one}-`)))
      return run('rpm', [...at(root, folder), '-U', '--nodeps', '--ignorearch', ...wanted])
    }

  /** What `rpm -qa` says of the packages in a root. */
  async function rpmSays(root: string, folder: string): Promise<readonly Installed[]> {
    const format = '%{NAME}\\t%|EPOCH?{%{EPOCH}:}|%{VERSION}-%{RELEASE}\\t%{ARCH}\\t%{SOURCERPM}\\n'
    return (await run('rpm', [...at(root, folder), '-qa', '--qf', format]))
      .split('\n')
      .map((line) => line.split('\t'))
      .map(([name = '', version = '', arch = '', sourceRpm = '']) => {
        const [, sourceName = '', source = ''] = /^(.+)-([^-]+-[^-]+)\.src\.rpm$/.exec(sourceRpm) ?? []
        // The file's name holds no epoch; ours is told where source and package have one version.
        return { name, version, arch, sourceName, sourceVersion: version.replace(/^\d+:/, '') === source ? version : source }
      })
      .sort(byName)
  }

  it.each(['/var/lib/rpm', '/usr/lib/sysimage/rpm'])('a database in %s: inspect equals rpm -qa, field for field', async (folder) => {
    const root = await layered(`rpm${folder.replaceAll('/', '-')}`, files({ 'etc/os-release': osRelease }), install(folder, 1))
    const said = await rpmSays(root, folder)

    const { packages, unseen, distro } = await inspected(`oci:${layout}:rpm${folder.replaceAll('/', '-')}`)

    expect(said).toHaveLength(41)
    expect(asInstalled(packages)).toEqual(said)
    expect(packages.map(({ vendor }: { vendor: string }) => vendor)).toEqual(said.map(() => 'Rocky Enterprise Software Foundation'))
    expect({ unseen, distro }).toEqual({ unseen: [], distro: expect.objectContaining({ id: 'rocky', versionId: '9.4' }) })
  })

  it('an upgrade and a removal in layers of their own: the database of the last layer counts, and diff names both', async () => {
    const folder = '/usr/lib/sysimage/rpm'
    const linked: Step = async (root) => {
      await mkdir(path.join(root, 'var/lib'), { recursive: true })
      await symlink('../../usr/lib/sysimage/rpm', path.join(root, 'var/lib/rpm'))
    }
    await layered('rpm-old', files({ 'etc/os-release': osRelease }), linked, install(folder, 1))
    const root = await layeredOn('rpm-old', 'rpm-new', install(folder, 2, 3, 4, 10), (where) =>
      run('rpm', [...at(where, folder), '-e', '--nodeps', 'made-up-7', 'made-up-20']),
    )
    const said = await rpmSays(root, folder)

    const { packages, unseen } = await inspected(`oci:${layout}:rpm-new`)
    const { code, out } = await underpin('diff', `oci:${layout}:rpm-old`, `oci:${layout}:rpm-new`, '--json')

    expect(said).toHaveLength(39)
    expect(asInstalled(packages)).toEqual(said)
    expect(unseen).toEqual([])
    expect(code).toBe(0)
    expect(JSON.parse(out).packages).toMatchObject({
      added: [],
      removed: [{ name: 'made-up-20' }, { name: 'made-up-7' }],
      upgraded: [
        { name: 'made-up-10', from: '2:1.2~rc1-1.el9_4', to: '2:1.2~rc1-2.el9_4' },
        { name: 'made-up-3', from: '1.2~rc1-1.el9_4', to: '1.2~rc1-2.el9_4' },
        { name: 'made-up-4', from: '2.4^git1-1.el9_4', to: '2.4^git1-2.el9_4' },
      ],
      downgraded: [],
    })
  })
})

describe('distroless', () => {
  const names = ['base-files', 'libc6', 'tzdata', 'libgcc-s1', 'perl-base']

  it('status.d over several layers, of which one takes a package away: what dpkg says of the others', async () => {
    const osRelease = await run('cat', ['/etc/os-release'])
    const control = async (name: string) =>
      // Distroless takes the control file of the package, which has no Status.
      (await run('dpkg-query', ['-s', name])).replace(/^(Status|Config-Version|Conffiles|Conffile):.*\n( .*\n)*/gm, '')
    const [base = '', libc = '', zones = '', gcc = '', perl = ''] = await Promise.all(names.map(control))
    await layered(
      'distroless',
      files({ 'usr/lib/os-release': `${osRelease}\n`, 'var/lib/dpkg/status.d/base': `${base}\n`, 'var/lib/dpkg/status.d/tzdata': `${zones}\n` }),
      async (root) => {
        await mkdir(path.join(root, 'etc'))
        await symlink('../usr/lib/os-release', path.join(root, 'etc/os-release'))
      },
      files({ 'var/lib/dpkg/status.d/libc6': `${libc}\n`, 'var/lib/dpkg/status.d/libc6.md5sums': 'd41d8cd98f00b204e9800998ecf8427e  usr/lib/nothing\n' }),
      files({ 'var/lib/dpkg/status.d/perl': `${perl}\n`, 'var/lib/dpkg/status.d/libgcc': `${gcc}\n` }),
      (root) => rm(path.join(root, 'var/lib/dpkg/status.d/perl')),
    )

    const { packages, unseen, distro, layers } = await inspected(`oci:${layout}:distroless`)

    expect(asInstalled(packages)).toEqual(await dpkgSays('/', 'base-files', 'libc6', 'libgcc-s1', 'tzdata'))
    expect({ unseen, distro }).toEqual({ unseen: [], distro: expect.objectContaining({ id: 'debian' }) })
    expect(layers).toHaveLength(5)
  })
})

describe('Alpine', () => {
  /** Written by us in the form of apk-tools' database (https://wiki.alpinelinux.org/wiki/Apk_spec). */
  const installed = [
    'C:Q1aaaaaaaaaaaaaaaaaaaaaaaaaaa=\nP:made-up-libs\nV:1.2.3-r4\nA:x86_64\nS:1\nI:1\nT:none\no:made-up\nm:Nobody <nobody@invalid>\nt:1700000000\nc:0000\nF:lib\nR:made-up.so.1\na:0:0:755\n',
    'C:Q1bbbbbbbbbbbbbbbbbbbbbbbbbbb=\nP:made-up-tool\nV:2.0_rc1-r0\nA:x86_64\no:made-up-tool\nF:usr/bin\nR:made-up-tool\n',
    'P:.made-up-deps\nV:20240102.030405\nA:noarch\nS:0\nI:0\nD:made-up-tool\n',
  ].join('\n')
  const osRelease = 'NAME="Alpine Linux"\nID=alpine\nVERSION_ID=3.20.3\nPRETTY_NAME="Alpine Linux v3.20"\n'
  const wanted: readonly Installed[] = [
    { name: '.made-up-deps', version: '20240102.030405', arch: 'noarch', sourceName: '.made-up-deps', sourceVersion: '20240102.030405' },
    { name: 'made-up-libs', version: '1.2.3-r4', arch: 'x86_64', sourceName: 'made-up', sourceVersion: '1.2.3-r4' },
    { name: 'made-up-tool', version: '2.0_rc1-r0', arch: 'x86_64', sourceName: 'made-up-tool', sourceVersion: '2.0_rc1-r0' },
  ]
  const release = files({ 'etc/os-release': osRelease })

  it.each([
    ['plain', [release, files({ 'lib/apk/db/installed': installed })]],
    ['merged-new-place', [release, files({ 'usr/lib/apk/db/installed': installed })]],
    [
      'merged-link-first',
      [
        release,
        (root: string) => mkdir(path.join(root, 'usr/lib'), { recursive: true }).then(() => symlink('usr/lib', path.join(root, 'lib'))),
        files({ 'lib/apk/db/installed': installed }),
      ],
    ],
    [
      'merged-later',
      [
        release,
        files({ 'lib/apk/db/installed': 'P:gone\nV:1-r0\nA:x86_64\n', 'usr/lib/apk/db/installed': installed }),
        async (root: string) => {
          await rm(path.join(root, 'lib'), { recursive: true })
          await symlink('usr/lib', path.join(root, 'lib'))
        },
      ],
    ],
  ] as const)('%s: the packages of the database, each once', async (name, steps) => {
    await layered(`alpine-${name}`, ...(steps as readonly Step[]))

    const { packages, unseen, distro } = await inspected(`oci:${layout}:alpine-${name}`)

    expect(asInstalled(packages)).toEqual(wanted)
    expect({ unseen, distro }).toEqual({ unseen: [], distro: expect.objectContaining({ id: 'alpine', versionId: '3.20.3' }) })
  })

  it('the database of a real image: all that it lists', async () => {
    const sample = path.resolve(import.meta.dirname, '../../../shared/data/attestations/apk/installed.alpine')
    await layered('alpine-sample', release, async (root) => {
      await mkdir(path.join(root, 'lib/apk/db'), { recursive: true })
      await cp(sample, path.join(root, 'lib/apk/db/installed'))
    })
    const listed = (await run('sed', ['-n', 's/^P://p', sample])).split('\n').sort()

    const { packages, unseen } = await inspected(`oci:${layout}:alpine-sample`)

    expect(packages.map(({ name }: Installed) => name)).toEqual(listed)
    expect(unseen).toEqual([])
  })
})

describe('an index of two platforms in a registry', () => {
  it('is looked into for the platform that is asked for', async () => {
    const registry = await startRealRegistry(path.join(home, 'registry'))
    try {
      underpin = underpinIn(home, [registry.host])
      await buildah('manifest', 'create', 'both')
      for (const arch of ['amd64', 'arm64']) {
        const container = await buildah('from', '--arch', arch, 'scratch')
        await files({ 'etc/os-release': 'ID=alpine\nVERSION_ID=3.20.3\n', 'lib/apk/db/installed': `P:only-${arch}\nV:1-r0\nA:${arch}\n` })(
          await buildah('mount', container),
        )
        await buildah('config', '--os', 'linux', '--arch', arch, container)
        await buildah('commit', '-q', '--format', 'oci', container, `localhost/small:${arch}`)
        await buildah('manifest', 'add', 'both', `containers-storage:localhost/small:${arch}`)
      }
      const name = `${registry.host}/acme/both:1`
      await buildah('manifest', 'push', '--all', '--format', 'oci', '--tls-verify=false', 'both', `docker://${name}`)
      const seen = async (...args: readonly string[]) => {
        const { platform, index, packages } = await inspected(name, ...args)
        expect(index).toMatch(/^sha256:/)
        return [platform, packages.map((one: Installed) => one.name)]
      }

      expect(await seen()).toEqual(['linux/amd64', ['only-amd64']])
      expect(await seen('--platform', 'linux/amd64')).toEqual(['linux/amd64', ['only-amd64']])
      expect(await seen('--platform', 'linux/arm64')).toEqual(['linux/arm64', ['only-arm64']])
      const other = await underpin('inspect', name, '--platform', 'linux/s390x', '--json')
      expect(other).toMatchObject({ out: '', err: expect.stringContaining('linux/amd64, linux/arm64') })
      expect(other.code).not.toBe(0)
    } finally {
      await registry.stop()
    }
  })
})
