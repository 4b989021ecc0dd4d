/** Reading files: what those of one repo say about images together, since one file can say how another one is built. */

import type { DeclaredBuild } from '../../domain/repo/declared-build.ts'
import type { FileReading, RepoText, Surroundings } from '../../domain/repo/file-reading.ts'
import type { ImageUse } from '../../domain/repo/image-use.ts'
import type { FileFormat } from '../../formats/file-format.ts'
import { companionPaths, formatFor } from '../../formats/index.ts'
import { eachBounded } from '../../lib/bounded.ts'

/** Reads one file in its format, wherever that is done. */
export type ReadFile = (format: FileFormat, file: RepoText, surroundings: Surroundings) => Promise<FileReading>

/** The content of the file at a path; null where there is none. */
export type LoadFile = (path: string) => Promise<Uint8Array | null>

/** Files that are held at once: enough to keep two parsers busy, few enough for any memory. */
const filesAtOnce = 6

/**
 * The uses of `files` by path, those that can hold none left out, in the order given. `chosen` gives the format of a path; files of none are companions only.
 * Raises what `read` raises.
 */
export function readFiles(
  read: ReadFile,
  files: readonly RepoText[],
  chosen: (path: string) => FileFormat | null = formatFor,
): Promise<ReadonlyMap<string, FileReading>> {
  const byPath = new Map(files.map((file) => [file.path, file.bytes]))
  return readPaths(
    read,
    files.map(({ path }) => path),
    async (path) => byPath.get(path) ?? null,
    chosen,
  )
}

/** The same for files that `load` brings when it is their turn, so that few are held at once. Raises what `load` and `read` raise. */
export async function readPaths(
  read: ReadFile,
  paths: readonly string[],
  load: LoadFile,
  chosen: (path: string) => FileFormat | null = formatFor,
): Promise<ReadonlyMap<string, FileReading>> {
  const formatted = paths.flatMap((path) => {
    const format = chosen(path)
    return format === null ? [] : [{ path, format }]
  })
  const readings = new Map<string, FileReading>()
  const builds = new Map<string, DeclaredBuild[]>()
  const readOne = async ({ path, format }: (typeof formatted)[number]): Promise<void> => {
    const bytes = await load(path)
    if (bytes === null || !format.mayHold(bytes)) return
    const companions: RepoText[] = []
    for (const beside of companionPaths(format, path)) {
      const found = await load(beside)
      if (found !== null) companions.push({ path: beside, bytes: found })
    }
    readings.set(path, await read(format, { path, bytes }, { companions, builds: builds.get(path) ?? [] }))
  }
  await eachBounded(
    formatted.filter(({ format }) => !format.isBuilt),
    filesAtOnce,
    readOne,
  )
  for (const { path } of formatted) for (const build of readings.get(path)?.builds ?? []) addTo(builds, build)
  await eachBounded(
    formatted.filter(({ format }) => format.isBuilt),
    filesAtOnce,
    readOne,
  )
  return new Map(
    formatted.flatMap(({ path }) => {
      const reading = readings.get(path)
      return reading === undefined ? [] : [[path, reading] as const]
    }),
  )
}

function addTo(builds: Map<string, DeclaredBuild[]>, build: DeclaredBuild): void {
  const known = builds.get(build.dockerfile)
  if (known === undefined) builds.set(build.dockerfile, [build])
  else known.push(build)
}

/** The uses of readings, in their order. */
export function usesOf(readings: ReadonlyMap<string, FileReading>): readonly ImageUse[] {
  return [...readings.values()].flatMap(({ uses }) => uses)
}
