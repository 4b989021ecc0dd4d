/** Snapshots: the files of a repo that Underpin reads, as they stand on one branch at one commit. */
import type { ImageUse, Skip } from '../../domain/repo/image-use.ts'
import { policyPath } from '../../domain/repo/policy.ts'
import type { Repo, RepoFile } from '../../domain/repo/repo.ts'
import { companionPaths, formatFor, mayBeCompanion } from '../../formats/index.ts'
import type { RepoFiles, RepoTree } from '../../ports/repo-files.ts'
import type { BaseBranch, Discovery, ReadRepoFile } from '../../ports/repo-store.ts'

/** Bytes of one repo file that are read at most; longer ones are known by their name only. */
export const longestFile = 256 * 1024
/** Files with image uses that are read of one branch: those of formats whose paths tell before those that may be anything, else in the order of their paths. */
export const mostFiles = 1_000

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
  /** Files that may name images and what these need, in the order of their paths. */
  readonly files: readonly SeenFile[]
  /** Of files that have no bytes and that GitHub did not list this time. */
  readonly keptUses: readonly ImageUse[]
}

/** A branch to read (null: the default branch), and the last look into the repo by this version. */
export type WantedSnapshot = { readonly repo: Repo; readonly branch: string | null; readonly before: Discovery | null }

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

/** Snapshots in the order wanted: two requests for all, fewer when blobs are known. Null for a repo that is gone, empty or without the branch. Raises GitHub's faults. */
export async function readSnapshots(repoFiles: RepoFiles, installationId: number, wanted: readonly WantedSnapshot[]): Promise<readonly (Snapshot | null)[]> {
  if (wanted.length === 0) return []
  const trees = await repoFiles.trees(installationId, wanted, isWanted)
  const treeOf = ({ repo, branch }: WantedSnapshot) => trees.find((tree) => tree.repo.id === repo.id && tree.branch === (branch ?? tree.repo.defaultBranch))
  const chosen = wanted.map((one) => {
    const tree = treeOf(one)
    return tree === undefined ? null : { tree, files: chooseFiles(tree, one.before) }
  })
  const known = new Map(
    wanted.flatMap(({ before }) => (before?.branches ?? []).flatMap(({ files }) => files.map(({ blobOid, bytes }) => [blobOid, bytes] as const))),
  )
  // That a blob names no image says nothing of what it is as a policy.
  const isKnown = ({ path, blobOid }: RepoFile) => known.has(blobOid) && (path !== policyPath || known.get(blobOid) !== null)
  const unknown = chosen.flatMap((one) =>
    one === null
      ? []
      : [...(one.files.policyFile === null ? [] : [one.files.policyFile]), ...one.files.files]
          .filter((file) => file.mode !== '120000' && !isKnown(file))
          .map(({ blobOid }) => ({ repo: one.tree.repo, blobOid })),
  )
  const fetched = unknown.length === 0 ? new Map<string, Uint8Array>() : await repoFiles.blobs(installationId, unknown, longestFile)
  const bytesOf = (blobOid: string) => fetched.get(blobOid) ?? known.get(blobOid)
  return chosen.map((one) => (one === null ? null : snapshotOf(one.tree, one.files, bytesOf)))
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
  const last: BaseBranch | null = (tree.isPartial && before?.branches.find(({ branch }) => branch === tree.branch)) || null
  const kept = last?.files.filter(({ path }) => !listed.has(path)) ?? []
  const keptPaths = new Set(kept.map(({ path }) => path))
  const all = [...tree.files, ...kept.map(({ path, blobOid, mode }) => ({ path, blobOid, mode }))]
  const needed = new Set(all.flatMap(({ path }) => companionsOf(path)))
  const sources = all.filter(({ path }) => path !== policyPath && (formatFor(path) !== null || needed.has(path))).sort(byCertainty)
  return {
    policyFile: all.find(({ path }) => path === policyPath) ?? null,
    files: sources.slice(0, mostFiles).sort(byPath),
    beyond: sources.slice(mostFiles),
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

function snapshotOf(tree: RepoTree, { policyFile, files, beyond, keptUses }: Chosen, bytesOf: (blobOid: string) => Uint8Array | null | undefined): Snapshot {
  const see = (file: RepoFile): SeenFile => {
    if (file.mode === '120000') return { kind: 'unread', path: file.path, code: 'unreadable', what: 'a symbolic link' }
    const bytes = bytesOf(file.blobOid)
    if (bytes === undefined) return { kind: 'unread', path: file.path, code: 'too-large', what: `longer than ${longestFile / 1024} KiB` }
    return { kind: 'read', file: { ...file, bytes } }
  }
  const { branch, commitOid, isPartial } = tree
  // Nobody needs to be told of a link or a long file that most likely names no image.
  const seen = files.map(see).filter((one) => one.kind === 'read' || formatFor(one.path)?.isGuess === false)
  const [first] = beyond
  const what = `the first of ${beyond.length} files that are not read: of the files that may name images, the first ${mostFiles} are`
  if (first !== undefined) seen.push({ kind: 'unread', path: first.path, code: 'too-large', what })
  return { branch, commitOid, isPartial, policyFile: policyFile === null ? null : see(policyFile), files: seen, keptUses }
}
