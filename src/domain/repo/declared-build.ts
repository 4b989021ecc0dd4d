/** Declared builds: what a workflow, a Compose or a bake file says of how a Dockerfile is built. */
import type { Span } from '../../lib/span.ts'

/** A text of which `runs` stand in files of the repo; the rest was made up on the way. */
export type WrittenText = {
  /** A character for each byte (latin1), as formats read files. */
  readonly text: string
  /** In order; `from` is where the run starts in `text`, as long as its span. */
  readonly runs: readonly { readonly from: number; readonly file: string; readonly span: Span }[]
}

/** A value for an ARG of the Dockerfile, or for a base that it names. */
export type GivenValue = {
  readonly name: string
  /** Null where it is known only when it runs (a matrix, a secret, a variable of the environment). */
  readonly value: WrittenText | null
  readonly line: number
  /** The value is a part of a reference that stands in a variable, which others read as well: another tag suits them, a digest does not. */
  readonly isShared?: boolean
}

export type DeclaredBuild = {
  /** The file that declares it, and where: 1-based. */
  readonly file: string
  readonly line: number
  /** Path of the Dockerfile from the root of the repo, normalised. */
  readonly dockerfile: string
  /** The stage that is built, by name; null: the last, or one that is known only when it runs. */
  readonly target: string | null
  /** Of each name the value that counts. */
  readonly args: readonly GivenValue[]
  /** Named contexts, which stand in for stages and images of that name: the value is a reference (`docker-image://` taken off), or null for what is no image. */
  readonly contexts: readonly GivenValue[]
  /** All of them, as written (`linux/arm64`); empty where it does not say, or some can be known only when it runs: half a list would hide what is built. */
  readonly platforms: readonly string[]
}
