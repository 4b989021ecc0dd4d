/** Turns the kept files of a layer into facts. */
import { isFault } from '../../../domain/fault.ts'
import { parseOsRelease } from '../../../domain/package/os-release.ts'
import type { RpmFiles, RpmRead } from '../../../domain/package/rpm-database.ts'
import { readApkInstalled } from '../databases/apk-installed.ts'
import { readDpkgStatus } from '../databases/dpkg-status.ts'
import { rpmPackages } from '../databases/rpm-packages.ts'
import { readApkRepositories } from '../repositories/apk-repositories.ts'
import { readAptList, readAptSources } from '../repositories/apt-sources.ts'
import { readRpmRepositories } from '../repositories/rpm-repositories.ts'
import { inFolder, parentOf } from './image-path.ts'
import type { Found, LayerEntry } from './layer-content.ts'
import { followHardLinks, type RawNode } from './layer-scan.ts'
import { type FileKind, wantedFile } from './wanted.ts'

/** Parses an rpm database where a crash does no harm (`UntrustedParse.rpmDatabase`). */
export type ReadRpmDatabase = (files: RpmFiles) => Promise<RpmRead>

/** The entries that `nodes` are, in the same order; files that only hard links led to are left out. Raises what `rpmDatabase` raises but `invalid`. */
export async function readFiles(nodes: ReadonlyMap<string, RawNode>, rpmDatabase: ReadRpmDatabase): Promise<LayerEntry[]> {
  const entries: LayerEntry[] = []
  for (const path of nodes.keys()) {
    const node = followHardLinks(nodes, path)
    const kind = wantedFile(path)
    if (node === undefined) continue
    if (node.kind === 'link' || node.kind === 'hardlink') entries.push({ kind: node.kind, path, target: node.target })
    else if (node.kind === 'directory' || node.kind === 'other') entries.push({ kind: node.kind, path })
    else if (kind !== null) {
      const found = node.kind === 'file' ? await readFile(path, kind, node.bytes, nodes, rpmDatabase) : node
      entries.push({ kind: 'file', path, found })
    }
  }
  return entries
}

async function readFile(path: string, kind: FileKind, bytes: Buffer, nodes: ReadonlyMap<string, RawNode>, rpmDatabase: ReadRpmDatabase): Promise<Found> {
  switch (kind) {
    case 'os-release':
      return { kind: 'distro', distro: parseOsRelease(bytes.toString('utf8')) }
    case 'dpkg-status':
      return { kind: 'packages', ...readDpkgStatus(path, bytes.toString('utf8'), 'status') }
    case 'dpkg-part':
      return { kind: 'packages', ...readDpkgStatus(path, bytes.toString('utf8'), 'part') }
    case 'apk-installed':
      return { kind: 'packages', ...readApkInstalled(path, bytes.toString('utf8')) }
    case 'rpm-log':
      return { kind: 'log', bytes: bytes.length }
    case 'foreign':
      return { kind: 'foreign' }
    case 'apt-list':
      return { kind: 'repositories', ...readAptList(path, bytes.toString('utf8')) }
    case 'apt-sources':
      return { kind: 'repositories', ...readAptSources(path, bytes.toString('utf8')) }
    case 'apk-repositories':
      return { kind: 'repositories', ...readApkRepositories(path, bytes.toString('utf8')) }
    case 'rpm-repositories':
      return { kind: 'repositories', ...readRpmRepositories(path, bytes.toString('utf8')) }
    case 'rpm-ndb':
    case 'rpm-bdb':
      return await readRpm(path, { kind: kind === 'rpm-ndb' ? 'ndb' : 'bdb', main: bytes }, rpmDatabase)
    case 'rpm-sqlite': {
      const log = followHardLinks(nodes, inFolder(parentOf(path), 'rpmdb.sqlite-wal'))
      if (log !== undefined && log.kind !== 'file') return { kind: 'unread', reason: 'has a write-ahead log beside it that could not be read' }
      return await readRpm(path, { kind: 'sqlite', main: bytes, wal: log === undefined || log.bytes.length === 0 ? null : log.bytes }, rpmDatabase)
    }
  }
}

/** A parser that refuses or dies is the file's fault. */
async function readRpm(path: string, files: RpmFiles, rpmDatabase: ReadRpmDatabase): Promise<Found> {
  try {
    return { kind: 'packages', ...rpmPackages(path, await rpmDatabase(files)) }
  } catch (error) {
    if (isFault(error) && error.kind === 'invalid') return { kind: 'unread', reason: `could not be read: ${error.message}` }
    throw error
  }
}
