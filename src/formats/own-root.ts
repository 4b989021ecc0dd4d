/** Files that have a fixed place in their repo: where one lies so in a folder (a fixture, a copy of another repo), its paths start at that folder. */
import type { Composing } from './composing.ts'

/**
 * `composing` as if the repo began at the folder before `place`, which matches where that place starts in the path. Builds are declared with paths from
 * the real root; one that leads into the folder by its name starts there already, as those of files that the root's own file includes.
 */
export function fromOwnRoot(composing: Composing, place: RegExp): Composing {
  const { file, declare } = composing
  const start = file.path.search(place)
  if (start <= 0) return composing
  const folder = file.path.slice(0, start)
  const isFromRoot = (path: string): boolean => path.startsWith(folder)
  return {
    ...composing,
    file: { ...file, path: file.path.slice(start) },
    declare: (build) => declare({ ...build, file: file.path, dockerfile: isFromRoot(build.dockerfile) ? build.dockerfile : folder + build.dockerfile }),
  }
}
