/** YAML formats: each is a row that says which paths it reads and how its documents name images; reading is the same for all. */
import type { DeclaredBuild } from '../../domain/repo/declared-build.ts'
import { alone, type FileReading, type RepoText, type Surroundings } from '../../domain/repo/file-reading.ts'
import type { FileFormat } from '../file-format.ts'
import { Refusal, refusedUse } from '../refusal.ts'
import type { Tree } from '../tree.ts'
import { UseReader } from '../use-reader.ts'
import { readDocuments } from './read-documents.ts'

/** What a composer is given: the documents of one file, and where to write what it finds. */
export type Composing = {
  readonly file: RepoText
  readonly documents: readonly Tree[]
  readonly surroundings: Surroundings
  readonly uses: UseReader
  readonly declare: (build: DeclaredBuild) => void
}

export type YamlRow = {
  readonly id: string
  readonly matches: (path: string) => boolean
  readonly isGuess?: boolean
  readonly companions?: (path: string) => readonly string[]
  /** Matches wherever a file could name an image; linear, without flags. It sees the file as latin1. */
  readonly hints: RegExp
  /** Reads the documents; it may throw `Refusal`. */
  readonly compose: (composing: Composing) => void
}

/** Bytes of one YAML file that are read. */
export const longestYaml = 1024 * 1024

/** The format of a row. */
export function yamlFormat({ id, matches, isGuess = false, companions = () => [], hints, compose }: YamlRow): FileFormat {
  return {
    id,
    matches,
    isGuess,
    isBuilt: false,
    isRisky: true,
    companions,
    mayHold: (bytes) => hints.test(latin1(bytes)),
    packageSteps: null,
    read: (file, surroundings = alone): FileReading => {
      try {
        if (file.bytes.length > longestYaml) throw new Refusal(`the file is larger than ${longestYaml} bytes`, 0, 'too-large', 'container')
        const uses = new UseReader(id, file)
        const builds: DeclaredBuild[] = []
        const documents = readDocuments(latin1(file.bytes))
        compose({ file, documents, surroundings, uses, declare: (build) => builds.push(build) })
        return { uses: uses.uses(), builds }
      } catch (error) {
        if (error instanceof Refusal) return { uses: [refusedUse(id, file, error)], builds: [] }
        throw error
      }
    },
  }
}

function latin1(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('latin1')
}
