/** The wanted part of an image's file system, as its layers make it: one on top of the other, links followed inside the image only. */
import { inFolder, parentOf } from './image-path.ts'
import type { Found, LayerEntry } from './layer-content.ts'
import { isOnTheWay, wantedFile } from './wanted.ts'

/** What a path leads to. `file` says which layer (0 is the lowest that was read) brought it; `astray`: a link leads to where we do not look, or nowhere. */
export type Lookup =
  | { readonly kind: 'absent' }
  | { readonly kind: 'file'; readonly path: string; readonly found: Found; readonly layer: number }
  | { readonly kind: 'astray'; readonly why: string }

export type ImageTree = {
  /** What a program in the container would find at `path`. */
  lookUp(path: string): Lookup
  /** Paths of what lies in the folder `path`, sorted; empty where it is none. */
  list(path: string): readonly string[]
}

/** Links that are followed on the way to one file. */
const mostLinks = 8

type Node = { readonly entry: Exclude<LayerEntry, { readonly kind: 'removed' | 'emptied' | 'hardlink' }>; readonly layer: number }

/** The tree of `layers`, the lowest first. Layers below the first of them may be missing: then `absent` means absent from these. */
export function imageTree(layers: readonly (readonly LayerEntry[])[]): ImageTree {
  const nodes = new Map<string, Node>()

  const clear = (path: string): void => {
    for (const other of nodes.keys()) if (path === '' || other.startsWith(`${path}/`)) nodes.delete(other)
  }

  /** `path` with the links in it followed, those of its last part only where `isWhole`; null where they go round, or too far. */
  const resolve = (path: string, isWhole: boolean): string | null => {
    let links = 0
    let at = ''
    const left = path.split('/').reverse()
    for (let part = left.pop(); part !== undefined; part = left.pop()) {
      if (part === '' || part === '.') continue
      if (part === '..') {
        at = parentOf(at) // the root's parent is the root
        continue
      }
      const next = inFolder(at, part)
      const entry = nodes.get(next)?.entry
      if (entry?.kind !== 'link' || (left.length === 0 && !isWhole)) {
        at = next
        continue
      }
      links += 1
      if (links > mostLinks) return null
      if (entry.target.startsWith('/')) at = ''
      left.push(...entry.target.split('/').reverse())
    }
    return at
  }

  const lookUp = (path: string): Lookup => {
    const real = resolve(path, true)
    if (real === null) return { kind: 'astray', why: `${path}: its links lead to themselves, or too far` }
    const node = nodes.get(real)
    if (node?.entry.kind === 'file') return { kind: 'file', path: real, found: node.entry.found, layer: node.layer }
    if (real !== path && !isSeen(real)) return { kind: 'astray', why: `${path}: a link leads to ${real}, where we do not look` }
    if (node?.entry.kind === 'other' && wantedFile(real) !== null) return { kind: 'astray', why: `${path}: it is no file` }
    return { kind: 'absent' }
  }

  for (const [layer, entries] of layers.entries()) {
    for (const entry of entries) {
      const path = resolve(entry.path, false)
      if (path === null) continue // no runtime could unpack it there either
      if (entry.kind === 'emptied') clear(path)
      else if (entry.kind === 'directory') {
        if (nodes.get(path)?.entry.kind === 'directory') continue
        nodes.set(path, { entry, layer })
      } else {
        nodes.delete(path)
        clear(path)
        if (entry.kind === 'removed') continue
        if (entry.kind === 'hardlink') nodes.set(path, { entry: { kind: 'file', path, found: linked(lookUp(entry.target), entry.target) }, layer })
        else nodes.set(path, { entry, layer })
      }
    }
  }

  return {
    lookUp,
    list: (path) => {
      const folder = resolve(path, true)
      if (folder === null) return []
      return [...nodes.keys()]
        .filter((other) => parentOf(other) === folder && other !== folder)
        .map((other) => inFolder(path, other.slice(folder === '' ? 0 : folder.length + 1)))
        .sort()
    },
  }
}

/** Whether the scan keeps what lies at `path`: then, if it is not there, it is absent. */
function isSeen(path: string): boolean {
  return wantedFile(path) !== null || isOnTheWay(path)
}

function linked(found: Lookup, target: string): Found {
  return found.kind === 'file' ? found.found : { kind: 'unread', reason: `is a hard link to ${target}, which was not read` }
}
