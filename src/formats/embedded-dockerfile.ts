/** Dockerfiles inside of other files: read as such, with the places of the file that they stand in. */
import type { DeclaredBuild } from '../domain/repo/declared-build.ts'
import type { Edit } from '../domain/repo/image-use.ts'
import { imageUsesOf } from './dockerfile/uses.ts'
import { Refusal } from './refusal.ts'
import { byteAt, part, type Sourced } from './sourced.ts'
import type { UseReader } from './use-reader.ts'

/** Writes the uses of the Dockerfile `text`, built as `builds` say, into `uses`. What stands in escapes or is folded has no edits. */
export function embeddedDockerfile(text: Sourced, builds: readonly DeclaredBuild[], uses: UseReader): void {
  const own = '\0'
  try {
    for (const use of imageUsesOf({ path: own, bytes: Buffer.from(text.text, 'latin1') }, builds)) {
      const edits = use.edits.map((edit) => (edit.file === own ? placed(edit, text) : elsewhere(edit, uses.strideOf(edit.file))))
      const known = edits.filter((edit) => edit !== null)
      uses.addRead(part(text, ...use.span), { ...use, edits: known.length === edits.length ? known : [] })
    }
  } catch (error) {
    if (!(error instanceof Refusal)) throw error
    uses.refuse(new Refusal(error.message, byteAt(text, error.at), error.skip.code, error.role))
  }
}

/** The same edit where the text stands in one piece in the file, else null. */
function placed(edit: Edit, text: Sourced): Edit | null {
  const [start, end] = edit.span
  const before = text.at[start - 1]
  const places = start === end ? [before === undefined || before < 0 ? -1 : before + 1] : text.at.slice(start, end)
  const [first = -1] = places
  return first < 0 || places.some((place, i) => place !== first + i) ? null : { ...edit, file: '', span: [first, first + end - start] }
}

function elsewhere(edit: Edit, stride: number): Edit {
  return { ...edit, file: '', span: [edit.span[0] + stride, edit.span[1] + stride] }
}
