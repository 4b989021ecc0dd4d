/** Snapshots: the files of a repo that Underpin reads, as they stand on one branch at one commit. */
import { type ImageUse, nothingKnown, type Skip } from '../../domain/repo/image-use.ts'
import { policyPath } from '../../domain/repo/policy.ts'
import type { Repo, RepoFile } from '../../domain/repo/repo.ts'
import { companionPaths, formatFor, mayBeCompanion } from '../../formats/index.ts'
import type { ListedFile, RepoFiles, RepoTree } from '../../ports/repo-files.ts'
import type { BaseBranch, Discovery, ReadRepoFile } from '../../ports/repo-store.ts'

/** Bytes of one repo file that are read at most; longer ones are known by their name only. */
export const longestFile = 256 * 1024
/** Files with image uses that are read of one branch: those of formats whose paths tell before those that may be anything, else in the order of their paths. */
export const mostFiles = 1_000
/** Bytes of these files together. */
export const mostBytes = 16 * 1024 * 1024

/** A file of the branch: as it was read (without bytes where its blob is known to name no image), or what it is that its bytes are not read (`longer than 256 KiB`). */
export type SeenFile =
  | { readonly kind: 'read'; readonly file: ReadRepoFile }
  | { readonly kind: 'unread'; readonly path: string; readonly code: 'too-large' | 'unreadable'; readonly what: string }

export type Snapshot = {
  readonly branch: string
  readonly commitOid: string
  /** What GitHub did not list is taken over from the look before. */
  readonly isPartial: boolean
  /** Null where there is none, or none was listed. */
  readonly policyFile: SeenFile | null
  /** Empty where there is none. */
  readonly policyBlobOid: string
  /** Files that may name images and what these need, in the order of their paths. */
  readonly files: readonly SeenFile[]
  /** Of files that have no bytes and that GitHub did not list this time. */
  readonly keptUses: readonly ImageUse[]
}

/** A branch to read; null is the default branch. */
export type WantedBranch = { readonly repo: Repo; readonly branch: string | null }

/** A branch as GitHub listed it, and the last look into the repo as far as this version of us may use it. */
export type ListedBranch = { readonly tree: RepoTree; readonly before: Discovery | null }

/** Whether a change to this path may change what Underpin sees. */
export function isWanted(path: string): boolean {
  return path === policyPath || formatFor(path) !== null || mayBeCompanion(path)
}

/** The use that stands for a file that names images nobody could read. */
export function unreadUse(path: string, skip: Skip): ImageUse {
  return {
    file: path,
    line: 1,
    span: [0, 0],
    format: formatFor(path)?.id ?? '',
    role: 'stage',
    text: '',
    ...nothingKnown,
    skip,
  }
}

/** The files of branches in the order wanted, one request for 25. Null for a repo that is gone, empty or without the branch. Raises GitHub's faults. */
export async function listBranches(repoFiles: RepoFiles, installationId: number, wanted: readonly WantedBranch[]): Promise<readonly (RepoTree | null)[]> {
  if (wanted.length === 0) return []
  const trees = await repoFiles.trees(installationId, wanted, isWanted)
  return wanted.map(
    ({ repo, branch }) =>
      trees.find((tree) => tree.repo.id === repo.id && (branch === null ? tree.branch === tree.repo.defaultBranch : tree.branch === branch)) ?? null,
  )
}

/** How many bytes the snapshot of a branch holds at most. */
export function weightOf(tree: RepoTree): number {
  const { policyFile, files } = chooseFiles(tree, null)
  return [...(policyFile === null ? [] : [policyFile]), ...files].reduce((sum, { size }) => sum + (size > longestFile ? 0 : size), 0)
}

/** Snapshots of listed branches, in their order: two requests for all, none when all blobs are known. Raises GitHub's faults. */
export async function readSnapshots(repoFiles: RepoFiles, installationId: number, listed: readonly ListedBranch[]): Promise<readonly Snapshot[]> {
  const chosen = listed.map(({ tree, before }) => ({ tree, files: chooseFiles(tree, before) }))
  const known = new Map<string, Uint8Array>()
  const blank = new Set<string>()
  for (const { path, blobOid, bytes } of listed.flatMap(({ before }) => (before?.branches ?? []).flatMap(({ files }) => files))) {
    if (bytes === null) blank.add(blankKey(path, blobOid))
    else known.set(blobOid, bytes)
  }
  const isKnown = ({ path, blobOid }: RepoFile) => known.has(blobOid) || blank.has(blankKey(path, blobOid))
  const unknown = chosen.flatMap(({ tree, files: { policyFile, files } }) =>
    [...(policyFile === null ? [] : [policyFile]), ...files]
      .filter((file) => file.mode !== '120000' && file.size <= longestFile && !isKnown(file))
      .map(({ blobOid }) => ({ repo: tree.repo, blobOid })),
  )
  const fetched = unknown.length === 0 ? new Map<string, Uint8Array>() : await repoFiles.blobs(installationId, unknown, longestFile)
  const bytesOf = ({ path, blobOid }: RepoFile) => fetched.get(blobOid) ?? known.get(blobOid) ?? (blank.has(blankKey(path, blobOid)) ? null : undefined)
  return chosen.map(({ tree, files }) => snapshotOf(tree, files, bytesOf))
}

