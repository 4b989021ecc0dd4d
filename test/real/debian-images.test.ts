/** Real Debian images: `inspect` sees what dpkg sees, `diff` names what apt did, `match` judges by the versions that are really there. */
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import os from 'node:os'
import path from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Finding } from '../../src/domain/advisory/finding.ts'
import { buildahIn, debianRootfs, type RealRegistry, run, startRealRegistry } from '../support/real-images.ts'
import { aptSays, asInstalled, commitLayers, debianSources, dpkgSays, type Installed, underpinIn } from '../support/real-systems.ts'

const login = { user: 'underpin', password: 'a-password-of-this-test' }
/** As debootstrap makes it of the plain release; upgraded from the security archive and updates; then one package more, one less, and another one's leftovers. */
const tags = ['plain', 'upgraded', 'changed'] as const
type Tag = (typeof tags)[number]

let home = ''
let layout = ''
let underpin: ReturnType<typeof underpinIn>
const roots = new Map<Tag, string>()
const dpkg = new Map<Tag, readonly Installed[]>()
/** What apt noted in its history on the way to each image. */
const history = new Map<Tag, string>()

beforeAll(async () => {
  home = await mkdtemp(path.join(os.tmpdir(), 'underpin-debian-'))
  layout = path.join(home, 'layout')
  underpin = underpinIn(home)
  const buildah = buildahIn(path.join(home, 'buildah'))
  const rootfs = path.join(home, 'rootfs')
  await debianRootfs(rootfs)
  const apt = (container: string, script: string) =>
    buildah('run', '--isolation', 'chroot', '--env', 'DEBIAN_FRONTEND=noninteractive', container, '--', 'sh', '-ec', script)
  const made = async (tag: Tag, base: string | null, step: (root: string, container: string) => Promise<unknown>) => {
    const root = await commitLayers(buildah, base, `localhost/debian:${tag}`, [step])
    roots.set(tag, root)
    dpkg.set(tag, await dpkgSays(root))
    history.set(tag, await readFile(path.join(root, 'var/log/apt/history.log'), 'utf8').catch(() => ''))
    // Layers of both kinds of compression that images have.
    await buildah('push', '-q', '--compression-format', tag === 'changed' ? 'zstd' : 'gzip', `localhost/debian:${tag}`, `oci:${layout}:${tag}`)
  }
  await made('plain', null, (_, container) => buildah('add', '-q', container, rootfs, '/'))
  await made('upgraded', 'localhost/debian:plain', async (root, container) => {
    await writeFile(path.join(root, 'etc/apt/sources.list'), await debianSources())
    await apt(container, 'rm -f /var/log/apt/*; apt-get update -q; apt-get upgrade -q -y; apt-get clean')
  })
  await made('changed', 'localhost/debian:upgraded', (_, container) =>
    apt(
      container,
      'rm /var/log/apt/*; apt-get install -q -y --no-install-recommends openssl; apt-get remove -q -y --allow-remove-essential e2fsprogs; apt-get clean',
    ),
  )
  await rm(rootfs, { recursive: true })
}, 600_000)

afterAll(() => rm(home, { recursive: true, force: true }))

async function inspected(image: string, ...args: readonly string[]) {
  const { code, out, err } = await underpin('inspect', image, '--json', ...args)
  expect({ code, err }).toEqual({ code: 0, err: expect.any(String) })
  return JSON.parse(out)
}

async function compared(a: Tag, b: Tag, ...args: readonly string[]) {
  const { code, out, err } = await underpin('diff', `oci:${layout}:${a}`, `oci:${layout}:${b}`, '--json', ...args)
  expect({ code, err }).toEqual({ code: 0, err: expect.any(String) })
  return JSON.parse(out)
}

const of = (tag: Tag): readonly Installed[] => dpkg.get(tag) ?? []
const change = ({ name, from, to }: { readonly name: string; readonly from: string | null; readonly to: string | null }) => ({
  name,
  from: from ?? '',
  to: to ?? '',
})

