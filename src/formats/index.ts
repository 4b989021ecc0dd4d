/** The table of file formats. */
import { compose } from './compose/index.ts'
import { dockerfile } from './dockerfile/index.ts'
import type { FileFormat } from './file-format.ts'

/** Every format; a path belongs to the first that matches. */
export const formats: readonly FileFormat[] = [dockerfile, compose]

/** The format of the file at `path`, or null where none reads it. */
export function formatFor(path: string): FileFormat | null {
  return formats.find((format) => format.matches(path)) ?? null
}

/** The format of that name. Throws on a name that is not in the table. */
export function formatNamed(id: string): FileFormat {
  const format = formats.find((candidate) => candidate.id === id)
  if (format === undefined) throw new Error(`no such file format: ${id}`)
  return format
}
