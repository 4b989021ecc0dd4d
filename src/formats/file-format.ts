/** What a file format has to offer: a name, the paths it reads, and the images that a file names. */
import type { ImageUse } from '../domain/repo/image-use.ts'
import type { PackageSteps } from '../domain/repo/package-steps.ts'

/** A pure plug-in; `imageUses` is total: text that the format cannot read gives uses with a `skip`. */
export type FileFormat = {
  /** The value of `ImageUse.format`, and the name by which `UntrustedParse` is asked. */
  readonly id: string
  /** Whether a file at this path (with `/`, relative to its repo) is of this format. */
  matches(path: string): boolean
  /** The image uses of one file in order of their offset. `path` becomes `ImageUse.file`. */
  imageUses(path: string, bytes: Uint8Array): readonly ImageUse[]
  /** What building the file again without a cache brings up to date; null where files of the format build nothing. Total. */
  readonly packageSteps: ((bytes: Uint8Array) => PackageSteps) | null
}
