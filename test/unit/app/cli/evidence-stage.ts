/** What the tests of `inspect`, `match` and `diff` work on: small Debian images, a feed that speaks of them, and the commands themselves. */
import { execFile } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { Command, CommanderError } from 'commander'
import { vi } from 'vitest'
import { registerDiff } from '../../../../src/app/cli/diff.ts'
import { registerInspect } from '../../../../src/app/cli/inspect.ts'
import { registerMatch } from '../../../../src/app/cli/match.ts'
import type { Files, ImageInput } from '../../../stand-ins/registry/content.ts'
import { serveScript } from '../../../support/serve-process.ts'

const osRelease = (version: string) => `NAME="Debian GNU/Linux"\nID=debian\nVERSION_ID="${version}"\n${version === '12' ? bookworm : ''}`
const bookworm = 'PRETTY_NAME="Debian GNU/Linux 12 (bookworm)"\nVERSION_CODENAME=bookworm\n'

/** A Debian 12 image (or of another `version`) whose `libthing1` (from the source `thing`) has that version, beside a `plain` that never changes. */
export function debian(thing: string, more: Partial<ImageInput> = {}, version = '12'): ImageInput {
  const installed = (name: string, version: string, source: string) =>
    `Package: ${name}\nStatus: install ok installed\nArchitecture: amd64\n${source}Version: ${version}\nMaintainer: nobody\n`
  const status = [installed('libthing1', thing, 'Source: thing\n'), installed('plain', '1:2.0-1', '')].join('\n')
  const files: Files = { 'etc/os-release': osRelease(version), 'var/lib/dpkg/status': `${status}\n` }
  return { layers: [{ 'usr/share/base': 'the same everywhere' }, files], ...more }
}

/** The Debian tracker's export, as published: two made-up vulnerabilities of `thing`, one of them fixed in 1.0-2, and one of `plain` that never mattered. */
export const trackerJson = JSON.stringify({
  thing: {
    'CVE-2099-0001': {
      description: 'made up',
      releases: { bookworm: { status: 'resolved', fixed_version: '1.0-2', urgency: 'high', repositories: { bookworm: '1.0-2' } } },
    },
    'CVE-2099-0002': { description: 'made up', releases: { bookworm: { status: 'open', urgency: 'low', repositories: { bookworm: '1.0-2' } } } },
  },
  plain: {
    'CVE-2099-0003': { description: 'made up', releases: { bookworm: { status: 'resolved', fixed_version: '0', urgency: 'low', repositories: {} } } },
  },
})

export type Result = { readonly code: number; readonly out: string; readonly err: string }

/** A home of its own, in which registries on loopback may be asked over plain http. */
export type Home = {
  readonly folder: string
  /** Runs the command in this process, as `underpin COMMAND …` with this home. */
  run(...args: readonly string[]): Promise<Result>
  /** The same by the compiled program. */
  runCompiled(...args: readonly string[]): Promise<Result>
  remove(): void
}

/** Makes it for these registries. */
export function makeHome(hosts: readonly string[]): Home {
  const folder = mkdtempSync(path.join(os.tmpdir(), 'underpin-evidence-'))
  const registries = hosts.map((host) => `{ host: "${host}", insecure: true, allowPrivate: true }`)
  writeFileSync(path.join(folder, 'operator.yml'), `registries: [${registries.join(', ')}]\n`)
  const env = {
    HOME: folder,
    DOCKER_CONFIG: path.join(folder, '.docker'),
    UNDERPIN_CONFIG: path.join(folder, 'operator.yml'),
    UNDERPIN_DATA_DIR: path.join(folder, 'data'),
  }
  return {
    folder,
    async run(...args) {
      const written = { out: '', err: '' }
      for (const [name, value] of Object.entries(env)) vi.stubEnv(name, value)
      vi.spyOn(process.stdout, 'write').mockImplementation((text) => ((written.out += String(text)), true))
      vi.spyOn(process.stderr, 'write').mockImplementation((text) => ((written.err += String(text)), true))
      vi.spyOn(console, 'error').mockImplementation((text) => void (written.err += `${String(text)}\n`))
      const program = new Command().exitOverride()
      for (const register of [registerInspect, registerMatch, registerDiff]) register(program)
      try {
        await program.parseAsync(args, { from: 'user' })
        return { ...written, code: Number(process.exitCode ?? 0) }
      } catch (error) {
        if (error instanceof CommanderError) return { ...written, code: 2 }
        throw error
      } finally {
        process.exitCode = undefined
        vi.restoreAllMocks()
        vi.unstubAllEnvs()
      }
    },
    runCompiled: (...args) =>
      new Promise((resolve) => {
        const options = { env: { PATH: process.env['PATH'], ...env }, maxBuffer: 1 << 26 }
        execFile(process.execPath, [serveScript, ...args], options, (error, out, err) => {
          resolve({ code: error === null ? 0 : Number(error.code), out, err })
        })
      }),
    remove: () => rmSync(folder, { recursive: true, force: true }),
  }
}
