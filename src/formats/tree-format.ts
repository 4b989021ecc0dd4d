/** Formats that are read as trees: each is a row that says which paths it reads and how its documents name images; reading is the same for all. */
import { isUtf8 } from 'node:buffer'
import type { DeclaredBuild } from '../domain/repo/declared-build.ts'
import { alone, type FileReading } from '../domain/repo/file-reading.ts'
import type { Composing } from './composing.ts'
import type { FileFormat } from './file-format.ts'
import { fromOwnRoot } from './own-root.ts'
import { Refusal, refusedUse } from './refusal.ts'
import { repeatedAt, repeatedKeys } from './repeated-keys.ts'
import type { Tree } from './tree.ts'
import { UseReader } from './use-reader.ts'

export type TreeRow = {
  readonly id: string
  readonly matches: (path: string) => boolean
  readonly isGuess?: boolean
  readonly companionNames?: readonly string[]
  /** Where in the path the place starts that the format's files have in their repo, which their paths start from; absent where any folder will do. */
  readonly place?: RegExp
  /** Matches wherever a file could name an image; linear, without flags. It sees the file as latin1, and in YAML each document alone. */
  readonly hints: RegExp
  /** Reads the documents; it may throw `Refusal`. */
  readonly compose: (composing: Composing) => void
}

/** The documents of a text, and why others could not be read. */
export type Documents = { readonly documents: readonly Tree[]; readonly broken: readonly Refusal[] }

/** Bytes of one file that are read: the manifests that install an operator with its schemas have nearly as many. */
export const longestTree = 2 * 1024 * 1024

/** The format of a row whose text `parse` reads, which may throw `Refusal`. */
export function treeFormat(
  { id, matches, isGuess = false, companionNames = [], place = /^/, hints, compose }: TreeRow,
  isRisky: boolean,
  parse: Parse,
): FileFormat {
  return {
    id,
    matches,
    isGuess,
    isBuilt: false,
    isRisky,
    companionNames,
    mayHold: (bytes) => hints.test(latin1(bytes)) || (!isGuess && (bytes.length > longestTree || isUtf16(bytes))),
    packageSteps: null,
    read: (file, surroundings = alone): FileReading => {
      try {
        if (file.bytes.length > longestTree) throw new Refusal(`the file is larger than ${longestTree} bytes`, 0, 'too-large', 'container')
        if (isUtf16(file.bytes)) throw new Refusal('the file is UTF-16 text, and only UTF-8 is read', 0, 'not-utf8', 'container')
        const uses = new UseReader(id, file)
        const builds: DeclaredBuild[] = []
        const { documents, broken } = parse(latin1(file.bytes), hints, file.path)
        compose(fromOwnRoot({ file, documents, surroundings, uses, declare: (build) => builds.push(build) }, place))
        for (const refusal of broken) uses.refuse(refusal)
        const found = uses.uses()
        const repeated = found.length === 0 ? [] : repeatedKeys(documents, file.bytes.length)
        if (repeated.length > 0) uses.skipWhere((at) => repeatedAt(repeated, at, (place) => uses.lineOf(place)))
        if (!isUtf8(file.bytes)) uses.skipAll({ code: 'not-utf8', message: 'the file is not UTF-8 text' })
        return { uses: repeated.length > 0 || !isUtf8(file.bytes) ? uses.uses() : found, builds }
      } catch (error) {
        if (error instanceof Refusal) return { uses: [refusedUse(id, file, error)], builds: [] }
        throw error
      }
    },
  }
}

/** Reads `text`, of which only documents that match `hints` are asked for; `path` for words about what it may be. */
export type Parse = (text: string, hints: RegExp, path: string) => Documents

/** Whether the text starts with the byte order mark of UTF-16. */
const isUtf16 = ([first, second]: Uint8Array): boolean => (first === 0xff && second === 0xfe) || (first === 0xfe && second === 0xff)

function latin1(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('latin1')
}
