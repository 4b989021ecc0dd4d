/** Composing: what the composer of a format works with. */
import type { DeclaredBuild } from '../domain/repo/declared-build.ts'
import type { RepoText, Surroundings } from '../domain/repo/file-reading.ts'
import type { Tree } from './tree.ts'
import type { UseReader } from './use-reader.ts'

/** What a composer is given: the documents of one file, and where to write what it finds. */
export type Composing = {
  readonly file: RepoText
  readonly documents: readonly Tree[]
  readonly surroundings: Surroundings
  readonly uses: UseReader
  readonly declare: (build: DeclaredBuild) => void
}
