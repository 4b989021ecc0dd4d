/** `scan --write` on real images in Debian's docker-registry: the pins move to the digests that skopeo reports, and a second run changes nothing. */
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import os from 'node:os'
import path from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { buildahIn, debianRootfs, type RealRegistry, run, startRealRegistry } from '../support/real-images.ts'

type Scanned = {
  readonly uses: readonly {
    readonly file: string
    readonly current: { readonly digest: string | null } | null
    readonly upstream: { readonly digest: string } | null
    readonly decision: { readonly kind: string; readonly to: string | null }
    readonly fault: { readonly kind: string; readonly host: string; readonly message: string } | null
  }[]
  readonly upstreamRequests: number
}

const login = { user: 'underpin', password: 'a-password-of-this-test' }
const main = path.resolve(import.meta.dirname, '../../dist/app/cli/main.js')

let home: string
let open: RealRegistry
let closed: RealRegistry
let buildah: ReturnType<typeof buildahIn>

/** What skopeo says a tag points at. */
async function digestOf(host: string, image: string): Promise<string> {
  const credentials = host === closed.host ? ['--creds', `${login.user}:${login.password}`] : []
  return run('skopeo', ['inspect', '--tls-verify=false', ...credentials, '--format', '{{.Digest}}', `docker://${host}/${image}`])
}

/** Points the tags of the three images at turn `turn` (1 or 2): an OCI index, a Docker image manifest, and the latter behind a login. */
async function publish(turn: number): Promise<void> {
  await buildah('manifest', 'create', `index-${turn}`)
  for (const image of [`localhost/system:${turn}`, `localhost/arm:${turn}`]) await buildah('manifest', 'add', `index-${turn}`, `containers-storage:${image}`)
  await buildah('manifest', 'push', '--all', '--format', 'oci', '--tls-verify=false', `index-${turn}`, `docker://${open.host}/debian/index:12`)
  await buildah('push', '-q', '--format', 'v2s2', '--tls-verify=false', `localhost/system:${turn}`, `docker://${open.host}/debian/single:12`)
  const credentials = `${login.user}:${login.password}`
  await buildah(
    'push',
    '-q',
    '--format',
    'v2s2',
    '--tls-verify=false',
    '--creds',
    credentials,
    `localhost/system:${turn}`,
    `docker://${closed.host}/private/single:12`,
  )
}

/** Builds both turns: a Debian system, the same with a file changed by a RUN, and a small image for a second platform. */
async function build(): Promise<void> {
  const rootfs = path.join(home, 'rootfs')
  await debianRootfs(rootfs)
  const first = await buildah('from', 'scratch')
  await buildah('add', '-q', first, rootfs, '/')
  await buildah('config', '--os', 'linux', '--arch', 'amd64', '--cmd', '/bin/sh', first)
  await buildah('commit', '-q', '--format', 'oci', first, 'localhost/system:1')
  const second = await buildah('from', '--pull-never', 'localhost/system:1')
  await buildah('run', '--isolation', 'chroot', second, '--', 'sh', '-c', 'echo fixed > /etc/fixed')
  await buildah('commit', '-q', '--format', 'oci', second, 'localhost/system:2')
  for (const turn of [1, 2]) {
    const file = path.join(home, `turn-${turn}`)
    await writeFile(file, `${turn}\n`)
    const arm = await buildah('from', '--arch', 'arm64', 'scratch')
    await buildah('add', '-q', arm, file, '/turn')
    await buildah('config', '--os', 'linux', '--arch', 'arm64', arm)
    await buildah('commit', '-q', '--format', 'oci', arm, `localhost/arm:${turn}`)
  }
}

/** Runs `underpin scan` as a person would, with a login in Docker's own file. */
async function scan(folder: string, ...flags: readonly string[]): Promise<Scanned> {
  const env = { PATH: process.env['PATH'], HOME: home, DOCKER_CONFIG: path.join(home, 'docker'), UNDERPIN_CONFIG: path.join(home, 'underpin.yml') }
  return JSON.parse(await run(process.execPath, [main, 'scan', folder, '--json', ...flags], { env })) as Scanned
}

/** Every file below `folder` by its path. */
async function contents(folder: string): Promise<Record<string, string>> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true })
  const files = entries.filter((entry) => entry.isFile()).map((entry) => path.join(entry.parentPath, entry.name))
  return Object.fromEntries(await Promise.all(files.map(async (file) => [path.relative(folder, file), await readFile(file, 'utf8')] as const)))
}

