/** Writing moves into local files: spans replaced, everything else kept, and nothing lost when a file changed meanwhile. */
import { open, rename, rm, stat } from 'node:fs/promises'
import path from 'node:path'
import { isDeepStrictEqual } from 'node:util'
import { readLocalFile } from '../adapters/files/index.ts'
import { alone } from '../domain/repo/file-reading.ts'
import { splice } from '../lib/span.ts'
import { formatFor } from '../formats/index.ts'
import { moveOf, replacementsOf } from '../pipeline/plan.ts'
import type { ScannedUse } from './scan.ts'

/** Moves every use that is decided so, file by file; gives the files written, and a sentence for each that could not be. */
export async function writeMoves(
  dir: string,
  uses: readonly ScannedUse[],
): Promise<{ readonly written: readonly string[]; readonly problems: readonly string[] }> {
  const moves = uses.flatMap(({ use, decision }) => moveOf(use, decision) ?? [])
  const written: string[] = []
  const problems: string[] = []
  for (const [file, replacements] of replacementsOf(moves)) {
    const target = path.join(dir, file)
    const now = await readLocalFile(target, file)
    const before = uses.filter(({ use }) => use.file === file).map(({ use }) => use)
    if (now.kind === 'unreadable') problems.push(`${file}: ${now.problem}`)
    else if (!isDeepStrictEqual(formatFor(file)?.read({ path: file, bytes: now.bytes }, alone).uses, before))
      problems.push(`${file}: it changed while we looked; nothing was written, scan again`)
    else
      await replaceFile(target, splice(now.bytes, replacements)).then(
        () => written.push(file),
        (error: Error) => problems.push(`${file}: not written: ${error.message}`),
      )
  }
  return { written, problems }
}

/** The new content takes the old one's place in one step, with its mode. */
async function replaceFile(target: string, bytes: Uint8Array): Promise<void> {
  const { mode } = await stat(target)
  const temporary = `${target}.underpin-${process.pid}`
  try {
    const file = await open(temporary, 'wx', mode)
    try {
      await file.writeFile(bytes)
      await file.chmod(mode)
    } finally {
      await file.close()
    }
    await rename(temporary, target)
  } catch (error) {
    await rm(temporary, { force: true })
    throw error
  }
}
