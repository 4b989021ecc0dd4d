/** What holds for the repository as a whole: packages and their page, the lock file, pins, links, and words that must not be committed. */
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { describe, expect, it } from 'vitest'
import { fileUses } from '../support/file-uses.ts'

type Packages = Readonly<Record<string, string>>

type PackageJson = {
  readonly scripts: Packages
  readonly dependencies: Packages
  readonly optionalDependencies: Packages
  readonly devDependencies: Packages
  readonly allowScripts: Readonly<Record<string, boolean>>
}

type LockEntry = {
  readonly version?: string
  readonly license?: string
  readonly resolved?: string
  readonly integrity?: string
  readonly hasInstallScript?: boolean
  readonly dependencies?: Packages
  readonly optionalDependencies?: Packages
}

const root = path.resolve(import.meta.dirname, '../..')
const read = (file: string): string => readFileSync(path.join(root, file), 'utf8')
const packageJson = JSON.parse(read('package.json')) as PackageJson
const lock = (JSON.parse(read('package-lock.json')) as { readonly packages: Readonly<Record<string, LockEntry>> }).packages
const direct: Packages = { ...packageJson.dependencies, ...packageJson.optionalDependencies, ...packageJson.devDependencies }

/** Folders that are made, not committed. */
const made = new Set(['node_modules', 'dist', 'dist-test', '.git', '.underpin', 'coverage'])

/** Every file of the tree that git would take, from the root. */
function files(folder = ''): string[] {
  return readdirSync(path.join(root, folder), { withFileTypes: true })
    .filter((entry) => !made.has(entry.name) && !entry.name.endsWith('.log'))
    .flatMap((entry) => (entry.isDirectory() ? files(`${folder}${entry.name}/`) : [`${folder}${entry.name}`]))
    .sort()
}

const isCase = (file: string): boolean => /(^|\/)(cases|before|after|fixtures)\//.test(file)

/** Where a package of that name is found when `from`, a key of the lock file, asks for it; null when nowhere. */
function lockKey(from: string, name: string): string | null {
  for (let at = from; ; at = at.slice(0, Math.max(0, at.lastIndexOf('node_modules/') - 1))) {
    const key = `${at === '' ? '' : `${at}/`}node_modules/${name}`
    if (lock[key] !== undefined) return key
    if (at === '') return null
  }
}

/** `file:line: text` for each line of the given files that `pattern` finds and `isFine` does not accept. */
function linesWith(among: readonly string[], pattern: RegExp, isFine: (line: string) => boolean = () => false): string[] {
  return among.flatMap((file) =>
    read(file)
      .split('\n')
      .flatMap((line, at) => (pattern.test(line) && !isFine(line) ? [`${file}:${at + 1}: ${line.trim().slice(0, 160)}`] : [])),
  )
}