/** That a blob names no image in one format says nothing of what it is in another, or as a policy. */
function blankKey(path: string, blobOid: string): string {
  return `${blobOid} ${path === policyPath ? path : (formatFor(path)?.id ?? path)}`
}

type Chosen = {
  readonly policyFile: ListedFile | null
  readonly files: readonly ListedFile[]
  readonly beyond: readonly RepoFile[]
  readonly keptUses: readonly ImageUse[]
}

/** What GitHub did not list of a tree that it cut is unknown, not absent: there the look before, if it was at the same branch, still counts. */
function chooseFiles(tree: RepoTree, before: Discovery | null): Chosen {
  const listed = new Set(tree.files.map(({ path }) => path))
  const last: BaseBranch | null = (tree.isPartial && before?.branches.find(({ branch }) => branch === tree.branch)) || null
  const kept = last?.files.filter(({ path }) => !listed.has(path)) ?? []
  const keptPaths = new Set(kept.map(({ path }) => path))
  const all = [...tree.files, ...kept.map(({ path, blobOid, mode, bytes }) => ({ path, blobOid, mode, size: bytes?.length ?? 0 }))]
  const needed = new Set(all.flatMap(({ path }) => companionsOf(path)))
  const sources = all.filter(({ path }) => path !== policyPath && (formatFor(path) !== null || needed.has(path))).sort(byCertainty)
  let [count, bytes] = [0, 0]
  for (; count < Math.min(sources.length, mostFiles); count += 1) {
    const { size = 0 } = sources[count] ?? {}
    bytes += size > longestFile ? 0 : size
    if (bytes > mostBytes) break
  }
  return {
    policyFile: all.find(({ path }) => path === policyPath) ?? null,
    files: sources.slice(0, count).sort(byPath),
    beyond: sources.slice(count),
    keptUses: last?.uses.filter(({ file }) => !listed.has(file) && !keptPaths.has(file)) ?? [],
  }
}

function companionsOf(path: string): readonly string[] {
  const format = formatFor(path)
  return format === null ? [] : companionPaths(format, path)
}

function byPath(a: RepoFile, b: RepoFile): number {
  return a.path < b.path ? -1 : 1
}

function byCertainty(a: RepoFile, b: RepoFile): number {
  return Number(formatFor(a.path)?.isGuess === true) - Number(formatFor(b.path)?.isGuess === true) || byPath(a, b)
}

function snapshotOf(tree: RepoTree, { policyFile, files, beyond, keptUses }: Chosen, bytesOf: (file: RepoFile) => Uint8Array | null | undefined): Snapshot {
  const see = ({ size, ...file }: ListedFile): SeenFile => {
    if (file.mode === '120000') return { kind: 'unread', path: file.path, code: 'unreadable', what: 'a symbolic link' }
    const bytes = size > longestFile ? undefined : bytesOf(file)
    if (bytes === undefined) return { kind: 'unread', path: file.path, code: 'too-large', what: `longer than ${longestFile / 1024} KiB` }
    return { kind: 'read', file: { ...file, bytes } }
  }
  const { branch, commitOid, isPartial } = tree
  // Nobody needs to be told of a link or a long file that most likely names no image.
  const seen = files.map(see).filter((one) => one.kind === 'read' || formatFor(one.path)?.isGuess === false)
  const [first] = beyond
  const what = `the first of ${beyond.length} files that are not read: of the files that may name images, the first ${files.length} are`
  if (first !== undefined) seen.push({ kind: 'unread', path: first.path, code: 'too-large', what })
  const policy = { policyFile: policyFile === null ? null : see(policyFile), policyBlobOid: policyFile?.blobOid ?? '' }
  return { branch, commitOid, isPartial, ...policy, files: seen, keptUses }
}
