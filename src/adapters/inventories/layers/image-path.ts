/** Paths inside an image: relative to its root, without `.`, `..` and doubled or closing slashes; the root is ''. */
import { Refusal } from './refusal.ts'

/** Characters of a path that we read; Linux has 4,096 bytes. */
const longestPath = 4096

/** The path that an archive's name means: `./x`, `/x` and `x` are the same. Raises `Refusal` where it climbs out of the image, or is longer than a path can be. */
export function imagePath(name: string): string {
  if (name.length > longestPath) throw new Refusal('a name in the archive is longer than a path can be')
  const path = name.startsWith('./') ? name.slice(2) : name
  // Hardly any name needs more than this, and a layer has many.
  if (!/^\/|(?:^|\/)\.{0,2}(?:\/|$)/.test(path)) return path
  const parts: string[] = []
  for (const part of path.split('/')) {
    if (part === '..' && parts.pop() === undefined) throw new Refusal('a name in the archive leads out of the image')
    if (part !== '' && part !== '.' && part !== '..') parts.push(part)
  }
  return parts.join('/')
}

/** The folder that `path` lies in. */
export function parentOf(path: string): string {
  return path.slice(0, Math.max(0, path.lastIndexOf('/')))
}

/** `name` in the folder `path`. */
export function inFolder(path: string, name: string): string {
  return path === '' ? name : `${path}/${name}`
}
