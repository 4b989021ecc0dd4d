/** What an image's tree says: distribution, packages, repositories, and whether layers further down could still change it. */
import type { Distro } from '../../../domain/package/distro.ts'
import type { PackageRepository } from '../../../domain/package/inventory.ts'
import { inFolder } from './image-path.ts'
import type { ImageTree, Lookup } from './image-tree.ts'
import type { BarePackage } from './layer-content.ts'
import {
  apkDatabases,
  apkRepositories,
  aptSources,
  dpkgParts,
  dpkgStatus,
  foreignDatabases,
  osReleasePaths,
  repositoryFolders,
  rpmDatabases,
  rpmFolders,
} from './wanted.ts'

/** An inventory without what only the distribution table knows. */
export type TreeContent = {
  readonly distro: Distro | null
  readonly packages: readonly BarePackage[]
  readonly repositories: readonly PackageRepository[]
  /** A sentence each. */
  readonly unseen: readonly string[]
  /** What could not be read of lists of repositories: no package is missing because of it. */
  readonly notes: readonly string[]
}

type Notes = { readonly unseen: Set<string> }

/** Reads the tree of all layers. */
export function readTree(tree: ImageTree): TreeContent {
  const notes: Notes = { unseen: new Set() }
  const distro = readDistro(tree, notes)
  const single = [...readSingle(tree, notes, dpkgStatus), ...apkDatabases.flatMap((path) => readSingle(tree, notes, path)), ...readRpm(tree, notes)]
  const parts = tree.list(dpkgParts).flatMap((path) => readSingle(tree, notes, path))
  const packages = distinct([...single, ...parts])
  for (const [path, name] of Object.entries(foreignDatabases))
    if (tree.lookUp(path).kind === 'file') notes.unseen.add(`${path}: the database of ${name}, which we cannot read`)
  const hasDatabase = [dpkgStatus, ...apkDatabases, ...rpmFolders.flatMap((folder) => rpmDatabases.map((name) => inFolder(folder, name)))].some(
    (path) => tree.lookUp(path).kind === 'file',
  )
  if (!hasDatabase && parts.length === 0) notes.unseen.add('no package database was found: what is in the image came there without dpkg, apk or rpm')
  // Somebody emptied them, and what was installed is there all the same.
  if ((hasDatabase || parts.length > 0) && packages.length === 0 && notes.unseen.size === 0) notes.unseen.add('the package database lists no package')
  if (distro === null) notes.unseen.add('no readable os-release was found: the distribution is unknown')
  const aside: Notes = { unseen: new Set() }
  const repositories = [aptSources, apkRepositories, ...repositoryFolders.flatMap((folder) => tree.list(folder))].flatMap((path) =>
    readRepositories(tree, aside, path),
  )
  return { distro, packages, repositories, unseen: [...notes.unseen], notes: [...aside.unseen] }
}

/** The first of the two places that has a readable file. */
function readDistro(tree: ImageTree, notes: Notes): Distro | null {
  for (const path of osReleasePaths) {
    const at = tree.lookUp(path)
    note(notes, path, at)
    if (at.kind === 'file' && at.found.kind === 'distro' && at.found.distro !== null) return at.found.distro
  }
  return null
}

function readSingle(tree: ImageTree, notes: Notes, path: string): readonly BarePackage[] {
  const at = tree.lookUp(path)
  note(notes, path, at)
  return at.kind === 'file' && at.found.kind === 'packages' ? at.found.packages : []
}

/** The database that rpm would open in each of its folders. Of two backends in one folder the other is a leftover, which is said. */
function readRpm(tree: ImageTree, notes: Notes): readonly BarePackage[] {
  const seen = new Set<string>()
  return rpmFolders.flatMap((folder) => {
    const there = rpmDatabases.map((name) => ({ path: inFolder(folder, name), at: tree.lookUp(inFolder(folder, name)) }))
    for (const { path, at } of there) note(notes, path, at, true)
    const [first, ...others] = there.flatMap(({ path, at }) => (at.kind === 'file' && !seen.has(at.path) ? [{ path, at }] : []))
    if (first === undefined) return []
    for (const { at } of [first, ...others]) seen.add(at.path)
    for (const { path } of others) notes.unseen.add(`${path}: passed over, since ${first.path} lies beside it`)
    note(notes, first.path, first.at)
    if (first.path.endsWith('.sqlite')) {
      const log = tree.lookUp(`${first.at.path}-wal`) // beside the real file, as SQLite looks for it
      // Read together only within a layer; else the log may hold what the database lacks, or be older than it.
      const isFitting = log.kind !== 'file' || log.layer === first.at.layer || (log.found.kind === 'log' && log.found.bytes === 0)
      if (!isFitting) {
        notes.unseen.add(`${first.path}: its write-ahead log is of another layer, so that the database may lack changes`)
        return []
      }
      note(notes, `${first.at.path}-wal`, log)
    }
    return first.at.found.kind === 'packages' ? first.at.found.packages : []
  })
}

function readRepositories(tree: ImageTree, notes: Notes, path: string): readonly PackageRepository[] {
  const at = tree.lookUp(path)
  note(notes, path, at)
  return at.kind === 'file' && at.found.kind === 'repositories' ? at.found.repositories : []
}

/** Puts down what could not be read at `path`; `astrayOnly` leaves the file's own troubles to whoever chooses the file. */
function note(notes: Notes, path: string, at: Lookup, astrayOnly = false): void {
  if (at.kind === 'astray') notes.unseen.add(at.why)
  else if (at.kind === 'file' && !astrayOnly) {
    if (at.found.kind === 'unread') notes.unseen.add(`${path}: ${at.found.reason}`)
    else if ('unseen' in at.found) for (const sentence of at.found.unseen) notes.unseen.add(sentence)
  }
}

/** Each package once: a database that two paths lead to, or a part that the whole names too. Versions side by side (kernels, libraries of two architectures) stay. */
function distinct(packages: readonly BarePackage[]): readonly BarePackage[] {
  return [...new Map(packages.map((found) => [`${found.type}\n${found.name}\n${found.arch}\n${found.version}`, found])).values()]
}
