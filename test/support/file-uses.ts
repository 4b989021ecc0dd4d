/** Short ways to read a file of a repo in its format. */
import type { DeclaredBuild } from '../../src/domain/repo/declared-build.ts'
import type { FileReading, RepoText } from '../../src/domain/repo/file-reading.ts'
import type { ImageUse } from '../../src/domain/repo/image-use.ts'
import { formatFor } from '../../src/formats/index.ts'

/** What the file says, with what is around it. Throws where no format reads the path. */
export function readFile(path: string, content: string | Uint8Array, companions: readonly RepoText[] = [], builds: readonly DeclaredBuild[] = []): FileReading {
  const format = formatFor(path)
  if (format === null) throw new Error(`no format reads ${path}`)
  const bytes = typeof content === 'string' ? Buffer.from(content, 'utf8') : content
  return format.mayHold(bytes) ? format.read({ path, bytes }, { companions, builds }) : { uses: [], builds: [] }
}

/** The image uses of the file. */
export function fileUses(path: string, content: string | Uint8Array): readonly ImageUse[] {
  return readFile(path, content).uses
}
