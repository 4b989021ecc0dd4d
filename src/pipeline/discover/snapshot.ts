/** Snapshots: the files of a repo that Underpin reads, as they stand on one branch at one commit. */
import type { ImageUse, Skip } from '../../domain/repo/image-use.ts'
import { policyPath } from '../../domain/repo/policy.ts'
import type { Repo, RepoFile } from '../../domain/repo/repo.ts'
import { formatFor } from '../../formats/index.ts'
import type { RepoFiles, RepoTree } from '../../ports/repo-files.ts'
import type { Discovery } from '../../ports/repo-store.ts'

/** Bytes of one repo file that are read at most; longer ones are known by their name only. */
export const longestFile = 256 * 1024
/** Files with image uses that are read of one repo, the first in the order of their paths. */
export const mostFiles = 500

/** A file of the branch: its bytes, or what it is that its bytes are not read (`longer than 256 KiB`). */
export type SeenFile =
  | { readonly kind: 'read'; readonly file: Discovery['files'][number] }
  | { readonly kind: 'unread'; readonly path: string; readonly code: 'too-large' | 'unreadable'; readonly what: string }

export type Snapshot = {
  readonly branch: string
  readonly commitOid: string
  /** What GitHub did not list is taken over from the look before. */
  readonly isPartial: boolean
  /** Null where there is none, or none was listed. */
  readonly policyFile: SeenFile | null
  /** Files that may name images, in the order of their paths. */
  readonly files: readonly SeenFile[]
  /** Of files that have no bytes and that GitHub did not list this time. */
  readonly keptUses: readonly ImageUse[]
}

/** A branch to read (null: the default branch), and the last look into the repo. */
export type WantedSnapshot = { readonly repo: Repo; readonly branch: string | null; readonly before: Discovery | null }

/** Whether a change to this path may change what Underpin sees. */
export function isWanted(path: string): boolean {
  return path === policyPath || formatFor(path) !== null
}

/** The use that stands for a file that names images nobody could read. */
export function unreadUse(path: string, skip: Skip): ImageUse {
  return {
    file: path,
    line: 1,
    span: [0, 0],
    format: formatFor(path)?.id ?? '',
    role: 'stage',
    stage: null,
    inFinal: false,
    text: '',
    reference: null,
    platform: null,
    builtFor: [],
    tagFromArgument: false,
    edits: [],
    skip,
  }
}

/** Snapshots by repo id: two requests for all, fewer when blobs are known. Repos that are gone, empty or without the branch are left out. Raises GitHub's faults. */
export async function readSnapshots(repoFiles: RepoFiles, installationId: number, wanted: readonly WantedSnapshot[]): Promise<ReadonlyMap<number, Snapshot>> {
  if (wanted.length === 0) return new Map()
  const befores = new Map(wanted.map(({ repo, before }) => [repo.id, before]))
  const trees = await repoFiles.trees(installationId, wanted, isWanted)
  const chosen = trees.map((tree) => ({ tree, chosen: chooseFiles(tree, befores.get(tree.repo.id) ?? null) }))
  const known = new Map(wanted.flatMap(({ before }) => before?.files.map((file) => [file.blobOid, file.bytes] as const) ?? []))
  const unknown = chosen.flatMap(({ tree: { repo }, chosen: { policyFile, files } }) =>
    [...(policyFile === null ? [] : [policyFile]), ...files]
      .filter(({ blobOid, mode }) => mode !== '120000' && !known.has(blobOid))
      .map(({ blobOid }) => ({ repo, blobOid })),
  )
  const fetched = unknown.length === 0 ? known : await repoFiles.blobs(installationId, unknown, longestFile)
  const bytesOf = (blobOid: string) => known.get(blobOid) ?? fetched.get(blobOid)
  return new Map(chosen.map((one) => [one.tree.repo.id, snapshotOf(one.tree, one.chosen, bytesOf)]))
}

type Chosen = {
  readonly policyFile: RepoFile | null
  readonly files: readonly RepoFile[]
  readonly beyond: readonly RepoFile[]
  readonly keptUses: readonly ImageUse[]
}

/** What GitHub did not list of a tree that it cut is unknown, not absent: there the look before, if it was at the same branch, still counts. */
function chooseFiles(tree: RepoTree, before: Discovery | null): Chosen {
  const listed = new Set(tree.files.map(({ path }) => path))
  const last = tree.isPartial && before?.branch === tree.branch ? before : null
  const kept = last?.files.filter(({ path }) => !listed.has(path)) ?? []
  const keptPaths = new Set(kept.map(({ path }) => path))
  const all = [...tree.files, ...kept.map(({ path, blobOid, mode }) => ({ path, blobOid, mode }))]
  const sources = all.filter(({ path }) => path !== policyPath).sort((a, b) => (a.path < b.path ? -1 : 1))
  return {
    policyFile: all.find(({ path }) => path === policyPath) ?? null,
    files: sources.slice(0, mostFiles),
    beyond: sources.slice(mostFiles),
    keptUses: last?.uses.filter(({ file }) => !listed.has(file) && !keptPaths.has(file)) ?? [],
  }
}

function snapshotOf(tree: RepoTree, { policyFile, files, beyond, keptUses }: Chosen, bytesOf: (blobOid: string) => Uint8Array | undefined): Snapshot {
  const see = (file: RepoFile): SeenFile => {
    if (file.mode === '120000') return { kind: 'unread', path: file.path, code: 'unreadable', what: 'a symbolic link' }
    const bytes = bytesOf(file.blobOid)
    if (bytes === undefined) return { kind: 'unread', path: file.path, code: 'too-large', what: `longer than ${longestFile / 1024} KiB` }
    return { kind: 'read', file: { ...file, bytes } }
  }
  const { branch, commitOid, isPartial } = tree
  const seen = files.map(see)
  const [first] = beyond
  const what = `the first of ${beyond.length} files that are not read: of the files that may name images, the first ${mostFiles} in the order of their paths are`
  if (first !== undefined) seen.push({ kind: 'unread', path: first.path, code: 'too-large', what })
  return { branch, commitOid, isPartial, policyFile: policyFile === null ? null : see(policyFile), files: seen, keptUses }
}