beforeAll(async () => {
  home = await mkdtemp(path.join(os.tmpdir(), 'underpin-real-'))
  buildah = buildahIn(path.join(home, 'buildah'))
  open = await startRealRegistry(path.join(home, 'open'))
  closed = await startRealRegistry(path.join(home, 'closed'), login)
  await build()
  await mkdir(path.join(home, 'docker'))
  const auth = Buffer.from(`${login.user}:${login.password}`).toString('base64')
  await writeFile(path.join(home, 'docker/config.json'), JSON.stringify({ auths: { [closed.host]: { auth } } }))
  const registries = [open, closed].map(({ host }) => ({ host, insecure: true, allowPrivate: true }))
  await writeFile(path.join(home, 'underpin.yml'), JSON.stringify({ registries }))
}, 400_000)

afterAll(async () => {
  await open?.stop()
  await closed?.stop()
  if (home !== undefined) await rm(home, { recursive: true, force: true })
})

describe('real images in a real registry', () => {
  let folder: string
  let before: Record<string, string>
  /** By image name: the digest of the first turn, and of the second. */
  let digests: Map<string, readonly [string, string]>

  beforeAll(async () => {
    folder = path.join(home, 'project')
    const index = `${open.host}/debian/index:12`
    const single = `${open.host}/debian/single:12`
    const hidden = `${closed.host}/private/single:12`
    const images = [
      [open.host, 'debian/index:12'],
      [open.host, 'debian/single:12'],
      [closed.host, 'private/single:12'],
    ] as const
    await publish(1)
    const first = await Promise.all(images.map(([host, image]) => digestOf(host, image)))
    await publish(2)
    const second = await Promise.all(images.map(([host, image]) => digestOf(host, image)))
    digests = new Map(images.map(([host, image], at) => [`${host}/${image}`, [first[at]!, second[at]!]]))
    const old = (image: string): string => `${image}@${digests.get(image)![0]}`
    before = {
      'plain/Dockerfile': `FROM ${old(index)}\nRUN true\n`,
      'windows/Dockerfile': `FROM ${old(single)} AS base\r\nRUN true\r\nFROM base`,
      'stages/Dockerfile': `# a comment with ${index}\nFROM ${old(single)} AS build\nFROM ${old(hidden)}\nCOPY --from=${old(index)} /etc/fixed /\nCOPY --from=build /etc/fixed /two\n`,
      'arguments/Dockerfile': `ARG BASE=${old(index)}\nFROM \${BASE}\n`,
      'notes.txt': `Not a Dockerfile: ${old(index)}\n`,
    }
    for (const [file, text] of Object.entries(before)) {
      await mkdir(path.dirname(path.join(folder, file)), { recursive: true })
      await writeFile(path.join(folder, file), text)
    }
  })

  it('the tags have moved, as skopeo sees it', () => {
    for (const [first, second] of digests.values()) expect(first).not.toBe(second)
  })

  it('scan --write moves each pin to the digest that skopeo inspect reports, and no other byte', async () => {
    const scanned = await scan(folder, '--write')

    expect(scanned.uses.map((use) => use.fault)).toEqual(scanned.uses.map(() => null))
    expect(scanned.uses.map((use) => [use.file, use.decision.kind]).sort()).toEqual([
      ['arguments/Dockerfile', 'update'],
      ['plain/Dockerfile', 'update'],
      ['stages/Dockerfile', 'update'],
      ['stages/Dockerfile', 'update'],
      ['stages/Dockerfile', 'update'],
      ['windows/Dockerfile', 'update'],
    ])
    const wanted = Object.entries(before).map(([file, text]) => {
      const moved = [...digests].reduce((so, [image, [first, second]]) => so.replaceAll(`${image}@${first}`, `${image}@${second}`), text)
      return [file, file === 'notes.txt' ? text : moved] as const
    })
    expect(await contents(folder)).toEqual(Object.fromEntries(wanted))
  })

  it('a second run finds everything current and changes nothing', async () => {
    const written = await contents(folder)

    const scanned = await scan(folder, '--write')

    expect(scanned.uses.map((use) => use.decision.kind)).toEqual(scanned.uses.map(() => 'current'))
    expect(await contents(folder)).toEqual(written)
  })
})
