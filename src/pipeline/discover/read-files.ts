/** Reading files: what those of one repo say about images together, since one file can say how another one is built. */
import { alone, type FileReading, type RepoText, type Surroundings } from '../../domain/repo/file-reading.ts'
import type { ImageUse } from '../../domain/repo/image-use.ts'
import type { FileFormat } from '../../formats/file-format.ts'
import { formatFor } from '../../formats/index.ts'

/** Reads one file in its format, wherever that is done. */
export type ReadFile = (format: FileFormat, file: RepoText, surroundings: Surroundings) => Promise<FileReading>

/**
 * The uses of `files` by path, those without any left out, in the order given. `chosen` gives the format of a path; files of none are companions only.
 * Raises what `read` raises.
 */
export async function readFiles(
  read: ReadFile,
  files: readonly RepoText[],
  chosen: (path: string) => FileFormat | null = formatFor,
): Promise<ReadonlyMap<string, FileReading>> {
  const byPath = new Map(files.map((file) => [file.path, file]))
  const formatted = files.flatMap((file) => {
    const format = chosen(file.path)
    return format === null || !format.mayHold(file.bytes) ? [] : [{ file, format }]
  })
  const companionsOf = ({ file, format }: (typeof formatted)[number]) => format.companions(file.path).flatMap((path) => byPath.get(path) ?? [])
  const readings = new Map<string, FileReading>()
  const declaring = formatted.filter(({ format }) => !format.isBuilt)
  const declared = await Promise.all(declaring.map((one) => read(one.format, one.file, { ...alone, companions: companionsOf(one) })))
  for (const [index, { file }] of declaring.entries()) readings.set(file.path, declared[index] ?? nothing)
  const builds = declared.flatMap((reading) => reading.builds)
  const built = formatted.filter(({ format }) => format.isBuilt)
  const given = await Promise.all(
    built.map((one) => read(one.format, one.file, { companions: companionsOf(one), builds: builds.filter(({ dockerfile }) => dockerfile === one.file.path) })),
  )
  for (const [index, { file }] of built.entries()) readings.set(file.path, given[index] ?? nothing)
  return new Map(formatted.map(({ file: { path } }) => [path, readings.get(path) ?? nothing]))
}

const nothing: FileReading = { uses: [], builds: [] }

/** The uses of readings, in their order. */
export function usesOf(readings: ReadonlyMap<string, FileReading>): readonly ImageUse[] {
  return [...readings.values()].flatMap(({ uses }) => uses)
}
