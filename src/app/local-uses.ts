/** The image uses of local files: those of a folder are read together, as those of a repo are; what could kill the process is read in children. */
import { stat } from 'node:fs/promises'
import path from 'node:path'
import { listFiles, readLocalFile } from '../adapters/files/index.ts'
import { createParse } from '../adapters/parse/index.ts'
import { isFault } from '../domain/fault.ts'
import type { FileReading } from '../domain/repo/file-reading.ts'
import type { ImageUse } from '../domain/repo/image-use.ts'
import { formatFor, formatNamed, mayBeCompanion } from '../formats/index.ts'
import type { FileFormat } from '../formats/file-format.ts'
import { type LoadFile, type ReadFile, readPaths } from '../pipeline/discover/read-files.ts'
import { unreadUse } from '../pipeline/discover/snapshot.ts'
import { parseChild } from './parse-child-path.ts'

/** The uses ordered by file and offset, and a sentence for each path that could not be read. */
export type LocalUses = { readonly uses: readonly ImageUse[]; readonly problems: readonly string[] }

/** A person waits, and their machine may be busy: what takes a server's child too long may take longer here. */
const patienceMs = 20_000

/** What is read of files on the way; told of every file that is loaded. */
export type OnLoaded = (path: string, bytes: Uint8Array) => void

/** The uses of the folder `dir`, paths relative to it with `/`. */
export async function readFolder(dir: string, onLoaded: OnLoaded = () => {}): Promise<LocalUses> {
  const { paths, problems } = await listFiles(dir, (candidate) => formatFor(candidate) !== null || mayBeCompanion(candidate))
  const listed = new Set(paths)
  const isListed = (file: string): boolean => listed.has(file)
  const read = await readGroup(paths, (file) => path.join(dir, file), isListed, formatFor, onLoaded)
  return { uses: paths.flatMap((file) => read.readings.get(file)?.uses ?? []), problems: [...problems, ...read.problems] }
}

/** The uses of the files and folders named, in the order given. Files are read together as if the working folder were their repo; folders each alone. */
export async function readLocalUses(named: readonly string[]): Promise<LocalUses> {
  const folders = new Set<string>()
  for (const one of named) if ((await stat(one).catch(() => null))?.isDirectory() === true) folders.add(one)
  const files = new Map(named.filter((one) => !folders.has(one)).map((one) => [path.posix.normalize(one), one]))
  const guessed = new Map<string, FileFormat>()
  for (const [file, given] of files) if (formatFor(file) === null) guessed.set(file, await guessedFormat(given))
  const chosen = (file: string): FileFormat | null => formatFor(file) ?? guessed.get(file) ?? null
  const place = (file: string): string => files.get(file) ?? file
  const isNamed = (file: string): boolean => files.has(file)
  const group = await readGroup(
    [...files.keys()],
    place,
    (file) => isNamed(file) || mayBeCompanion(file),
    chosen,
    () => {},
    isNamed,
  )
  const asGiven = (use: ImageUse): ImageUse => ({ ...use, file: place(use.file), edits: use.edits.map((edit) => ({ ...edit, file: place(edit.file) })) })
  const parts = []
  for (const one of new Set(named))
    parts.push(folders.has(one) ? await readFolder(one) : { uses: (group.readings.get(path.posix.normalize(one))?.uses ?? []).map(asGiven), problems: [] })
  return { uses: parts.flatMap(({ uses }) => uses), problems: [...group.problems, ...parts.flatMap(({ problems }) => problems)] }
}

type Group = { readonly readings: ReadonlyMap<string, FileReading>; readonly problems: readonly string[] }

async function readGroup(
  paths: readonly string[],
  place: (file: string) => string,
  exists: (file: string) => boolean,
  chosen: (file: string) => FileFormat | null,
  onLoaded: OnLoaded,
  mustExist: (file: string) => boolean = () => true,
): Promise<Group> {
  const problems: string[] = []
  const load: LoadFile = async (file) => {
    if (!exists(file)) return null
    const found = await readLocalFile(place(file))
    if (found.kind === 'file') onLoaded(file, found.bytes)
    else if (mustExist(file) || !found.isAbsent) problems.push(`${place(file)}: ${found.problem}`)
    return found.kind === 'file' ? found.bytes : null
  }
  const parsers = createParse({ script: parseChild, timeoutMs: patienceMs })
  const read: ReadFile = async (format, file, surroundings) => {
    if (!format.isRisky) return format.read(file, surroundings)
    return parsers.read(format.id, file, surroundings).catch((error: unknown) => {
      if (!isFault(error)) throw error
      return { uses: [unreadUse(file.path, { code: 'unreadable', message: `the parser gave up on the file (${error.message})` })], builds: [] }
    })
  }
  try {
    return { readings: await readPaths(read, paths, load, chosen), problems: [...new Set(problems)].sort() }
  } finally {
    await parsers.close()
  }
}

/** A file that somebody names is read whatever its name: as what it looks like, else as a Dockerfile. */
async function guessedFormat(file: string): Promise<FileFormat> {
  const found = await readLocalFile(file)
  const text = found.kind === 'file' ? Buffer.from(found.bytes).toString('latin1', 0, 64 * 1024) : ''
  const first = text.split('\n').find((line) => /^[^\s#]/.test(line)) ?? ''
  const like = first.startsWith('{') ? 'file.json' : /^(?:---|- |%YAML|["']?[\w./-]+["']?:(?:\s|$))/.test(first) ? 'file.yaml' : 'Dockerfile'
  return formatFor(like) ?? formatNamed('dockerfile')
}
