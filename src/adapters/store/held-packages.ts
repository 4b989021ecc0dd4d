/** What an inventory holds as advisories name it, and how much of a layer is kept. Shared by the stores. */
import type { Package } from '../../domain/package/package.ts'

/** Characters of JSON that are kept of one layer at most. */
export const longestLayer = 8 * 1024 * 1024

/** Longer names cannot be index keys, and no advisory has them. */
const longestName = 300

/** One package of a release as a key; release keys hold no space. */
export function advisedKey(release: string, packageName: string): string {
  return `${release} ${packageName}`
}

/** Keys of every package, as source and as binary, each once and sorted. */
export function advisedKeys(release: string, packages: readonly Pick<Package, 'name' | 'sourceName'>[]): string[] {
  const names = new Set(packages.flatMap(({ name, sourceName }) => [name, sourceName]))
  return [...names]
    .filter((name) => name.length <= longestName)
    .map((name) => advisedKey(release, name))
    .sort()
}
