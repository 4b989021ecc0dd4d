/** YAML in texts of other YAML: patches, values and listings in block scalars. */
import { Refusal } from '../refusal.ts'
import type { Sourced } from '../sourced.ts'
import type { Tree } from '../tree.ts'
import type { UseReader } from '../use-reader.ts'
import { readDocuments } from '../yaml/read-documents.ts'

/** Broken texts of one file that are told; what comes after so many is not read. */
const mostBroken = 20

const broken = new WeakMap<UseReader, number>()

/** The documents in `text`, whose places are those in the file; none where they are no YAML, which one use says. */
export function embeddedDocuments(text: Sourced, uses: UseReader): readonly Tree[] {
  const count = broken.get(uses) ?? 0
  if (count >= mostBroken) return []
  try {
    return readDocuments(text)
  } catch (error) {
    if (!(error instanceof Refusal)) throw error
    broken.set(uses, count + 1)
    uses.refuse(error)
    return []
  }
}
