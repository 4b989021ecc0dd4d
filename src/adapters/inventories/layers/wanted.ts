/** The files of an image that say what is installed, and how much of each we read. */
import { parentOf } from './image-path.ts'

/** What a file is read as. `dpkg-part` is one file of `status.d`, `rpm-log` the write-ahead log of rpm's SQLite, `foreign` a database that we cannot read. */
export type FileKind =
  | 'os-release'
  | 'dpkg-status'
  | 'dpkg-part'
  | 'apk-installed'
  | 'rpm-sqlite'
  | 'rpm-log'
  | 'rpm-ndb'
  | 'rpm-bdb'
  | 'apt-list'
  | 'apt-sources'
  | 'apk-repositories'
  | 'rpm-repositories'
  | 'foreign'

/** Where distributions have put os-release, the one that counts first. */
export const osReleasePaths = ['etc/os-release', 'usr/lib/os-release'] as const
/** Both are one where /usr is merged. */
export const apkDatabases = ['lib/apk/db/installed', 'usr/lib/apk/db/installed'] as const
/** dpkg's database. */
export const dpkgStatus = 'var/lib/dpkg/status'
/** A folder with one file for each package, as distroless images have it. */
export const dpkgParts = 'var/lib/dpkg/status.d'
/** One is a link to the other in most images. */
export const rpmFolders = ['var/lib/rpm', 'usr/lib/sysimage/rpm'] as const
/** What a folder of rpm's may hold, the one that rpm would open first. */
export const rpmDatabases = ['rpmdb.sqlite', 'Packages.db', 'Packages'] as const
/** Where apk installs from. */
export const apkRepositories = 'etc/apk/repositories'
/** Where apt installs from, before the folder of the same name with `.d`. */
export const aptSources = 'etc/apt/sources.list'
/** Folders of files that each name repositories. */
export const repositoryFolders = ['etc/apt/sources.list.d', 'etc/yum.repos.d', 'etc/zypp/repos.d'] as const
/** Databases of package managers that we name and cannot read. */
export const foreignDatabases: Readonly<Record<string, string>> = {
  'var/lib/opkg/status': 'opkg',
  'usr/lib/opkg/status': 'opkg',
  'var/lib/pacman/local/ALPM_DB_VERSION': 'pacman',
}

const files = new Map<string, FileKind>([
  ...osReleasePaths.map((path) => [path, 'os-release'] as const),
  [dpkgStatus, 'dpkg-status'],
  ...apkDatabases.map((path) => [path, 'apk-installed'] as const),
  ...rpmFolders.flatMap((folder) => [
    [`${folder}/rpmdb.sqlite`, 'rpm-sqlite'] as const,
    [`${folder}/rpmdb.sqlite-wal`, 'rpm-log'] as const,
    [`${folder}/Packages.db`, 'rpm-ndb'] as const,
    [`${folder}/Packages`, 'rpm-bdb'] as const,
  ]),
  [aptSources, 'apt-list'],
  [apkRepositories, 'apk-repositories'],
  ...Object.keys(foreignDatabases).map((path) => [path, 'foreign'] as const),
])

const folders = new Map<string, (name: string) => FileKind | null>([
  // Distroless ships checksums and maintainer scripts beside them.
  [dpkgParts, (name) => (/\.(md5sums|preinst|postinst|prerm|postrm|conffiles|config|templates|triggers|shlibs|symbols|list)$/.test(name) ? null : 'dpkg-part')],
  ['etc/apt/sources.list.d', (name) => (name.endsWith('.list') ? 'apt-list' : name.endsWith('.sources') ? 'apt-sources' : null)],
  ['etc/yum.repos.d', (name) => (name.endsWith('.repo') ? 'rpm-repositories' : null)],
  ['etc/zypp/repos.d', (name) => (name.endsWith('.repo') ? 'rpm-repositories' : null)],
])

const ways = new Set<string>([''])
for (const path of [...files.keys(), ...folders.keys()].map((path) => (folders.has(path) ? `${path}/x` : path)))
  for (let folder = parentOf(path); folder !== ''; folder = parentOf(folder)) ways.add(folder)

/** Characters of a file's name, with its slash; file systems have no longer ones. */
const longestName = 256

/** What the file at `path` is read as; null: we do not look at it. */
export function wantedFile(path: string): FileKind | null {
  const exact = files.get(path)
  if (exact !== undefined) return exact
  const slash = path.lastIndexOf('/')
  if (path.length - slash > longestName) return null
  return folders.get(path.slice(0, Math.max(0, slash)))?.(path.slice(slash + 1)) ?? null
}

/** Whether `path` is a folder that wanted files lie in or below: what it is, and whether it was replaced, decides about them. */
export function isOnTheWay(path: string): boolean {
  return ways.has(path)
}

const mebibyte = 2 ** 20

/** Bytes of a file of this kind that are read; a longer one is not read at all. */
export const longestFile: Readonly<Record<FileKind, number>> = {
  'os-release': 64 * 1024,
  'dpkg-status': 32 * mebibyte,
  'dpkg-part': mebibyte,
  'apk-installed': 32 * mebibyte,
  'rpm-sqlite': 128 * mebibyte,
  'rpm-log': 64 * mebibyte,
  'rpm-ndb': 128 * mebibyte,
  'rpm-bdb': 128 * mebibyte,
  'apt-list': mebibyte,
  'apt-sources': mebibyte,
  'apk-repositories': mebibyte,
  'rpm-repositories': mebibyte,
  foreign: 0,
}
