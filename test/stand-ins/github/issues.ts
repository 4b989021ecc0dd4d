/** Issues, comments and labels. */
import { needWrite } from './refs.ts'
import { notAccessible, Refusal } from './refusal.ts'
import type { Comment, Issue, PullRequest, Repo, Thread } from './repos.ts'
import { type Actor, allows, type World } from './world.ts'

/** Raises `Refusal` where the actor may not write on this issue or pull request (either permission does for a pull request). */
export function needThreadWrite(actor: Actor, thread: Thread): void {
  if (thread.kind === 'pull' && allows(actor, 'pull_requests', 'write')) return
  needWrite(actor, thread.repo, 'issues')
}

/** Opens an issue. Raises `Refusal` 410 where issues are switched off. */
export function openIssue(
  world: World,
  actor: Actor,
  repo: Repo,
  wanted: { readonly title: string; readonly body: string; readonly labels?: readonly string[] },
): Issue {
  if (!repo.hasIssues) throw new Refusal('gone', 'Issues has been disabled in this repository.')
  needWrite(actor, repo, 'issues')
  const id = world.nextId()
  const at = world.now()
  const issue: Issue = {
    kind: 'issue',
    id,
    nodeId: `I_${id}`,
    number: repo.nextNumber(),
    repo,
    author: actor.account,
    createdAt: at,
    comments: [],
    title: wanted.title,
    body: wanted.body,
    labels: [],
    assignees: [],
    state: 'open',
    stateReason: null,
    updatedAt: at,
    closedAt: null,
    closedBy: null,
  }
  repo.threads.set(issue.number, issue)
  for (const name of wanted.labels ?? []) issue.labels.push(ensureLabel(world, repo, name))
  tellIssue(world, actor, issue, 'opened')
  return issue
}

/** Changes an issue's words, labels or state. */
export function editIssue(
  world: World,
  actor: Actor,
  issue: Issue,
  wish: {
    title?: string | undefined
    body?: string | undefined
    state?: 'open' | 'closed' | undefined
    stateReason?: string | null | undefined
    labels?: readonly string[] | undefined
  },
): void {
  needWrite(actor, issue.repo, 'issues')
  const changes: Record<string, { from: string }> = {}
  if (wish.title !== undefined && wish.title !== issue.title) changes.title = { from: issue.title }
  if (wish.body !== undefined && wish.body !== issue.body) changes.body = { from: issue.body }
  issue.title = wish.title ?? issue.title
  issue.body = wish.body ?? issue.body
  if (wish.labels !== undefined) issue.labels = wish.labels.map((name) => ensureLabel(world, issue.repo, name))
  issue.updatedAt = world.now()
  if (Object.keys(changes).length > 0) tellIssue(world, actor, issue, 'edited', { changes })
  if (wish.state === undefined || wish.state === issue.state) return
  const isClosing = wish.state === 'closed'
  Object.assign(issue, {
    state: wish.state,
    stateReason: wish.stateReason ?? (isClosing ? 'completed' : 'reopened'),
    closedAt: isClosing ? world.now() : null,
    closedBy: isClosing ? actor.account : null,
  })
  tellIssue(world, actor, issue, isClosing ? 'closed' : 'reopened')
}

/** Comments on an issue or pull request. */
export function addComment(world: World, actor: Actor, thread: Thread, body: string): Comment {
  needThreadWrite(actor, thread)
  if (body.length > 65_536) throw new Refusal('unprocessable', 'Body is too long (maximum is 65536 characters)')
  const id = world.nextId()
  const comment: Comment = { id, nodeId: `IC_${id}`, author: actor.account, body, createdAt: world.now(), updatedAt: world.now() }
  thread.comments.push(comment)
  world.tell({ event: 'issue_comment', action: 'created', repo: thread.repo, sender: actor.account, installation: null, details: { thread, comment } })
  return comment
}

/** Puts labels on an issue or pull request; unknown ones are made, as REST does. */
export function addLabels(world: World, actor: Actor, thread: Thread, names: readonly string[]): void {
  needThreadWrite(actor, thread)
  for (const name of names) {
    const known = ensureLabel(world, thread.repo, name)
    if (!thread.labels.includes(known)) thread.labels.push(known)
  }
}

/** Assigns those who may be; GitHub passes over the others in silence, and keeps ten at most. */
export function addAssignees(actor: Actor, thread: Thread, logins: readonly string[]): void {
  needThreadWrite(actor, thread)
  for (const login of logins) {
    if (!thread.repo.collaborators.has(login.toLowerCase()) || thread.assignees.includes(login) || thread.assignees.length >= 10) continue
    thread.assignees.push(login)
  }
}

/** Asks for reviews. Raises `Refusal` 422, and asks nobody, where one of them may not review. */
export function requestReviewers(pull: PullRequest, logins: readonly string[], teams: readonly string[]): void {
  const { repo, author } = pull
  if (logins.some((login) => login === author.login)) throw new Refusal('unprocessable', 'Review cannot be requested from pull request author.')
  if (logins.some((login) => !repo.collaborators.has(login.toLowerCase())) || teams.some((team) => !repo.teams.has(team)))
    throw new Refusal(
      'unprocessable',
      `Reviews may only be requested from collaborators. One or more of the users or teams you specified is not a collaborator of the ${repo.fullName} repository.`,
    )
  pull.reviewers = [...new Set([...pull.reviewers, ...logins])]
  pull.teamReviewers = [...new Set([...pull.teamReviewers, ...teams])]
}

/** Makes a label. Raises `Refusal` 422 when it exists. */
export function createLabel(
  world: World,
  actor: Actor,
  repo: Repo,
  wanted: { readonly name: string; readonly color?: string; readonly description?: string | null },
): string {
  if (!allows(actor, 'issues', 'write') && !allows(actor, 'pull_requests', 'write')) throw notAccessible()
  if (repo.labels.has(wanted.name.toLowerCase()))
    throw new Refusal('unprocessable', 'Validation Failed', [{ resource: 'Label', code: 'already_exists', field: 'name' }])
  return ensureLabel(world, repo, wanted.name, wanted.color, wanted.description ?? null)
}

function ensureLabel(world: World, repo: Repo, name: string, color = 'ededed', description: string | null = null): string {
  const known = repo.labels.get(name.toLowerCase())
  if (known !== undefined) return known.name
  const id = world.nextId()
  repo.labels.set(name.toLowerCase(), { id, nodeId: `LA_${id}`, name, color, description })
  return name
}

function tellIssue(world: World, actor: Actor, issue: Issue, action: string, more: Record<string, unknown> = {}): void {
  world.tell({ event: 'issues', action, repo: issue.repo, sender: actor.account, installation: null, details: { thread: issue, ...more } })
}