/** What two lists of dpkg's say changed, apart from our own code. */
function dpkgDifference(a: readonly Installed[], b: readonly Installed[]) {
  const keyed = (all: readonly Installed[]) => new Map(all.map((one) => [`${one.name} ${one.arch}`, one]))
  const [before, after] = [keyed(a), keyed(b)]
  return [...new Set([...before.keys(), ...after.keys()])].sort().flatMap((key) => {
    const [from, to] = [before.get(key), after.get(key)]
    return from?.version === to?.version ? [] : [{ name: (to ?? from)!.name, arch: (to ?? from)!.arch, from: from?.version ?? null, to: to?.version ?? null }]
  })
}

describe('inspect', () => {
  it.each(tags)('sees in the image "%s" what dpkg sees in its root, package for package', async (tag) => {
    const { packages, unseen, source, distro, repositories } = await inspected(`oci:${layout}:${tag}`)

    expect(of(tag).length).toBeGreaterThan(70)
    expect(asInstalled(packages)).toEqual(of(tag))
    expect({ unseen, source, distro }).toEqual({ unseen: [], source: 'layers', distro: expect.objectContaining({ id: 'debian' }) })
    expect(repositories.length).toBe(tag === 'plain' ? 1 : (await debianSources()).trim().split('\n').length)
  })

  it('leaves out a removed package whose configuration is left', async () => {
    const admindir = `--admindir=${path.join(roots.get('changed') ?? '', 'var/lib/dpkg')}`
    expect(await run('dpkg-query', [admindir, '-W', '-f', '${db:Status-Status}', 'e2fsprogs'])).toBe('config-files')

    const { packages } = await inspected(`oci:${layout}:changed`)

    expect(packages.map(({ name }: Installed) => name)).not.toContain('e2fsprogs')
  })

  it('sees the same in an archive of docker save', async () => {
    const file = path.join(home, 'saved.tar')
    await run('skopeo', ['--insecure-policy', 'copy', `oci:${layout}:upgraded`, `docker-archive:${file}:acme/debian:1`])

    const { packages, unseen } = await inspected(`docker-archive:${file}`)

    expect(asInstalled(packages)).toEqual(of('upgraded'))
    expect(unseen).toEqual([])
    await rm(file)
  })
})

describe('diff', () => {
  it('names exactly the packages that apt upgraded', async () => {
    const { packages, layers, unseen } = await compared('plain', 'upgraded')
    const said = aptSays(history.get('upgraded') ?? '')

    expect(said.upgraded.length).toBeGreaterThan(0)
    expect(packages.upgraded.map(change)).toEqual(said.upgraded.map(change))
    expect([packages.added, packages.removed, packages.downgraded, said.added, said.removed]).toEqual([[], [], [], [], []])
    expect(packages.upgraded).toMatchObject(dpkgDifference(of('plain'), of('upgraded')))
    expect({ layers, unseen }).toEqual({ layers: { shared: expect.any(Number), onlyA: expect.any(Number), onlyB: expect.any(Number) }, unseen: [] })
  })

  it('names them as downgraded the other way round', async () => {
    const { packages } = await compared('upgraded', 'plain')

    expect(packages.downgraded).toMatchObject(dpkgDifference(of('upgraded'), of('plain')))
    expect([packages.added, packages.removed, packages.upgraded]).toEqual([[], [], []])
  })

  it('names what apt installed and removed', async () => {
    const { packages } = await compared('upgraded', 'changed')
    const said = aptSays(history.get('changed') ?? '')

    expect(packages.added.map(change)).toEqual(said.added.map(change))
    expect(packages.removed.map(change)).toEqual(said.removed.map(change))
    expect(packages.removed.map(({ name }: Installed) => name)).toContain('e2fsprogs')
    expect([packages.upgraded, packages.downgraded]).toEqual([[], []])
    expect(packages.added.length + packages.removed.length).toBe(dpkgDifference(of('upgraded'), of('changed')).length)
  })

  it.each([
    ['on a terminal', []],
    ['as a pull request does', ['--markdown']],
  ] as const)('is told to people %s', async (_, args) => {
    const { code, out } = await underpin('diff', `oci:${layout}:plain`, `oci:${layout}:upgraded`, ...args)

    expect(code).toBe(0)
    for (const { name, from, to } of aptSays(history.get('upgraded') ?? '').upgraded) {
      for (const part of [name, from, to]) expect(out).toContain(part)
    }
  })
})

