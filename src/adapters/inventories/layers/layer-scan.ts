/** Picks the wanted files, the links and folders on the way to them, and the whiteouts out of a layer's archive. */
import { imagePath, inFolder, parentOf } from './image-path.ts'
import type { LayerLimits } from './limits.ts'
import { Refusal } from './refusal.ts'
import type { TarEntry, TarSink } from './tar-reader.ts'
import { isOnTheWay, longestFile, wantedFile } from './wanted.ts'

/** What stands at a path of the layer, before it is read. */
export type RawNode =
  | { readonly kind: 'file'; readonly bytes: Buffer }
  | { readonly kind: 'unread'; readonly reason: string }
  | { readonly kind: 'directory' }
  | { readonly kind: 'other' }
  | { readonly kind: 'link'; readonly target: string }
  | { readonly kind: 'hardlink'; readonly target: string }

export type LayerScan = {
  /** For `createTarReader`. Raises `Refusal` past the limits. */
  visit(entry: TarEntry): TarSink | null
  readonly nodes: ReadonlyMap<string, RawNode>
  /** Paths that are gone from the layers below, and folders that are emptied. */
  readonly removed: ReadonlySet<string>
  readonly emptied: ReadonlySet<string>
}

/** Far more files and whiteouts than any image has packages. */
const mostNodes = 20_000
/** Replacing a folder means a look at all nodes. */
const mostReplacedFolders = 1_000
/** Characters of a link's target that are kept; a longer one leads nowhere. */
const longestTarget = 1024

/** A scan that also keeps the files in `extra`, whatever they are: hard links lead there. */
export function createLayerScan(limits: LayerLimits, extra: ReadonlySet<string>): LayerScan {
  const nodes = new Map<string, RawNode>()
  const removed = new Set<string>()
  const emptied = new Set<string>()
  let entries = 0
  let kept = 0
  let replacedFolders = 0

  const countPaths = (): void => {
    if (nodes.size + removed.size > mostNodes) throw new Refusal(`it holds more than ${mostNodes} files of package databases`)
  }

  const put = (path: string, node: RawNode): void => {
    if (isOnTheWay(path) && node.kind !== 'directory') {
      replacedFolders += 1
      if (replacedFolders > mostReplacedFolders) throw new Refusal('the archive replaces folders again and again')
      for (const other of nodes.keys()) if (other.startsWith(`${path}/`)) nodes.delete(other)
    }
    nodes.delete(path) // the last one counts, and its place in the order too
    nodes.set(path, node)
    countPaths()
  }

  const keep = (path: string, size: number, longest: number): TarSink | null => {
    if (size > longest) {
      put(path, { kind: 'unread', reason: `has ${size} bytes, and at most ${longest} are read` })
      return null
    }
    kept += size
    if (kept > limits.keptBytes) throw new Refusal(`its package databases have more than ${limits.keptBytes} bytes`)
    const bytes = Buffer.allocUnsafeSlow(size) // every byte is written before anybody reads: a layer that is cut off is refused
    put(path, { kind: 'file', bytes })
    let at = 0
    return (piece) => {
      bytes.set(piece, at)
      at += piece.length
    }
  }

  const whiteOut = (folder: string, name: string): void => {
    if (name === '.wh..opq') {
      if (isOnTheWay(folder)) emptied.add(folder)
    } else if (!name.startsWith('.wh.')) {
      const path = inFolder(folder, name)
      if (isOnTheWay(path) || wantedFile(path) !== null) removed.add(path)
      countPaths()
    }
  }

  const visit = (entry: TarEntry): TarSink | null => {
    entries += 1
    if (entries >= limits.entries) throw new Refusal(`it holds ${limits.entries} entries or more`)
    const path = imagePath(entry.name)
    const name = path.slice(path.lastIndexOf('/') + 1)
    if (name.startsWith('.wh.')) {
      whiteOut(parentOf(path), name.slice('.wh.'.length))
      return null
    }
    const kind = wantedFile(path)
    if (kind === null && !isOnTheWay(path) && !extra.has(path)) return null
    const { type } = entry
    if (type === 'file' && (kind !== null || extra.has(path))) return keep(path, entry.size, longestFile[kind ?? 'rpm-sqlite'])
    if (type === 'directory') {
      // A folder that is already there keeps its place, before what lies in it.
      if (nodes.get(path)?.kind !== 'directory') put(path, { kind: 'directory' })
    } else if (type === 'symlink' && entry.linkName.length <= longestTarget && !entry.linkName.includes('\0'))
      put(path, { kind: 'link', target: entry.linkName })
    else if (type === 'hardlink') put(path, { kind: 'hardlink', target: imagePath(entry.linkName) })
    else if (type === 'sparse') put(path, { kind: 'unread', reason: 'is stored as a sparse file, which we do not read' })
    else put(path, { kind: 'other' })
    return null
  }
  return { visit, nodes, removed, emptied }
}

/** The node that `path` is after hard links within the layer: itself, where it is none or leads to what was not kept. */
export function followHardLinks(nodes: ReadonlyMap<string, RawNode>, path: string): RawNode | undefined {
  let node = nodes.get(path)
  for (let hops = 0; node?.kind === 'hardlink'; hops += 1) {
    if (hops > 8) return { kind: 'unread', reason: 'is a hard link that leads to itself' }
    const next: RawNode | undefined = nodes.get(node.target)
    if (next === undefined) return node
    node = next
  }
  return node
}
