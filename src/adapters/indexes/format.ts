/** A format of package archives: how they say what can be installed. The interface of the folders beside this file. */
import type { Distro, DistroTable } from '../../domain/package/distro.ts'
import type { PackageRepository } from '../../domain/package/inventory.ts'
import type { Download } from './download.ts'
import type { Kept, Memory } from './memory.ts'
import type { Offers } from './offers.ts'

/** The image in question. */
export type ImageFacts = {
  readonly distro: Distro
  /** In the words of the package manager. */
  readonly arch: string
}

export type Format<Repository extends PackageRepository> = {
  /** Where the repository says that it is, any of which will do; empty: it does not say. Null: it has nothing for this image (disabled, pinned, other architecture). */
  readonly addresses: (repository: Repository, image: ImageFacts) => readonly string[] | null
  /** What the repository at `root`, an address that may be asked, offers: one or several indexes. Raises faults. */
  readonly fetch: (download: Download, root: URL, repository: Repository, image: ImageFacts) => Promise<readonly Kept<Offers>[]>
}

/** What formats are made from. */
export type FormatPorts = {
  readonly distros: DistroTable
  /** Shared by all formats, so that their sum is bounded. */
  readonly offers: Memory<Offers>
  /** A memory for the small file that an index hangs on (`InRelease`, `repomd.xml`). */
  readonly heads: <Value>() => Memory<Value>
  readonly now: () => Date
}