describe('match', () => {
  /** The Debian tracker's export as published, about packages of the plain image; the ids are made up. */
  let about: { readonly moved: Moved; readonly still: readonly Source[] }
  let feeds = ''
  beforeAll(async () => {
    feeds = path.join(home, 'feeds')
    await mkdir(path.join(feeds, 'debian-tracker'), { recursive: true })
    about = { moved: movedSource(), still: sourcesOf(of('plain')).filter((one) => sourcesOf(of('upgraded')).some((other) => isSame(one, other))) }
    const codename = /^VERSION_CODENAME=(.+)$/m.exec(await readFile(path.join(roots.get('plain') ?? '', 'etc/os-release'), 'utf8'))?.[1] ?? ''
    const entry = (told: object) => ({ description: 'made up', releases: { [codename]: { repositories: {}, ...told } } })
    const [below, open, never, waiting, harmless] = about.still.map(({ name }) => name)
    const tracker = {
      [about.moved.name]: {
        'CVE-2099-0001': entry({ status: 'resolved', fixed_version: about.moved.to, urgency: 'high' }),
        'CVE-2099-0002': entry({ status: 'resolved', fixed_version: `${about.moved.to}+later`, urgency: 'medium' }),
      },
      [below!]: { 'CVE-2099-0003': entry({ status: 'resolved', fixed_version: '0~~', urgency: 'high' }) },
      [open!]: { 'CVE-2099-0004': entry({ status: 'open', urgency: 'not yet assigned' }) },
      [never!]: { 'CVE-2099-0005': entry({ status: 'resolved', fixed_version: '0', urgency: 'low' }) },
      [waiting!]: { 'CVE-2099-0006': entry({ status: 'open', urgency: 'low', nodsa: 'Minor issue', nodsa_reason: '' }) },
      [harmless!]: { 'CVE-2099-0007': entry({ status: 'open', urgency: 'unimportant' }) },
      'not-in-this-image': { 'CVE-2099-0008': entry({ status: 'open', urgency: 'high' }) },
    }
    await writeFile(path.join(feeds, 'debian-tracker/tracker.json'), JSON.stringify(tracker))
  })

  type Source = { readonly name: string; readonly version: string; readonly binaries: readonly string[] }
  type Moved = Source & { readonly to: string }
  const isSame = (one: Source, other: Source): boolean => one.name === other.name && one.version === other.version

  function sourcesOf(packages: readonly Installed[]): readonly Source[] {
    const names = [...new Set(packages.map(({ sourceName }) => sourceName))]
    return names.map((name) => {
      const own = packages.filter(({ sourceName }) => sourceName === name)
      return { name, version: own[0]!.sourceVersion, binaries: [...new Set(own.map((one) => one.name))].sort() }
    })
  }

  /** The first source package that apt upgraded. */
  function movedSource(): Moved {
    const after = sourcesOf(of('upgraded'))
    const [moved] = sourcesOf(of('plain')).flatMap((one) => {
      const to = after.find(({ name }) => name === one.name)
      return to === undefined || isSame(one, to) ? [] : [{ ...one, to: to.version }]
    })
    return moved!
  }

  async function found(tag: Tag, ...args: readonly string[]): Promise<readonly Finding[]> {
    const { code, out, err } = await underpin('match', `oci:${layout}:${tag}`, '--feed', feeds, '--json', ...args)
    expect({ code, err }).toEqual({ code: 0, err: expect.any(String) })
    return JSON.parse(out)
  }
  const named = ({ name, version, binaries }: Source) => ({ sourceName: name, installed: version, binaries })

  it('finds what the installed versions are open to, each once, and nothing else', async () => {
    const { moved, still } = about
    const [, open, , waiting, harmless] = still

    expect(await found('plain')).toEqual([
      expect.objectContaining({ id: 'CVE-2099-0001', ...named(moved), fixedIn: moved.to, fix: 'available', severity: 'high', severityFrom: 'vendor' }),
      expect.objectContaining({ id: 'CVE-2099-0002', ...named(moved), fixedIn: `${moved.to}+later`, fix: 'available', severity: 'medium' }),
      expect.objectContaining({ id: 'CVE-2099-0004', ...named(open!), fixedIn: null, fix: 'none-yet', severity: 'unknown', severityFrom: 'none' }),
      expect.objectContaining({ id: 'CVE-2099-0006', ...named(waiting!), fixedIn: null, fix: 'deferred', severity: 'low' }),
      expect.objectContaining({ id: 'CVE-2099-0007', ...named(harmless!), fixedIn: null, fix: 'none-yet', severity: 'negligible' }),
    ])
  })

  it('says with --all what was looked up and does not apply', async () => {
    const [below, , never] = about.still
    const others = (await found('plain', '--all')).filter(({ vex }) => vex !== undefined)

    expect(others).toEqual([
      expect.objectContaining({ id: 'CVE-2099-0003', ...named(below!), vex: 'not_affected' }),
      expect.objectContaining({ id: 'CVE-2099-0005', ...named(never!), vex: 'not_affected' }),
    ])
  })

  it('diff tells what the upgrade fixed, and what remains', async () => {
    const { findings } = await compared('plain', 'upgraded', '--feed', feeds)
    const ids = (some: readonly Finding[]) => some.map(({ id }) => id)

    expect(ids(findings.fixed)).toEqual(['CVE-2099-0001'])
    expect(ids(findings.introduced)).toEqual([])
    expect(ids(findings.remaining)).toEqual(['CVE-2099-0002', 'CVE-2099-0004', 'CVE-2099-0006', 'CVE-2099-0007'])
    const told = await underpin('diff', `oci:${layout}:plain`, `oci:${layout}:upgraded`, '--feed', feeds, '--markdown')
    expect(told).toMatchObject({ code: 0, out: expect.stringContaining('Fixes 1 ') })
  })
})

