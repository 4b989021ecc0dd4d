/** Local files, read bounded: what `refs` and `scan` look at. */
import { constants } from 'node:fs'
import { open, readdir } from 'node:fs/promises'
import { join } from 'node:path'

/** A file, or why it could not be read. `path` uses `/` and is relative to the folder that was walked. */
export type LocalFile =
  | { readonly kind: 'file'; readonly path: string; readonly bytes: Uint8Array }
  | { readonly kind: 'unreadable'; readonly path: string; readonly problem: string }

/** More is never read of one file: a byte more than any format takes, so that it sees that there is more. */
export const readAtMostBytes = 1024 * 1024 + 1

/** The start of the file at `path`, at most `readAtMostBytes`. Only regular files: a pipe would never end. */
export async function readLocalFile(path: string, shownAs = path): Promise<LocalFile> {
  try {
    const file = await open(path, constants.O_RDONLY | constants.O_NONBLOCK)
    try {
      const found = await file.stat()
      if (!found.isFile()) return { kind: 'unreadable', path: shownAs, problem: 'not a regular file' }
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
    return { kind: 'unreadable', path: shownAs, problem: error instanceof Error ? error.message : String(error) }
  }
}

/**
 * The files below `dir` whose relative path `isWanted`, ordered by path. `.git` and `node_modules` are left out,
 * symbolic links are not followed. A folder that cannot be read is one `unreadable`.
 */
export async function* walkFiles(dir: string, isWanted: (path: string) => boolean): AsyncGenerator<LocalFile> {
  const wanted: string[] = []
  const problems = new Map<string, string>()
  const folders = ['']
  for (let folder = folders.pop(); folder !== undefined; folder = folders.pop()) {
    try {
      for (const entry of await readdir(join(dir, folder), { withFileTypes: true })) {
        const path = `${folder}${entry.name}`
        if (entry.isDirectory() && entry.name !== '.git' && entry.name !== 'node_modules') folders.push(`${path}/`)
        else if (entry.isFile() && isWanted(path)) wanted.push(path)
      }
    } catch (error) {
      const path = folder === '' ? '.' : folder
      wanted.push(path)
      problems.set(path, error instanceof Error ? error.message : String(error))
    }
  }
  for (const path of wanted.sort()) {
    const problem = problems.get(path)
    yield problem === undefined ? await readLocalFile(join(dir, path), path) : { kind: 'unreadable', path, problem }
  }
}
