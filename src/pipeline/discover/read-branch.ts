/** Reading a branch: what the files of a snapshot say about images, and what of them is worth keeping. */
import { isFault } from '../../domain/fault.ts'
import type { ImageUse } from '../../domain/repo/image-use.ts'
import { formatFor } from '../../formats/index.ts'
import type { BaseBranch, ReadRepoFile } from '../../ports/repo-store.ts'
import type { UntrustedParse } from '../../ports/untrusted-parse.ts'
import { type ReadFile, readFiles } from './read-files.ts'
import { type SeenFile, type Snapshot, unreadUse } from './snapshot.ts'

/** Files of one branch that may cost a parser its life: each takes seconds, and the parsers serve everybody. */
const mostGivenUp = 10

/**
 * The uses of a branch in the order of their paths; a file that could not be read gives one that is skipped, and of one that names nothing, though it
 * might have, only the blob is kept. Raises the parser's faults but `invalid`.
 */
export async function readBranch(parse: UntrustedParse, { branch, commitOid, policyFile, files, keptUses }: Snapshot): Promise<BaseBranch> {
  let givenUp = 0
  const unread = (path: string, message: string) => ({ uses: [unreadUse(path, { code: 'unreadable', message })], builds: [] })
  const read: ReadFile = async (format, file, surroundings) => {
    if (givenUp >= mostGivenUp) return unread(file.path, `the file is not read: the parser gave up on ${givenUp} others of this branch`)
    return parse.read(format.id, file, surroundings).catch((error: unknown) => {
      if (!isFault(error) || error.kind !== 'invalid') throw error
      givenUp += 1
      return unread(file.path, `the parser gave up on the file (${error.message})`)
    })
  }
  const texts = files.flatMap((seen) => (seen.kind === 'read' && seen.file.bytes !== null ? [{ path: seen.file.path, bytes: seen.file.bytes }] : []))
  const readings = await readFiles(read, texts)
  const usesIn = (seen: SeenFile): readonly ImageUse[] =>
    seen.kind === 'read' ? (readings.get(seen.file.path)?.uses ?? []) : [unreadUse(seen.path, { code: seen.code, message: `the file is ${seen.what}` })]
  const isBlank = ({ path }: ReadRepoFile) => {
    const reading = readings.get(path)
    return formatFor(path)?.isGuess === true && (reading === undefined || (reading.uses.length === 0 && reading.builds.length === 0))
  }
  const kept = files.flatMap((seen) => (seen.kind === 'read' ? [isBlank(seen.file) ? { ...seen.file, bytes: null } : seen.file] : []))
  return {
    branch,
    commitOid,
    files: [...(policyFile?.kind === 'read' ? [policyFile.file] : []), ...kept],
    uses: [...files.flatMap(usesIn), ...keptUses],
  }
}
