/** A folder on disk as stored files. What lies in it is not trusted: no symbolic link is followed, nothing outside is reached. */
import { createReadStream } from 'node:fs'
import { lstat, realpath } from 'node:fs/promises'
import path from 'node:path'
import { Fault } from '../../domain/fault.ts'
import { visible } from '../../lib/visible.ts'
import type { StoredFiles } from './stored-files.ts'

/** Opens `folder`. It may itself be a link: the person named it. Faults: `missing` where it is not there, `invalid` where it is no folder. */
export async function openFolder(folder: string, label: string): Promise<StoredFiles> {
  const root = await realpath(folder).catch((cause: unknown) => {
    throw new Fault('missing', `${label}: there is no folder ${visible(folder)}, or we may not read it`, { cause })
  })
  if (!(await lstat(root)).isDirectory()) throw new Fault('invalid', `${label}: ${visible(folder)} is not a folder; an archive is named docker-archive:FILE`)
  const invalid = (file: string, what: string) => new Fault('invalid', `${label}: ${file} is ${what}; it was not read`)

  return {
    label,
    paths: null,
    async open(file) {
      const parts = file.split('/')
      let at = root
      for (const [index, part] of parts.entries()) {
        at = path.join(at, part)
        const found = await lstat(at).catch(() => null)
        if (found === null) return null
        if (found.isSymbolicLink()) throw invalid(parts.slice(0, index + 1).join('/'), 'a symbolic link')
        if (index < parts.length - 1) continue
        if (!found.isFile()) throw invalid(file, 'not a file')
        return { size: found.size, chunks: fileChunks(at, 0, found.size, label) }
      }
      return null
    },
  }
}

/** `length` bytes of a file from `start`, opened when they are read. Fault: `invalid` where the disk fails. */
export async function* fileChunks(file: string, start: number, length: number, label: string): AsyncGenerator<Uint8Array, void> {
  if (length === 0) return
  const stream = createReadStream(file, { start, end: start + length - 1, highWaterMark: 1024 * 1024 })
  try {
    yield* stream as AsyncIterable<Buffer>
  } catch (cause) {
    throw new Fault('invalid', `${label}: ${path.basename(file)} cannot be read: ${(cause as Error).message}`, { cause })
  } finally {
    stream.destroy()
  }
}
