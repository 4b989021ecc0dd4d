/** Moving refs: the one place where branches change, pushes happen and pull requests notice. */
import type { Commit } from './git-objects.ts'
import { pullRequestBranchGone, pullRequestsMoved } from './pulls.ts'
import { notAccessible, Refusal } from './refusal.ts'
import type { Repo } from './repos.ts'
import { type Actor, allows, type World } from './world.ts'

/** Git's name for "nothing". */
export const nothing = '0'.repeat(40)

export type RefMove = {
  /** Full name, `refs/heads/main`. */
  readonly name: string
  /** The ref must be here before; null: any. `nothing`: it must not exist. */
  readonly before: string | null
  /** Where it goes; `nothing` deletes it. */
  readonly after: string
  readonly force: boolean
}

/** Raises `Refusal` where the actor may not write this repo's contents. */
export function needWrite(actor: Actor, repo: Repo, permission = 'contents'): void {
  if (!allows(actor, permission, 'write')) throw notAccessible()
  if (repo.isArchived) throw new Refusal('forbidden', 'Repository was archived so is read-only.')
}

/** Makes a ref. Raises `Refusal`: 422 when it exists, when the object does not, or when a directory of that name is in the way. */
export function createRef(world: World, actor: Actor, repo: Repo, name: string, oid: string): void {
  if (!/^refs\/(heads|tags)\/[^\s~^:?*[\\]+$/.test(name) || /\.\.|\/\/|\/$|\.lock$|@\{/.test(name))
    throw new Refusal('unprocessable', `Reference name must start with 'refs/' and be valid`)
  if (repo.refs.has(name)) throw new Refusal('unprocessable', 'Reference already exists')
  moveRefs(world, actor, repo, [{ name, before: nothing, after: oid, force: false }])
}

/** Moves refs, all or none. Raises `Refusal`: stale `before`, not a fast-forward, missing object, conflict of names, workflow files. */
export function moveRefs(world: World, actor: Actor, repo: Repo, moves: readonly RefMove[]): void {
  needWrite(actor, repo)
  const after = new Map(repo.refs)
  for (const move of moves) check(actor, repo, move, after)
  const done = moves.map((move) => ({ ...move, was: repo.refs.get(move.name) ?? null }))
  const knownBefore = new Set([...repo.refs.values()].flatMap((oid) => [...repo.git.ancestors(oid)]))
  for (const { name, after: oid } of moves) {
    if (oid === nothing) repo.refs.delete(name)
    else repo.refs.set(name, oid)
  }
  for (const move of done) {
    if ((move.was ?? nothing) === move.after) continue
    repo.pushedAt = world.now()
    tellPush(world, actor, repo, move, knownBefore)
    if (!move.name.startsWith('refs/heads/')) continue
    const branch = move.name.slice('refs/heads/'.length)
    if (move.after === nothing) pullRequestBranchGone(world, actor, repo, branch)
    else pullRequestsMoved(world, actor, repo, branch, move.after)
  }
}

function check(actor: Actor, repo: Repo, move: RefMove, refs: Map<string, string>): void {
  const current = refs.get(move.name) ?? null
  if (move.before !== null && move.before !== (current ?? nothing)) {
    throw new Refusal('stale', `is at ${current ?? nothing} but expected ${move.before}`)
  }
  if (move.after === nothing) {
    if (current === null) throw new Refusal('unprocessable', 'Reference does not exist')
    if (move.name === `refs/heads/${repo.defaultBranch}`) throw new Refusal('unprocessable', 'Cannot delete the default branch')
    refs.delete(move.name)
    return
  }
  if (repo.git.commit(move.after) === null) throw new Refusal('unprocessable', 'Object does not exist')
  for (const other of refs.keys()) {
    if (other.startsWith(`${move.name}/`) || move.name.startsWith(`${other}/`)) {
      throw new Refusal('unprocessable', `Reference cannot be created: '${other}' exists; cannot create '${move.name}'`)
    }
  }
  if (current !== null && !move.force && !repo.git.ancestors(move.after).has(current)) throw new Refusal('unprocessable', 'Update is not a fast forward')
  refuseWorkflowFiles(actor, repo, move.after)
  refs.set(move.name, move.after)
}

/** Raises `Refusal` where commits that no ref holds yet change workflow files and the actor may not. */
export function refuseWorkflowFiles(actor: Actor, repo: Repo, oid: string): void {
  if (allows(actor, 'workflows', 'write')) return
  const known = new Set([...repo.refs.values()].flatMap((ref) => [...repo.git.ancestors(ref)]))
  for (const commit of repo.git.log(oid).filter((one) => !known.has(one.oid))) {
    const changed = changesOf(repo, commit)
    const path = [...changed.added, ...changed.modified, ...changed.removed].find((file) => file.startsWith('.github/workflows/'))
    if (path !== undefined) {
      throw new Refusal('forbidden', `refusing to allow a GitHub App to create or update workflow \`${path}\` without \`workflows\` permission`)
    }
  }
}

/** The files a commit changed against its first parent. */
export function changesOf(repo: Repo, commit: Commit): { added: string[]; removed: string[]; modified: string[] } {
  const parent = commit.parents[0]
  return repo.git.changedFiles(parent === undefined ? null : repo.git.needCommit(parent).tree, commit.tree)
}

function tellPush(world: World, actor: Actor, repo: Repo, move: RefMove & { readonly was: string | null }, known: ReadonlySet<string>): void {
  const commits =
    move.after === nothing
      ? []
      : repo.git
          .log(move.after)
          .filter((commit) => !known.has(commit.oid))
          .toReversed()
  const describe = (commit: Commit) => {
    const by = (who: Commit['author']) => {
      const account = world.accountOfEmail(who.email)
      return { name: who.name, email: who.email, ...(account === null ? {} : { username: account.login }) }
    }
    return {
      id: commit.oid,
      tree_id: commit.tree,
      distinct: true,
      message: commit.message,
      timestamp: commit.author.date.toISOString(),
      url: `${world.url}/${repo.fullName}/commit/${commit.oid}`,
      author: by(commit.author),
      committer: by(commit.committer),
      ...changesOf(repo, commit),
    }
  }
  const head = move.after === nothing ? null : repo.git.commit(move.after)
  world.tell({
    event: 'push',
    action: null,
    repo,
    sender: actor.account,
    installation: null,
    details: {
      ref: move.name,
      before: move.was ?? nothing,
      after: move.after,
      created: move.was === null,
      deleted: move.after === nothing,
      forced: move.was !== null && move.after !== nothing && !repo.git.ancestors(move.after).has(move.was),
      base_ref: null,
      compare: `${world.url}/${repo.fullName}/compare/${(move.was ?? nothing).slice(0, 12)}...${move.after.slice(0, 12)}`,
      commits: commits.slice(-2048).map(describe),
      head_commit: head === null ? null : describe(head),
      pusher: { name: actor.account.login, email: null },
    },
  })
}
