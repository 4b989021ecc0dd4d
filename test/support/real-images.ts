/** Real images and real registries for the tests in `test/real`: Debian's own debootstrap, buildah, skopeo and docker-registry, all on loopback. */
import { type ChildProcess, execFile, spawn } from 'node:child_process'
import { mkdir, rm, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { promisify } from 'node:util'

const exec = promisify(execFile)

/** Runs a program to its end and gives what it printed; its standard error is part of the failure. */
export async function run(
  program: string,
  args: readonly string[],
  options: { readonly cwd?: string; readonly env?: NodeJS.ProcessEnv } = {},
): Promise<string> {
  const { stdout } = await exec(program, [...args], { maxBuffer: 64 * 1024 * 1024, ...options })
  return stdout.trim()
}

/** A Debian system as `debootstrap` makes it, from the archive that this machine's apt uses, less what no package manager looks at. Takes about 40 s. */
export async function debianRootfs(folder: string): Promise<void> {
  const [archive = '', codename = ''] =
    (await run('apt-get', ['indextargets', '--format', '$(REPO_URI) $(CODENAME)', 'Created-By: Packages'])).split('\n')[0]?.split(' ') ?? []
  await run('debootstrap', ['--variant=minbase', codename, folder, archive])
  for (const ballast of ['var/cache/apt', 'var/lib/apt/lists', 'usr/share/doc', 'usr/share/locale', 'usr/share/man'])
    await rm(path.join(folder, ballast), { recursive: true })
}

/** buildah with a storage of its own below `folder`. Containers are kept until `folder` is removed. */
export function buildahIn(folder: string): (...args: readonly string[]) => Promise<string> {
  const own = ['--root', path.join(folder, 'storage'), '--runroot', path.join(folder, 'run'), '--storage-driver', 'vfs']
  return (...args) => run('buildah', [...own, ...args])
}

/** A `docker-registry` on a free port of loopback. */
export type RealRegistry = { readonly host: string; stop(): Promise<void> }

/** Starts one that keeps its content below `folder`; with `login` nobody gets in without it. */
export async function startRealRegistry(folder: string, login?: { readonly user: string; readonly password: string }): Promise<RealRegistry> {
  await mkdir(folder, { recursive: true })
  const accounts = path.join(folder, 'htpasswd')
  if (login !== undefined) await writeFile(accounts, `${await run('htpasswd', ['-Bbn', login.user, login.password])}\n`)
  const config = {
    version: 0.1,
    log: { level: 'info' },
    storage: { filesystem: { rootdirectory: path.join(folder, 'content') } },
    http: { addr: '127.0.0.1:0' },
    ...(login === undefined ? {} : { auth: { htpasswd: { realm: 'underpin', path: accounts } } }),
  }
  const file = path.join(folder, 'config.json')
  await writeFile(file, JSON.stringify(config))
  const child = spawn('docker-registry', ['serve', file], { stdio: ['ignore', 'ignore', 'pipe'] })
  return { host: await listening(child), stop: () => stopped(child) }
}

/** The address that the registry says it listens on. Rejects with what it said when it ends instead. */
function listening(child: ChildProcess): Promise<string> {
  return new Promise((resolve, reject) => {
    let said = ''
    child.stderr?.setEncoding('utf8').on('data', (text: string) => {
      said = (said + text).slice(-8_000)
      const found = /listening on (127\.0\.0\.1:\d+)/.exec(said)
      if (found?.[1] !== undefined) resolve(found[1])
    })
    child.once('error', reject)
    child.once('exit', (code) => reject(new Error(`docker-registry ended (${code}): ${said}`)))
  })
}

function stopped(child: ChildProcess): Promise<void> {
  return new Promise((resolve) => {
    if (child.exitCode !== null || child.signalCode !== null) return resolve()
    child.once('exit', () => resolve())
    child.kill()
  })
}
