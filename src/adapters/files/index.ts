/** Local files, read bounded: what `refs` and `scan` look at. */
import { constants } from 'node:fs'
import { open, readdir } from 'node:fs/promises'
import { join } from 'node:path'

/** A file, or why it could not be read.  */
export type LocalFile =
  | { readonly kind: 'file'; readonly path: string; readonly bytes: Uint8Array }
  | { readonly kind: 'unreadable'; readonly path: string; readonly problem: string /** There is no such file. */; readonly isAbsent: boolean }

/** More is never read of one file: a byte more than any format takes, so that it sees that there is more. */
export const readAtMostBytes = 2 * 1024 * 1024 + 1

/** The start of the file at `path`, at most `readAtMostBytes`. Only regular files: a pipe would never end. */
export async function readLocalFile(path: string, shownAs = path): Promise<LocalFile> {
  try {
    const file = await open(path, constants.O_RDONLY | constants.O_NONBLOCK)
    try {
      const found = await file.stat()
      if (!found.isFile()) return { kind: 'unreadable', path: shownAs, problem: 'not a regular file', isAbsent: false }
      const bytes = Buffer.alloc(Math.min(found.size, readAtMostBytes))
      let length = 0
      while (length < bytes.length) {
        const { bytesRead } = await file.read(bytes, length, bytes.length - length, length)
        if (bytesRead === 0) break
        length += bytesRead
      }
      return { kind: 'file', path: shownAs, bytes: bytes.subarray(0, length) }
    } finally {
      await file.close()
    }
  } catch (error) {
    const isAbsent = (error as NodeJS.ErrnoException).code === 'ENOENT'
    return { kind: 'unreadable', path: shownAs, problem: error instanceof Error ? error.message : String(error), isAbsent }
  }
}

/** Paths of files, and the folders that could not be read with the reason. */
export type Listing = { readonly paths: readonly string[]; readonly problems: readonly string[] }

/** The files below `dir` whose relative path `isWanted`, in order. `.git` and `node_modules` are left out, symbolic links are not followed. */
export async function listFiles(dir: string, isWanted: (path: string) => boolean): Promise<Listing> {
  const paths: string[] = []
  const problems: string[] = []
  const folders = ['']
  for (let folder = folders.pop(); folder !== undefined; folder = folders.pop()) {
    try {
      for (const entry of await readdir(join(dir, folder), { withFileTypes: true })) {
        const path = `${folder}${entry.name}`
        if (entry.isDirectory() && entry.name !== '.git' && entry.name !== 'node_modules') folders.push(`${path}/`)
        else if (entry.isFile() && isWanted(path)) paths.push(path)
      }
    } catch (error) {
      problems.push(`${folder === '' ? '.' : folder}: ${error instanceof Error ? error.message : String(error)}`)
    }
  }
  return { paths: paths.sort(), problems: problems.sort() }
}
