/** What a file format has to offer: a name, the paths it reads, and the images and builds that a file names. */
import type { FileReading, RepoText, Surroundings } from '../domain/repo/file-reading.ts'
import type { PackageSteps } from '../domain/repo/package-steps.ts'

/** A pure plug-in; `read` is total: text that the format cannot read gives a use with a `skip`. */
export type FileFormat = {
  /** The value of `ImageUse.format`, and the name by which `UntrustedParse` is asked. */
  readonly id: string
  /** Whether a file at this path is of this format. */
  matches(path: string): boolean
  /** True where most files at such paths name no image (any YAML file): they are read last, and what they hold is not kept where they name none. */
  readonly isGuess: boolean
  /** Names of files in the same folder that say what variables of a file come to (`.env` beside a Compose file). */
  readonly companionNames: readonly string[]
  /** A quick look: false only where `read` would find nothing. Linear, cannot fail. */
  mayHold(bytes: Uint8Array): boolean
  /** Whether files of this format are what other files declare builds of. They are read after those. */
  readonly isBuilt: boolean
  /** Whether its parser may stall or kill the process on hostile text, so that it is run in a child (`UntrustedParse`) also at the command line. */
  readonly isRisky: boolean
  read(file: RepoText, surroundings: Surroundings): FileReading
  /** What building the file again without a cache brings up to date; null where files of the format build nothing. Total. */
  readonly packageSteps: ((bytes: Uint8Array) => PackageSteps) | null
}
