/** Writing moves into local files: spans replaced, everything else kept, and nothing lost when a file changed meanwhile. */
import { open, rename, rm, stat } from 'node:fs/promises'
import path from 'node:path'
import { isDeepStrictEqual } from 'node:util'
import type { ImageUse } from '../domain/repo/image-use.ts'
import { splice } from '../lib/span.ts'
import { moveOf, replacementsOf } from '../pipeline/plan.ts'
import { readFolder } from './local-uses.ts'
import type { ScannedUse } from './scan.ts'

/**
 * Moves every use that is decided so, file by file; gives the files written, and a sentence for each that could not be. All is read again before that:
 * a file is written only where every use that names bytes of it still reads the same.
 */
export async function writeMoves(
  dir: string,
  uses: readonly ScannedUse[],
): Promise<{ readonly written: readonly string[]; readonly problems: readonly string[] }> {
  const planned = replacementsOf(uses.flatMap(({ use, decision }) => moveOf(use, decision) ?? []))
  if (planned.size === 0) return { written: [], problems: [] }
  const contents = new Map<string, Uint8Array>()
  const now = await readFolder(dir, (file, bytes) => void (planned.has(file) && contents.set(file, bytes)))
  const changed = changedFiles(
    uses.map(({ use }) => use),
    now.uses,
  )
  const written: string[] = []
  const problems: string[] = []
  for (const [file, replacements] of planned) {
    const bytes = contents.get(file)
    if (bytes === undefined || changed.has(file)) problems.push(`${file}: it changed while we looked; nothing was written, scan again`)
    else
      await replaceFile(path.join(dir, file), splice(bytes, replacements)).then(
        () => written.push(file),
        (error: Error) => problems.push(`${file}: not written: ${error.message}`),
      )
  }
  return { written, problems }
}

/** The files whose uses, or whose bytes that uses elsewhere would replace, are not what they were. */
function changedFiles(before: readonly ImageUse[], after: readonly ImageUse[]): ReadonlySet<string> {
  const [then, now] = [byFile(before), byFile(after)]
  const changed = new Set<string>()
  for (const file of new Set([...then.keys(), ...now.keys()])) {
    const [old = [], found = []] = [then.get(file), now.get(file)]
    if (isDeepStrictEqual(old, found)) continue
    changed.add(file)
    for (const { edits } of [...old, ...found]) for (const edit of edits) changed.add(edit.file)
  }
  return changed
}

function byFile(uses: readonly ImageUse[]): ReadonlyMap<string, readonly ImageUse[]> {
  const files = new Map<string, ImageUse[]>()
  for (const use of uses) {
    const known = files.get(use.file)
    if (known === undefined) files.set(use.file, [use])
    else known.push(use)
  }
  return files
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
