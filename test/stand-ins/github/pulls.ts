/** Pull requests: opening, changing, closing and merging them, and what happens to them when branches move. */
import type { FileEntry } from './git-objects.ts'
import { moveRefs, needWrite } from './refs.ts'
import { Refusal } from './refusal.ts'
import type { PullRequest, Repo } from './repos.ts'
import { type Account, type Actor, emailOf, type World } from './world.ts'

export type NewPullRequest = { readonly title: string; readonly body: string; readonly head: string; readonly base: string; readonly isDraft?: boolean }

const failed = (message: string, field: string) => new Refusal('unprocessable', message, [{ resource: 'PullRequest', code: 'custom', field, message }])

/** Opens a pull request. Raises `Refusal` 422: no such branch, nothing between, or one is open for that head and base. */
export function openPullRequest(world: World, actor: Actor, repo: Repo, wanted: NewPullRequest): PullRequest {
  needWrite(actor, repo, 'pull_requests')
  const headBranch = wanted.head.startsWith(`${repo.owner.login}:`) ? wanted.head.slice(repo.owner.login.length + 1) : wanted.head
  const headOid = repo.head(headBranch)
  const baseOid = repo.head(wanted.base)
  if (headOid === null) throw new Refusal('unprocessable', 'Validation Failed', [{ resource: 'PullRequest', field: 'head', code: 'invalid' }])
  if (baseOid === null) throw new Refusal('unprocessable', 'Validation Failed', [{ resource: 'PullRequest', field: 'base', code: 'invalid' }])
  if (repo.git.ancestors(baseOid).has(headOid)) throw failed(`No commits between ${wanted.base} and ${headBranch}`, 'head')
  if (repo.pulls().some((pull) => pull.state === 'open' && pull.headBranch === headBranch && pull.baseBranch === wanted.base)) {
    throw failed(`A pull request already exists for ${repo.owner.login}:${headBranch}.`, 'head')
  }
  const id = world.nextId()
  const pull: PullRequest = {
    kind: 'pull',
    id,
    nodeId: `PR_${id}`,
    number: repo.nextNumber(),
    repo,
    author: actor.account,
    createdAt: world.now(),
    comments: [],
    title: wanted.title,
    body: wanted.body,
    labels: [],
    assignees: [],
    reviewers: [],
    teamReviewers: [],
    state: 'open',
    stateReason: null,
    updatedAt: world.now(),
    closedAt: null,
    closedBy: null,
    headBranch,
    headOid,
    baseBranch: wanted.base,
    baseOid,
    isDraft: wanted.isDraft ?? false,
    mergedAt: null,
    mergedBy: null,
    mergeOid: null,
    mergeableLag: world.settings.mergeableLag,
    listLag: world.settings.pullRequestListLag,
  }
  repo.threads.set(pull.number, pull)
  tellPull(world, actor.account, pull, 'opened')
  return pull
}

/** Closes it without merging. */
export function closePullRequest(world: World, actor: Actor, pull: PullRequest): void {
  needWrite(actor, pull.repo, 'pull_requests')
  if (pull.state === 'closed') return
  Object.assign(pull, { state: 'closed', closedAt: world.now(), closedBy: actor.account, updatedAt: world.now() })
  tellPull(world, actor.account, pull, 'closed')
}

/** Opens it again. Raises `Refusal` 422 when it was merged or its branch is gone. */
export function reopenPullRequest(world: World, actor: Actor, pull: PullRequest): void {
  needWrite(actor, pull.repo, 'pull_requests')
  if (pull.state === 'open') return
  const head = pull.repo.head(pull.headBranch)
  if (pull.mergedAt !== null || head === null) throw failed('Could not open the pull request.', 'state')
  Object.assign(pull, { state: 'open', closedAt: null, closedBy: null, headOid: head, updatedAt: world.now() })
  tellPull(world, actor.account, pull, 'reopened')
}

/** New words or another base. */
export function editPullRequest(
  world: World,
  actor: Actor,
  pull: PullRequest,
  words: { title?: string | undefined; body?: string | undefined; base?: string | undefined },
): void {
  needWrite(actor, pull.repo, 'pull_requests')
  const changes: Record<string, { from: string }> = {}
  if (words.title !== undefined && words.title !== pull.title) changes.title = { from: pull.title }
  if (words.body !== undefined && words.body !== pull.body) changes.body = { from: pull.body }
  pull.title = words.title ?? pull.title
  pull.body = words.body ?? pull.body
  if (words.base !== undefined && words.base !== pull.baseBranch) {
    const baseOid = pull.repo.head(words.base)
    if (baseOid === null) throw new Refusal('unprocessable', 'Validation Failed', [{ resource: 'PullRequest', field: 'base', code: 'invalid' }])
    Object.assign(pull, { baseBranch: words.base, baseOid })
  }
  pull.updatedAt = world.now()
  if (Object.keys(changes).length > 0) tellPull(world, actor.account, pull, 'edited', { changes })
}

/** The answer to making a pull request: too early to know whether it can be merged, and no read of it. */
export function justOpened(pull: PullRequest): PullRequest {
  return { ...pull, mergeableLag: 1 }
}

