/** Real systems as images: what dpkg and rpm say is installed in a root, layers that buildah commits, and the `underpin` command on them. */
import { spawn } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import path from 'node:path'
import { type buildahIn, run } from './real-images.ts'

type Buildah = ReturnType<typeof buildahIn>

/** What a package manager says about one package, in the words of `inspect --json`. */
export type Installed = {
  readonly name: string
  readonly version: string
  readonly arch: string
  readonly sourceName: string
  readonly sourceVersion: string
}

const keys = ['name', 'version', 'arch', 'sourceName', 'sourceVersion'] as const

/** The packages that dpkg says are installed in `root`; those of which only configuration is left are not. Sorted by name and architecture. */
export async function dpkgSays(root: string, ...names: readonly string[]): Promise<readonly Installed[]> {
  const format = '${db:Status-Status}\\t${Package}\\t${Version}\\t${Architecture}\\t${source:Package}\\t${source:Version}\\n'
  const printed = await run('dpkg-query', [`--admindir=${path.join(root, 'var/lib/dpkg')}`, '-W', '-f', format, ...names])
  return printed
    .split('\n')
    .map((line) => line.split('\t'))
    .filter(([status]) => status === 'installed')
    .map(([, name = '', version = '', arch = '', sourceName = '', sourceVersion = '']) => ({ name, version, arch, sourceName, sourceVersion }))
    .sort(byName)
}

/** The order of inventories: by UTF-16 code units of name and architecture. */
export function byName(a: Pick<Installed, 'name' | 'arch'>, b: Pick<Installed, 'name' | 'arch'>): number {
  const [one, other] = [`${a.name}\n${a.arch}`, `${b.name}\n${b.arch}`]
  return one < other ? -1 : one > other ? 1 : 0
}

/** Of packages as `inspect --json` prints them, what a package manager says too. */
export function asInstalled(packages: readonly Installed[]): readonly Installed[] {
  return packages.map((one) => Object.fromEntries(keys.map((key) => [key, one[key]])) as Installed)
}

/** One run of apt as its history tells it: `from` is empty where the package was not there, `to` where it is gone. */
export type AptChange = { readonly name: string; readonly arch: string; readonly from: string; readonly to: string }

/** What an apt history (`/var/log/apt/history.log`) says was upgraded, installed and removed, each sorted by name. */
export function aptSays(history: string): {
  readonly upgraded: readonly AptChange[]
  readonly added: readonly AptChange[]
  readonly removed: readonly AptChange[]
} {
  const of = (...verbs: readonly string[]) =>
    history
      .split('\n')
      .flatMap((line) => {
        const [, verb = '', listed = ''] = /^(\w+): (.+)$/.exec(line) ?? []
        return verbs.includes(verb) ? [...listed.matchAll(/(\S+?):(\S+) \(([^,)]+)(?:, ([^)]+))?\)/g)] : []
      })
      .map(([, name = '', arch = '', first = '', second = '']) => ({ name, arch, first, second }))
      .sort(byName)
  return {
    upgraded: of('Upgrade').map(({ name, arch, first, second }) => ({ name, arch, from: first, to: second })),
    added: of('Install').map(({ name, arch, first }) => ({ name, arch, from: '', to: first })),
    removed: of('Remove', 'Purge').map(({ name, arch, first }) => ({ name, arch, from: first, to: '' })),
  }
}

/** The lines that this machine's apt would put in `sources.list` for Debian's own archives, security and updates included. */
export async function debianSources(): Promise<string> {
  const format = '$(ORIGIN)\t$(REPO_URI) $(CODENAME) $(COMPONENT)'
  const targets = (await run('apt-get', ['indextargets', '--format', format, 'Created-By: Packages'])).split('\n').map((line) => line.split('\t'))
  const lines = targets.flatMap(([origin, where]) => (origin === 'Debian' ? [`deb ${where}`] : []))
  if (!lines.some((line) => /-security\b/.test(line))) throw new Error(`this machine's apt knows no security archive: ${lines.join(', ')}`)
  return `${[...new Set(lines)].join('\n')}\n`
}

/** Makes one layer a step, each on top of the one before, beginning with the image `base` or (null) with nothing; gives the last one's root folder. */
export async function commitLayers(
  buildah: Buildah,
  base: string | null,
  image: string,
  steps: readonly ((root: string, container: string) => Promise<unknown>)[],
): Promise<string> {
  let root = ''
  for (const [at, step] of steps.entries()) {
    const from = at === 0 ? (base ?? 'scratch') : image
    const container = await buildah('from', '--pull-never', from)
    root = await buildah('mount', container)
    await step(root, container)
    await buildah('commit', '-q', '--format', 'oci', container, image)
  }
  return root
}

/** What a run of the command came to. */
export type Ran = { readonly code: number | null; readonly out: string; readonly err: string }

const main = path.resolve(import.meta.dirname, '../../dist/app/cli/main.js')

/** The command `underpin` for a person whose home is `home`, with the logins of `docker/config.json` in it; registries at `hosts` may be asked over plain HTTP. */
export function underpinIn(home: string, hosts: readonly string[] = []): (...args: readonly string[]) => Promise<Ran> {
  const config = path.join(home, 'underpin.yml')
  writeFileSync(config, JSON.stringify({ registries: hosts.map((host) => ({ host, insecure: true, allowPrivate: true })) }))
  const env = {
    PATH: process.env['PATH'],
    HOME: home,
    DOCKER_CONFIG: path.join(home, 'docker'),
    UNDERPIN_CONFIG: config,
    UNDERPIN_DATA_DIR: path.join(home, 'data'),
  }
  return (...args) =>
    new Promise((resolve, reject) => {
      const child = spawn(process.execPath, [main, ...args], { cwd: home, env, stdio: ['ignore', 'pipe', 'pipe'] })
      let [out, err] = ['', '']
      child.stdout.setEncoding('utf8').on('data', (text: string) => (out += text))
      child.stderr.setEncoding('utf8').on('data', (text: string) => (err += text))
      child.once('error', reject)
      child.once('close', (code) => resolve({ code, out, err }))
    })
}
