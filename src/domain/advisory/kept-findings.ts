/** Findings that were made for one image and are kept for the next, since images share most of their packages. */
import type { Package } from '../package/package.ts'
import type { About, Source } from './claims.ts'
import type { Finding } from './finding.ts'

/** The findings about installed source packages, apart for each kind of image; `Image` is told by its identity. */
export type KeptFindings<Image> = {
  /** What was kept for an image of that kind whose packages of that source are the same in all that findings depend on, or undefined. */
  readonly recall: (image: Image, source: Source) => readonly Finding[] | undefined
  readonly keep: (image: Image, source: Source, findings: readonly Finding[]) => void
}

/** Keeps up to twice `most` findings and source packages together: what is not asked for while `most` others are kept is forgotten. */
export function createKeptFindings<Image extends { readonly about: About }>(most: number): KeptFindings<Image> {
  let latest: Kept<Image> = new Map()
  /** What was kept before `latest` was full: what is still in use moves over, so that no image has all its sources judged anew. */
  let earlier: Kept<Image> = new Map()
  let count = 0
  const add = (image: Image, source: Source, judged: Judged): void => {
    const ofImage = latest.get(image) ?? new Map<string, readonly Judged[]>()
    latest.set(image, ofImage.set(source.name, [...(ofImage.get(source.name) ?? []), judged]))
    count += 1 + judged.findings.length
    if (count <= most) return
    earlier = latest
    latest = new Map()
    count = 0
  }
  const find = (kept: Kept<Image>, image: Image, source: Source): Judged | undefined => {
    const version = source.packages[0]?.sourceVersion
    return kept
      .get(image)
      ?.get(source.name)
      ?.find((judged) => judged.version === version && areAlike(judged.packages, source.packages))
  }
  return {
    recall: (image, source) => {
      const known = find(latest, image, source)
      if (known !== undefined) return known.findings
      const old = find(earlier, image, source)
      if (old !== undefined) add(image, source, old)
      return old?.findings
    },
    keep: (image, source, findings) => {
      const packages = source.packages.map((one) => comparedOf(image.about, one))
      // A copy, since an array that grew has room for more.
      add(image, source, { version: packages[0]?.sourceVersion, packages, findings: findings.length === 0 ? none : [...findings] })
    },
  }
}

/** By kind of image and source package: an image has a few versions of a source to be compared with. */
type Kept<Image> = Map<Image, Map<string, readonly Judged[]>>

/** What installed packages of a source came to. `version` is the first one's source version: most others differ in it. */
type Judged = { readonly version: string | undefined; readonly packages: readonly Compared[]; readonly findings: readonly Finding[] }

/** One for all of whom nothing was found. */
const none: readonly Finding[] = []

/** What findings about a source package depend on of an installed one. No more of it is kept: whole packages would outlive the images that they are from. */
type Compared = Pick<Package, 'name' | 'version' | 'sourceVersion' | 'arch' | 'module' | 'vendor'> & {
  /** Null where no record speaks of the binary, so that no finding tells its purl. */
  readonly purl: string | null
}

function comparedOf(about: About, { name, version, sourceVersion, arch, module, vendor, purl }: Package): Compared {
  // One text for both: most sources have the version of their binaries.
  const ofSource = sourceVersion === version ? version : sourceVersion
  return { name, version, sourceVersion: ofSource, arch, module, vendor, purl: about.binary.has(name) ? purl : null }
}

/** Whether all is the same. Compared field by field: hostile text in a key could be given another image's findings. */
function areAlike(some: readonly Compared[], others: readonly Package[]): boolean {
  return (
    some.length === others.length &&
    some.every((one, at) => {
      const other = others[at]
      return (
        other !== undefined &&
        one.version === other.version &&
        one.name === other.name &&
        one.sourceVersion === other.sourceVersion &&
        one.arch === other.arch &&
        one.module === other.module &&
        one.vendor === other.vendor &&
        (one.purl === null || one.purl === other.purl)
      )
    })
  )
}
