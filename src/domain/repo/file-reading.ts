/** What one file of a repo says about images, and what the rest of the repo has to say about it. */
import type { DeclaredBuild } from './declared-build.ts'
import type { ImageUse } from './image-use.ts'

/** A file of a repo: its path with `/`, relative to the root, and its content. */
export type RepoText = { readonly path: string; readonly bytes: Uint8Array }

export type Surroundings = {
  /** Files that say what variables of the file come to, those that exist (`.env` beside a Compose file). */
  readonly companions: readonly RepoText[]
  /** The builds of this file that other files declare. */
  readonly builds: readonly DeclaredBuild[]
}

/** Nothing else is known. */
export const alone: Surroundings = { companions: [], builds: [] }

/** `uses` in order of their offset, `builds` in order of their line. */
export type FileReading = { readonly uses: readonly ImageUse[]; readonly builds: readonly DeclaredBuild[] }
