/** Commits: people's (any mode), and those of `createCommitOnBranch`, which keeps none. */
import type { FileEntry, Signature } from './git-objects.ts'
import { moveRefs, needWrite, nothing } from './refs.ts'
import { Refusal } from './refusal.ts'
import type { Repo } from './repos.ts'
import { type Account, type Actor, emailOf, type World } from './world.ts'

/** Text or bytes; with a mode (`100755`, `120000` whose content is the target) where it is not `100644`. Null deletes. */
export type FileContent = string | Uint8Array | { readonly content: string | Uint8Array; readonly mode: string }
export type FileChanges = Readonly<Record<string, FileContent | null>>

/** Author line of an account. */
export const signatureOf = (account: Account, date: Date): Signature => ({ name: account.login, email: emailOf(account), date })

/** Files after the changes, all objects stored. */
export function applyChanges(repo: Repo, base: ReadonlyMap<string, FileEntry>, changes: FileChanges): Map<string, FileEntry> {
  const files = new Map(base)
  for (const [path, change] of Object.entries(changes)) {
    if (change === null) files.delete(path)
    else {
      const { content, mode } = typeof change === 'string' || change instanceof Uint8Array ? { content: change, mode: '100644' } : change
      files.set(path, { mode, oid: repo.git.writeBlob(typeof content === 'string' ? Buffer.from(content) : content) })
    }
  }
  return files
}

/** A person's push of one commit to a branch, which is made where it is missing (from the default branch). Gives the commit. */
export function commitFiles(
  world: World,
  actor: Actor,
  repo: Repo,
  wanted: { readonly branch: string; readonly files: FileChanges; readonly message: string; readonly orphan?: boolean },
): string {
  const current = repo.head(wanted.branch)
  const from = wanted.orphan === true ? null : (current ?? repo.head(repo.defaultBranch))
  const files = applyChanges(repo, from === null ? new Map() : repo.git.files(repo.git.needCommit(from).tree), wanted.files)
  const who = signatureOf(actor.account, world.now())
  const oid = repo.git.writeCommit({
    tree: repo.git.writeFiles(files),
    parents: from === null ? [] : [from],
    author: who,
    committer: who,
    message: wanted.message,
  })
  moveRefs(world, actor, repo, [{ name: `refs/heads/${wanted.branch}`, before: current ?? nothing, after: oid, force: true }])
  return oid
}

export type CommitOnBranch = {
  readonly branch: string
  readonly expectedHeadOid: string
  readonly message: string
  readonly additions: readonly { readonly path: string; readonly contents: string }[]
  readonly deletions: readonly { readonly path: string }[]
}

/** GraphQL's `createCommitOnBranch`: compare-and-swap, signed by GitHub, every file `100644`. Raises `Refusal` like GitHub. */
export function createCommitOnBranch(world: World, actor: Actor, repo: Repo, wanted: CommitOnBranch): string {
  needWrite(actor, repo)
  const head = repo.head(wanted.branch)
  if (head === null) throw new Refusal('not-found', `The branch "${wanted.branch}" was not found.`)
  if (head !== wanted.expectedHeadOid) {
    throw new Refusal('stale', `Expected branch to point to "${wanted.expectedHeadOid}" but it points to "${head}". Pull and try again.`)
  }
  const files = repo.git.files(repo.git.needCommit(head).tree)
  for (const { path } of wanted.deletions) {
    if (!files.delete(path)) throw new Refusal('unprocessable', `A path was requested for deletion which does not exist as of commit oid \`${head}\`: ${path}`)
  }
  for (const { path, contents } of wanted.additions) {
    if (!/^[A-Za-z0-9+/\s]*={0,2}\s*$/.test(contents)) throw new Refusal('unprocessable', `contents of ${path} is not valid base64`)
    if (path === '' || path.startsWith('/') || path.split('/').includes('..'))
      throw new Refusal('unprocessable', `A path was requested for addition which is invalid: ${path}`)
    files.set(path, { mode: '100644', oid: repo.git.writeBlob(Buffer.from(contents, 'base64')) })
  }
  const oid = repo.git.writeCommit(
    {
      tree: repo.git.writeFiles(files),
      parents: [head],
      author: signatureOf(actor.account, world.now()),
      committer: { name: 'GitHub', email: 'noreply@github.com', date: world.now() },
      message: wanted.message,
    },
    true,
  )
  moveRefs(world, actor, repo, [{ name: `refs/heads/${wanted.branch}`, before: head, after: oid, force: false }])
  return oid
}