describe("Debian's docker-registry", () => {
  let open: RealRegistry
  let closed: RealRegistry
  beforeAll(async () => {
    open = await startRealRegistry(path.join(home, 'open'))
    closed = await startRealRegistry(path.join(home, 'closed'), login)
    underpin = underpinIn(home, [open.host, closed.host])
    await mkdir(path.join(home, 'docker'))
    await writeFile(path.join(home, 'docker/config.json'), JSON.stringify({ auths: { [closed.host]: { auth: btoa(`${login.user}:${login.password}`) } } }))
    const copy = (to: string, ...more: readonly string[]) =>
      run('skopeo', ['--insecure-policy', 'copy', '--dest-tls-verify=false', ...more, `oci:${layout}:upgraded`, `docker://${to}`])
    await copy(`${open.host}/acme/debian:1`)
    await copy(`${closed.host}/acme/debian:1`, '--dest-creds', `${login.user}:${login.password}`)
  })
  afterAll(async () => {
    await open?.stop()
    await closed?.stop()
  })

  it('anonymously and with a login: the same is seen as in the root', async () => {
    for (const { host } of [open, closed]) {
      const { packages, unseen } = await inspected(`${host}/acme/debian:1`)

      expect(asInstalled(packages)).toEqual(of('upgraded'))
      expect(unseen).toEqual([])
    }
  })

  it('without the login nothing is seen, and that is told', async () => {
    await rm(path.join(home, 'docker'), { recursive: true })

    const { code, out, err } = await underpin('inspect', `${closed.host}/acme/debian:1`, '--json')

    expect({ code, out }).toEqual({ code: 3, out: '' })
    expect(err).toMatch(/unauthorized|log ?in|credential/i)
  })
})