/** Whether it can be merged: null while GitHub has not computed it, which every read brings nearer. */
export function readMergeable(pull: PullRequest): boolean | null {
  if (pull.mergeableLag > 0) {
    pull.mergeableLag -= 1
    return null
  }
  return pull.state === 'open' ? mergedFiles(pull) !== null : null
}

/** The pull requests a list shows: new ones come late where the settings say so. */
export function listedPulls(repo: Repo): PullRequest[] {
  return repo.pulls().filter((pull) => {
    if (pull.listLag <= 0) return true
    pull.listLag -= 1
    return false
  })
}

export type MergeWish = {
  readonly sha?: string | undefined
  readonly title?: string | undefined
  readonly message?: string | undefined
  readonly method?: string | undefined
}

/** Merges it. Raises `Refusal`: 405 when it cannot be merged, 409 when the head is not `sha`. Gives the merge commit. */
export function mergePullRequest(world: World, actor: Actor, pull: PullRequest, wish: MergeWish = {}): string {
  needWrite(actor, pull.repo)
  const { repo } = pull
  const files = mergedFiles(pull)
  const baseOid = repo.head(pull.baseBranch)
  if (pull.state !== 'open' || files === null || baseOid === null) throw new Refusal('not-allowed', 'Pull Request is not mergeable')
  if (wish.sha !== undefined && wish.sha !== pull.headOid) throw new Refusal('conflict', 'Head branch was modified. Review and try the merge again.')
  const who = { name: actor.account.login, email: emailOf(actor.account), date: world.now() }
  const title =
    wish.title ??
    (wish.method === 'squash' ? `${pull.title} (#${pull.number})` : `Merge pull request #${pull.number} from ${repo.owner.login}/${pull.headBranch}`)
  const mergeOid = repo.git.writeCommit(
    {
      tree: repo.git.writeFiles(files),
      parents: wish.method === 'squash' || wish.method === 'rebase' ? [baseOid] : [baseOid, pull.headOid],
      author: who,
      committer: { name: 'GitHub', email: 'noreply@github.com', date: world.now() },
      message: `${title}\n\n${wish.message ?? pull.title}`,
    },
    true,
  )
  moveRefs(world, { ...actor, permissions: 'all' }, repo, [{ name: `refs/heads/${pull.baseBranch}`, before: baseOid, after: mergeOid, force: false }])
  const at = world.now()
  Object.assign(pull, { state: 'closed', closedAt: at, mergedAt: at, mergedBy: actor.account, closedBy: actor.account, mergeOid, updatedAt: at })
  tellPull(world, actor.account, pull, 'closed')
  return mergeOid
}

/** A branch moved: open pull requests from it get new commits, those into it must be computed again. */
export function pullRequestsMoved(world: World, actor: Actor, repo: Repo, branch: string, oid: string): void {
  for (const pull of repo.pulls().filter((one) => one.state === 'open')) {
    if (pull.baseBranch === branch) Object.assign(pull, { baseOid: oid, mergeableLag: world.settings.mergeableLag })
    if (pull.headBranch !== branch || pull.headOid === oid) continue
    const before = pull.headOid
    Object.assign(pull, { headOid: oid, mergeableLag: world.settings.mergeableLag, updatedAt: world.now() })
    tellPull(world, actor.account, pull, 'synchronize', { before, after: oid })
  }
}

/** A branch was deleted: GitHub closes the open pull requests from it. */
export function pullRequestBranchGone(world: World, actor: Actor, repo: Repo, branch: string): void {
  for (const pull of repo.pulls().filter((one) => one.state === 'open' && (one.headBranch === branch || one.baseBranch === branch))) {
    Object.assign(pull, { state: 'closed', closedAt: world.now(), closedBy: actor.account, updatedAt: world.now() })
    tellPull(world, actor.account, pull, 'closed')
  }
}

function tellPull(world: World, sender: Account, pull: PullRequest, action: string, more: Record<string, unknown> = {}): void {
  world.tell({ event: 'pull_request', action, repo: pull.repo, sender, installation: null, details: { number: pull.number, pullRequest: pull, ...more } })
}

function mergedFiles(pull: PullRequest): Map<string, FileEntry> | null {
  const { git } = pull.repo
  const baseOid = pull.repo.head(pull.baseBranch)
  const common = baseOid === null ? null : git.mergeBase(pull.headOid, baseOid)
  if (baseOid === null || common === null) return null
  const was = git.files(git.needCommit(common).tree)
  const theirs = git.files(git.needCommit(pull.headOid).tree)
  const result = git.files(git.needCommit(baseOid).tree)
  for (const path of new Set([...was.keys(), ...theirs.keys()])) {
    const old = was.get(path)?.oid
    const wanted = theirs.get(path)
    const here = result.get(path)?.oid
    if (wanted?.oid === old && wanted?.mode === was.get(path)?.mode) continue
    if (here !== old && here !== wanted?.oid) return null
    if (wanted === undefined) result.delete(path)
    else result.set(path, wanted)
  }
  return result
}
