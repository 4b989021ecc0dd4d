/** YAML in texts of other YAML: patches, values, manifests and listings in block scalars. */
import { Refusal } from '../refusal.ts'
import { byteAt, type Sourced } from '../sourced.ts'
import type { Tree } from '../tree.ts'
import type { UseReader } from '../use-reader.ts'
import { readDocuments } from '../yaml/read-documents.ts'

/** Broken texts of one file that are told; what comes after so many is not read. */
const mostBroken = 20

/** Characters of all such texts of one file that are read. */
const mostCharacters = 512 * 1024

/** What may still be read of one file: texts can lie in texts, and are read once at each level. */
type Allowance = { broken: number; characters: number }

const allowances = new WeakMap<UseReader, Allowance>()

/** The documents in `text`, whose places are those in the file; none where they are no YAML, or too much of it, which one use says. */
export function embeddedDocuments(text: Sourced, uses: UseReader): readonly Tree[] {
  const left = allowances.get(uses) ?? { broken: mostBroken, characters: mostCharacters }
  allowances.set(uses, left)
  if (left.broken <= 0) return []
  try {
    left.characters -= text.text.length
    if (left.characters < 0) throw new Refusal('it has more YAML in its texts than any honest file', byteAt(text, 0), 'too-large', 'container')
    return readDocuments(text)
  } catch (error) {
    if (!(error instanceof Refusal)) throw error
    left.broken = left.characters < 0 ? 0 : left.broken - 1
    uses.refuse(error)
    return []
  }
}
