/** Where the embedded PostgreSQL keeps programs, data and socket, and as whom it runs. */
import { chmodSync, chownSync, cpSync, existsSync, lstatSync, mkdirSync, mkdtempSync, realpathSync, renameSync, rmSync, statSync } from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { Fault } from '../../../domain/fault.ts'
import { sha256Hex } from '../../../lib/hash.ts'
import { type Native, nativeIn } from './native.ts'

export type Placement = {
  readonly native: Native
  /** Holds `data/`, the server's log and links; readable by the server's user. */
  readonly home: string
  readonly socketDir: string
  /** Of the server, when it cannot be ours; PostgreSQL refuses to run as root. */
  readonly owner: Owner | null
  /** For the person who started us: where the data is when it is not where they think. */
  readonly notice: string | null
}

/** A user of the system, by number. */
export type Owner = { readonly uid: number; readonly gid: number }

/** `nobody`: exists everywhere, so no user is ever added. */
const nobody: Owner = { uid: 65_534, gid: 65_534 }
/** Paths of unix sockets end at 107 bytes on Linux, 103 on macOS. */
const longestSocketPath = 103

/** The data folder below a placement's home. */
export function dataIn({ home }: Pick<Placement, 'home'>): string {
  return path.join(home, 'data')
}

/**
 * Chooses and makes the folders. Below a folder that the server's user may not enter (a clone under root's own home) programs and data go to one
 * that it may, named by a hash of `dataDir`. Ownership of folders that were there is never changed. Raises `invalid` where no place is fit.
 */
export function place(dataDir: string, native: Native): Placement {
  mkdirSync(dataDir, { recursive: true })
  const asked = realpathSync(dataDir)
  const owner = serverOwner(dataIn({ home: asked }))
  const name = `underpin-${sha256Hex(asked).slice(0, 16)}`
  const socketDir = makeSocketDir(name, owner)
  const isClosed = owner !== null && !(mayEnter(asked, owner) && mayEnter(native.dir, owner))
  if (!isClosed) return { native, home: asked, socketDir, owner, notice: null }
  const home = makeOpenHome(name)
  const copied = copyNative(native, home)
  const notice = `The database runs as the user "nobody" (PostgreSQL refuses root), who may not enter ${asked}; its programs and data are in ${home}.`
  return { native: copied, home, socketDir, owner, notice }
}

/** As whom the server runs: null for ourselves. Root runs it as whoever owns the data already (a person who tried Underpin before), else as nobody. */
function serverOwner(data: string): Owner | null {
  const found = existsSync(data) ? statSync(data) : null
  if (process.getuid?.() === 0) return found === null || found.uid === 0 ? nobody : { uid: found.uid, gid: found.gid }
  if (found !== null && found.uid !== process.getuid?.()) throw new Fault('invalid', `${data} belongs to another user; run as that user, or set DATABASE_URL`)
  return null
}

/** Whether `owner` may pass through every folder from the root to `folder`. */
export function mayEnter(folder: string, { uid, gid }: Owner): boolean {
  const { mode, ...of } = statSync(folder)
  const bit = of.uid === uid ? 0o100 : of.gid === gid ? 0o010 : 0o001
  return (mode & bit) !== 0 && (path.dirname(folder) === folder || mayEnter(path.dirname(folder), { uid, gid }))
}

/** A folder only the server's user may enter, in the first temporary folder whose path is short and open enough. */
function makeSocketDir(name: string, owner: Owner | null): string {
  const parent = [os.tmpdir(), '/tmp', '/var/tmp'].find(
    (candidate) =>
      Buffer.byteLength(path.join(candidate, name, '.s.PGSQL.5432')) <= longestSocketPath &&
      existsSync(candidate) &&
      (owner === null || mayEnter(realpathSync(candidate), owner)),
  )
  if (parent === undefined) throw new Fault('invalid', 'there is no temporary folder for the database’s socket; set TMPDIR to a short path')
  const dir = path.join(parent, name)
  makeOwn(dir, 0o700, owner)
  return dir
}

/** A folder for programs and data that root makes and everybody may enter. */
function makeOpenHome(name: string): string {
  for (const parent of ['/var/lib', '/var/tmp']) {
    const home = path.join(parent, name)
    try {
      if (!existsSync(parent) || !mayEnter(realpathSync(parent), nobody)) continue
      makeOwn(home, 0o755, null)
      return home
    } catch (error) {
      if (error instanceof Fault) throw error
    }
  }
  throw new Fault('invalid', 'the database’s user may enter neither /var/lib nor /var/tmp; run as an ordinary user, or set DATABASE_URL')
}

/** Makes `dir`, or checks that it is ours: in a folder that everybody may write to, somebody else may have made it first to answer in our place. */
function makeOwn(dir: string, mode: number, owner: Owner | null): void {
  const uid = owner?.uid ?? process.getuid?.() ?? 0
  try {
    mkdirSync(dir, { mode: 0o700 })
    chmodSync(dir, mode)
    if (owner !== null) chownSync(dir, owner.uid, owner.gid)
  } catch (error) {
    if (!existsSync(dir)) throw error
  }
  const found = lstatSync(dir)
  const isUnfinished = owner !== null && found.uid === process.getuid?.()
  if (isUnfinished && found.isDirectory()) chownSync(dir, owner.uid, owner.gid)
  else if (!found.isDirectory() || found.uid !== uid || (found.mode & 0o022) !== 0) throw new Fault('invalid', `${dir} belongs to somebody else; remove it`)
}

/** The programs (40 MB) under `home`, copied once a version. A copy that was interrupted is never taken for a whole one. */
function copyNative(native: Native, home: string): Native {
  const dir = path.join(home, `programs-${native.version}`)
  if (!existsSync(dir)) {
    const partial = mkdtempSync(`${dir}.`)
    cpSync(native.dir, path.join(partial, 'native'), { recursive: true, verbatimSymlinks: true })
    cpSync(path.join(native.dir, '..', 'package.json'), path.join(partial, 'package.json'))
    chmodSync(partial, 0o755)
    try {
      renameSync(partial, dir)
    } catch (error) {
      rmSync(partial, { recursive: true, force: true })
      if (!existsSync(dir)) throw error
    }
  }
  return nativeIn(path.join(dir, 'native'))
}