describe('packages', () => {
  it('docs/dependencies.md names each direct dependency with its version and licence, and no other', () => {
    const rows = [...read('docs/dependencies.md').matchAll(/^\| `([^`]+)` \| (\S+) \| ([^|]+) \|/gm)].map(
      ([, name, version, licence]) => `${name} ${version} ${licence?.trim()}`,
    )

    expect(rows.sort()).toEqual(
      Object.entries(direct)
        .map(([name, version]) => `${name} ${version} ${lock[`node_modules/${name}`]?.license}`)
        .sort(),
    )
  })

  it('each direct dependency is pinned to one version, and the lock file agrees', () => {
    expect(
      Object.entries(direct).filter(([name, version]) => !/^\d+\.\d+\.\d+(-[\w.]+)?$/.test(version) || lock[`node_modules/${name}`]?.version !== version),
    ).toEqual([])
  })

  it('the lock file lists every optional platform package, since npm 11 and later refuse to install without', () => {
    const missing = Object.entries(lock).flatMap(([from, entry]) =>
      Object.keys({ ...entry.dependencies, ...entry.optionalDependencies }).flatMap((name) =>
        lockKey(from, name) === null ? [`${from} asks for ${name}`] : [],
      ),
    )

    expect(missing).toEqual([])
  })

  it('the lock file has a hash for every package and names no registry', () => {
    expect(Object.entries(lock).filter(([name, entry]) => name !== '' && (entry.integrity === undefined || entry.resolved !== undefined))).toEqual([])
  })

  it('each package with an install script is allowed or refused by name', () => {
    const withScript = Object.entries(lock).flatMap(([key, entry]) =>
      entry.hasInstallScript === true ? [key.slice(key.lastIndexOf('node_modules/') + 13)] : [],
    )

    expect(withScript.filter((name) => packageJson.allowScripts[name] === undefined && name !== 'fsevents')).toEqual([])
  })

  it('a package that ships is under a permissive licence', () => {
    const shipped = new Set<string>()
    const visit = (key: string): void => {
      if (shipped.has(key)) return
      shipped.add(key)
      for (const name of Object.keys(lock[key]?.dependencies ?? {})) visit(lockKey(key, name) ?? key)
    }
    for (const name of Object.keys(packageJson.dependencies)) visit(`node_modules/${name}`)

    expect([...shipped].filter((key) => !/^(MIT|ISC|Apache-2\.0|BSD-[23]-Clause|0BSD)( AND (MIT|BSD-[23]-Clause))?$/.test(lock[key]?.license ?? ''))).toEqual(
      [],
    )
  })
})

describe('pins', () => {
  const workflows = existsSync(path.join(root, '.github/workflows'))
    ? readdirSync(path.join(root, '.github/workflows')).map((name) => `.github/workflows/${name}`)
    : []

  it('our own images are pinned by digest', () => {
    const isPinned = (line: string): boolean => /@sha256:[0-9a-f]{64}\b/.test(line) || /image: underpin\b/.test(line)

    expect(linesWith(['Dockerfile', 'docker-compose.yml', ...workflows], /^\s*(# syntax=|FROM |image: \S)/, isPinned)).toEqual([])
  })

  it('our own refs reads every image of our Dockerfile, and each of them is pinned', () => {
    const uses = fileUses('Dockerfile', readFileSync(path.join(root, 'Dockerfile')))

    expect(uses.filter((use) => use.skip !== null || use.reference?.digest === null)).toEqual([])
    expect(uses.map((use) => use.role)).toEqual(['syntax', 'stage', 'stage', 'final'])
  })

  it('actions are pinned by commit, with the version beside it', () => {
    expect(linesWith(workflows, /\buses:/, (line) => /uses: [\w./-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+$/.test(line))).toEqual([])
  })

  it('the same image has the same digest in all our files', () => {
    const seen = new Map<string, Set<string>>()
    for (const file of ['Dockerfile', 'docker-compose.yml']) {
      for (const [, name = '', digest = ''] of read(file).matchAll(/([\w./-]+:[\w.-]+)@(sha256:[0-9a-f]{64})/g))
        seen.set(name, (seen.get(name) ?? new Set()).add(digest))
    }

    expect([...seen].filter(([, digests]) => digests.size > 1)).toEqual([])
  })
})

describe('words and links', () => {
  it('no file names the machine it was written on, or the host of a package archive', () => {
    const forbidden = /\/w[o]rk\/(main|shared|clones|\.)|deb\.d[e]bian\.|registry\.n[p]mjs/

    expect(
      linesWith(
        files().filter((file) => !isCase(file) && file !== 'package-lock.json'),
        forbidden,
      ),
    ).toEqual([])
  })

  it('links between our pages lead to files that exist', () => {
    const broken = files()
      .filter((file) => file.endsWith('.md') && !isCase(file))
      .flatMap((file) =>
        [...read(file).matchAll(/\]\((?!https?:|mailto:|#)([^)#\s]+)/g)]
          .filter(([, target]) => !existsSync(path.join(root, path.dirname(file), target ?? '')))
          .map(([, target]) => `${file}: ${target}`),
      )

    expect(broken).toEqual([])
  })

  it('every variable that a page or the compose file gives us is read by app/config.ts or what it calls', () => {
    const readers = files().filter((file) => /^src\/app\/config(\.ts$|\/)/.test(file))
    const known = new Set(readers.flatMap((file) => [...read(file).matchAll(/'([A-Z][A-Z0-9]*(?:_[A-Z0-9]+)*)'/g)].map(([, name]) => name)))
    const told = [...read('docs/operating.md').matchAll(/^\| (`[A-Z][^|]*) \|/gm)].flatMap(([, cell]) =>
      [...(cell ?? '').matchAll(/`([A-Z_]+)`/g)].map(([, name]) => name),
    )
    const composed = [...read('docker-compose.yml').matchAll(/^ {4}([A-Z][A-Z_]+):/gm)].map(([, name]) => name)

    expect(told.length).toBeGreaterThan(10)
    expect([...told, ...composed].filter((name) => !known.has(name))).toEqual([])
  })

  it('every npm script that a page names exists', () => {
    const named = ['README.md', 'CONTRIBUTING.md', ...files().filter((file) => /^docs\/.*\.md$/.test(file))].flatMap((file) =>
      [...read(file).matchAll(/npm run (?:-s )?([\w:-]+)/g)].map(([, script]) => ({ file, script: script ?? '' })),
    )

    expect(named.filter(({ script }) => packageJson.scripts[script] === undefined)).toEqual([])
  })

  it('the JSON Schema of the policy file is checked in and is JSON', () => {
    expect(JSON.parse(read('config/policy.schema.json'))).toMatchObject({ type: 'object' })
  })
})
